// Input: a page. What must hold whatever it is:
//   - rules of every type, and structured data, give items within their bounds;
//   - each item is JSON, and valid UTF-8;
//   - the arena is empty again, and the same page gives the same items.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "parser/arena.h"
#include "parser/charset.h"
#include "parser/extract.h"

namespace skitter::parser {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

Field field(const char* name, const char* selector, FieldType type, bool is_list) {
  std::string why_not;
  return {name, *parse_selector(selector, why_not), type, is_list, true, nullptr, "", {}};
}

Extraction make_extraction() {
  std::string why_not;
  Field record = field("record", "div, li", FieldType::Record, true);
  record.fields = {field("text", "::text", FieldType::Text, true),
                   field("html", ":scope::html", FieldType::Html, false)};
  Field part = field("part", "body", FieldType::Text, false);
  part.regex = compile_pattern("(\\w+)$", why_not);
  Extraction extraction;
  extraction.structured = true;
  extraction.rules.push_back({"page",
                              {},
                              std::nullopt,
                              {field("number", "p", FieldType::Number, false),
                               field("integer", "b", FieldType::Integer, false),
                               field("date", "time, i", FieldType::Date, true),
                               field("url", "a, img", FieldType::Url, true), part, record}});
  extraction.rules.push_back(
      {"each", {}, parse_selector("*", why_not), {field("t", "*", FieldType::Text, false)}});
  return extraction;
}

}  // namespace
}  // namespace skitter::parser

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::parser;
  static const auto url = parse_url("http://h.example/d/p?q");
  static const Extraction extraction = make_extraction();
  static Arena arena;
  Document document;
  document.bytes = {reinterpret_cast<const char*>(data), size};
  document.url = &*url;
  document.content_type = "text/html; charset=utf-8";
  ParseBudget budget;
  budget.memory_bytes = 32u << 20;
  const Extracted first = extract(document, extraction, arena, budget);
  require(arena.used_bytes() == 0, "the arena is not empty");
  std::size_t bytes = 0;
  for (const Item& item : first.items) {
    bytes += item.data.size();
    require(is_valid_utf8(item.data), "an item is not UTF-8");
    require(nlohmann::json::accept(item.data), "an item is no JSON");
  }
  require(bytes <= kMaxItemBytes, "too many bytes of items");
  require(extract(document, extraction, arena, budget).items == first.items, "not the same twice");
  return 0;
}
