#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/html.h"
#include "parser/selector.h"

namespace re2 {
class RE2;
}

namespace skitter::parser {

using Pattern = std::shared_ptr<const re2::RE2>;

// Null for what RE2 refuses; `why_not` then says what.
[[nodiscard]] Pattern compile_pattern(const std::string& text, std::string& why_not);

// True where it matches anywhere in the text.
[[nodiscard]] bool finds(const re2::RE2& pattern, std::string_view text);

enum class FieldType : std::uint8_t { Text, Number, Integer, Url, Date, Html, Record };

// One named value of an item.
struct Field {
  std::string name;
  Selector selector;
  FieldType type = FieldType::Text;
  bool is_list = false;       // all matches, as an array; else the first
  bool trim = true;           // white space collapsed, none at the ends
  Pattern regex;              // its first group, or the whole match, is the value; may be null
  std::string fallback;       // JSON, for where there is no value; empty: null
  std::vector<Field> fields;  // of a record: looked for in each match
};

// What makes items of a page.
struct Rule {
  std::string name;
  std::vector<Pattern> urls;     // one of them is found in the page's URL; none: every page
  std::optional<Selector> each;  // one item for each match; without it one a page
  std::vector<Field> fields;
};

struct Extraction {
  std::vector<Rule> rules;
  bool structured = false;  // also what pages say in JSON-LD, microdata, OpenGraph and meta tags

  [[nodiscard]] bool is_empty() const noexcept { return rules.empty() && !structured; }
};

// The rules that `structured` stands for; no rule of a user may have such a name.
inline constexpr std::string_view kStructuredRules[] = {"json-ld", "microdata", "opengraph",
                                                        "meta"};

struct Item {
  std::string rule;
  std::int64_t position = 0;  // among the rule's items of the page, from 0
  std::string data;           // JSON

  bool operator==(const Item&) const = default;
};

struct Extracted {
  std::vector<Item> items;
  bool is_cut = false;  // the page went over a budget: of its tree, of steps or of bytes
};

// Bytes of all items of one page.
inline constexpr std::size_t kMaxItemBytes = 16u << 20;

// Takes the items out of a page; one that is no HTML has none. It builds a tree of its own.
//
// A field's selector looks at the item itself and at what is in it. Without a match the value is
// the fallback, and a page for which no field has a match gives no item.
//
// Thread:  any, each with its own arena.
[[nodiscard]] Extracted extract(const Document& document, const Extraction& extraction,
                                Arena& arena, const ParseBudget& budget);

}  // namespace skitter::parser
