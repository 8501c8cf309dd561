// Input: a URL and, behind the first NUL, a base. What must hold whatever they are:
//   - a serialised URL parses to itself, alone and against any base, and so does its canonical URL;
//   - where the fast path answers, it answers as the standard does;
//   - the parts put together are the whole;
//   - the encoding of a page changes the spelling of a query and nothing else.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/canonical.h"
#include "parser/url.h"
#include "parser/url_internal.h"

namespace skitter::parser {
namespace {

void require(bool holds, const char* what, std::string_view url) {
  if (holds) return;
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(url.size()), url.data());
  std::abort();
}

bool same(const Url& a, const Url& b) {
  return a.href() == b.href() && a.protocol() == b.protocol() && a.username() == b.username() &&
         a.password() == b.password() && a.host() == b.host() && a.hostname() == b.hostname() &&
         a.port() == b.port() && a.pathname() == b.pathname() && a.search() == b.search() &&
         a.hash() == b.hash() && a.is_http() == b.is_http();
}

void check_fixed_point(const Url& url, const Url* base) {
  const auto again = parse_url(url.href(), base);
  require(again && same(*again, url), "not a fixed point", url.href());
  const auto canonical = parse_url(url.without_fragment(), base);
  require(canonical && canonical->href() == url.without_fragment(), "canonical URL changes",
          url.href());
}

void check_parts(const Url& url) {
  std::string whole(url.protocol());
  if (const auto rest = url.href().substr(whole.size());
      rest.starts_with("//") && url.host().data() >= rest.data() + 2) {
    whole += "//";
    if (!url.username().empty() || !url.password().empty()) {
      whole += url.username();
      if (!url.password().empty()) whole.append(":").append(url.password());
      whole += '@';
    }
    whole += url.host();
  } else if (url.pathname().starts_with("//")) {
    whole += "/.";
  }
  whole += url.path_and_query();
  require(whole == url.without_fragment(), "parts are not the whole", url.href());
}

void check_fast_path(std::string_view input, const Url* base) {
  const auto fast = parse_url_fast(input, base);
  if (!fast) return;
  const auto standard = parse_url_by_standard(input, base);
  require(standard && same(*fast, *standard), "fast path differs", input);
}

// A query in the encoding of its page stands for itself afterwards.
void check_encodings(std::string_view input, const Url* base) {
  for (const std::string_view encoding : {"windows-1252", "x-user-defined", "shift_jis", "euc-jp",
                                          "iso-2022-jp", "big5", "euc-kr", "gbk", "gb18030"}) {
    const auto url = parse_url(input, base, encoding);
    require(url.has_value() == parse_url(input, base).has_value(), "an encoding decides", input);
    if (url) check_fixed_point(*url, nullptr);
  }
}

void check(std::string_view input, const Url* base) {
  check_fast_path(input, base);
  check_encodings(input, base);
  const auto url = parse_url(input, base);
  if (!url) return;
  check_parts(*url);
  check_fixed_point(*url, nullptr);
  if (base != nullptr) check_fixed_point(*url, base);
  const CanonicalRules rules{{"utm_*", "a", "b=*"}};
  const Url stripped = canonicalise(*url, rules);
  check_fixed_point(stripped, nullptr);
  require(same(canonicalise(stripped, rules), stripped), "stripping is not final", url->href());
}

}  // namespace
}  // namespace skitter::parser

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using skitter::parser::check;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t split = all.find('\0');
  const std::string_view input = all.substr(0, split);
  check(input, nullptr);
  if (split == std::string_view::npos) return 0;
  const std::string_view base_input = all.substr(split + 1);
  check(base_input, nullptr);
  if (const auto base = skitter::parser::parse_url(base_input)) check(input, &*base);
  return 0;
}
