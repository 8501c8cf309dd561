// Input: a byte that picks the content type, then a document. What must hold whatever it is:
//   - a page comes back, within its budget, and the arena is empty again;
//   - every text of it is valid UTF-8;
//   - every link is a URL that parses to itself.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "parser/arena.h"
#include "parser/charset.h"
#include "parser/html.h"
#include "parser/page_builder.h"

namespace skitter::parser {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void check_texts(const Page& page) {
  for (const std::string* text : {&page.title, &page.description, &page.language,
                                  &page.canonical_url, &page.h1, &page.robots, &page.text}) {
    require(is_valid_utf8(*text), "a text is not UTF-8");
  }
}

void check_links(const Page& page) {
  for (const Link& link : page.links) {
    const auto url = parse_url(link.url);
    require(url && url->href() == link.url, "a link does not parse to itself");
    require(is_valid_utf8(link.anchor) && is_valid_utf8(link.rel), "a link is not UTF-8");
    require(link.anchor.size() <= PageBuilder::kMaxAnchorBytes, "an anchor is too long");
  }
}

}  // namespace
}  // namespace skitter::parser

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::parser;
  constexpr std::string_view kTypes[] = {"text/html; charset=utf-8", "text/html", "",
                                         "application/xml", "text/plain"};
  if (size == 0) return 0;
  static const auto url = parse_url("http://h.example/d/p?q");
  static Arena arena;
  Document document;
  document.bytes = {reinterpret_cast<const char*>(data) + 1, size - 1};
  document.url = &*url;
  document.content_type = kTypes[data[0] % std::size(kTypes)];
  ParseBudget budget;
  budget.memory_bytes = 32u << 20;
  const Page page = parse_page(document, arena, budget);
  require(arena.used_bytes() == 0, "the arena is not empty");
  check_texts(page);
  check_links(page);
  return 0;
}
