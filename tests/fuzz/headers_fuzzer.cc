// Each line of the input is a header line, and its value is read as all that a value can be.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/headers.h"
#include "parser/robots_directives.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_value(std::string_view value, long long now_unix) {
  using namespace skitter::parser;
  const ContentType type = parse_content_type(value);
  const ContentType again = parse_content_type(type.essence);
  require(again.essence == type.essence && again.charset.empty());
  require(!type.essence.empty() || type.charset.empty());
  const auto wait = parse_retry_after(value, now_unix);
  require(!wait || *wait >= 0);
  (void)parse_iso_date(value);  // must not crash, whatever it says
  RobotsDirectives directives;
  directives.add_header(value, "skitter", now_unix);
  directives.add_meta("robots", value, "skitter", now_unix);
  require(directives.text.size() <= RobotsDirectives::kMaxTextBytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using skitter::parser::Headers;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const long long now_unix = 1'700'000'000 + static_cast<long long>(size) * 1'000'000;
  Headers headers;
  while (!input.empty()) {
    const auto end = std::min(input.find('\n'), input.size() - 1) + 1;
    headers.add_line(input.substr(0, end));
    input.remove_prefix(end);
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers.fields()) {
    require(!name.empty());
    bytes += name.size() + value.size();
    const auto all = headers.get_all(name);
    require(!all.empty() && all.front() == headers.get(name));
    read_value(value, now_unix);
  }
  require(bytes <= Headers::kMaxBytes);
  return 0;
}
