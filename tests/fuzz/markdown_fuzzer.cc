// Input: HTML. Whatever it is, its Markdown and its main text are UTF-8, say no more than the page in
// proportion to it, and hold no control character that a terminal or a file would obey.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/charset.h"
#include "parser/parsed_html.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::parser;
  static const auto base = parse_url("http://h.example/d/p?q");
  const ParsedHtml page({reinterpret_cast<const char*>(data), size});
  const std::string markdown = page.markdown(&*base);
  require(is_valid_utf8(markdown));
  // A line of a list or a quote in each of sixteen others begins with their marks.
  constexpr std::size_t kMost = 128;
  require(markdown.size() <= kMost * (size + 1));
  const std::string text = page.main_text();
  require(is_valid_utf8(text));
  require(text.size() <= 4 * (size + 1));
  return 0;
}
