#include "parser/extract.h"

#include <gumbo.h>
#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "parser/arena.h"
#include "parser/charset.h"
#include "parser/element_value.h"
#include "parser/field_value.h"
#include "parser/headers.h"
#include "parser/html_space.h"
#include "parser/item_sink.h"
#include "parser/text_builder.h"
#include "parser/tree.h"

namespace skitter::parser {
namespace {

using nlohmann::ordered_json;

// A field with the matcher that remembers the tree for it, from item to item.
struct BoundField {
  BoundField(const Field& given, const ItemSource& source, ItemSink& sink)
      : field(given), matcher(given.selector, source.tree, sink.steps()) {
    inner.reserve(given.fields.size());
    for (const Field& each : given.fields) inner.emplace_back(each, source, sink);
  }

  const Field& field;
  Matcher matcher;
  std::vector<BoundField> inner;
};

// The attribute that says what an element of that name links to, or shows.
const char* url_attribute(int tag) noexcept {
  switch (tag) {
    case GUMBO_TAG_A:
    case GUMBO_TAG_AREA:
    case GUMBO_TAG_LINK:
    case GUMBO_TAG_BASE:
      return "href";
    case GUMBO_TAG_OBJECT:
      return "data";
    case GUMBO_TAG_FORM:
      return "action";
    case GUMBO_TAG_META:
      return "content";
    default:  // gumbo's tags are an open list
      return "src";
  }
}

// The attribute that holds the value of a field of that type where the selector names none.
const char* implied_attribute(FieldType type, int tag) noexcept {
  if (type == FieldType::Url) return url_attribute(tag);
  if (type == FieldType::Date && tag == GUMBO_TAG_TIME) return "datetime";
  return tag == GUMBO_TAG_META ? "content" : nullptr;  // a meta element has no text
}

std::optional<std::string> apply_regex(const re2::RE2& regex, const std::string& text) {
  re2::StringPiece groups[2];
  const int count = std::min(regex.NumberOfCapturingGroups(), 1) + 1;
  if (!regex.Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups, count)) return std::nullopt;
  const re2::StringPiece& value = groups[count - 1];
  return std::string(value.data() == nullptr ? "" : value.data(), value.size());
}

std::string to_json(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// A number goes into JSON as it is written: a double would round a long one.
ordered_json number_json(const std::optional<std::string>& number) {
  if (!number) return nullptr;
  return ordered_json::parse(*number, nullptr, /*allow_exceptions=*/false);
}

// Takes the items of one page, rule by rule.
class Extractor {
 public:
  Extractor(const ItemSource& source, ItemSink& sink) : source_(source), sink_(sink) {}

  void run(const Rule& rule) {
    std::vector<BoundField> fields;
    fields.reserve(rule.fields.size());
    for (const Field& field : rule.fields) fields.emplace_back(field, source_, sink_);
    std::int64_t position = 0;
    if (!rule.each) {
      const auto data = record(fields, kNoElement);
      if (data) sink_.add(rule.name, position, to_json(*data));
      return;
    }
    Matcher each(*rule.each, source_.tree, sink_.steps());
    for (const Matcher::Match& match : each.select()) {
      const auto data = record(fields, match.element);
      if (sink_.is_over()) return;
      if (data && !sink_.add(rule.name, position++, to_json(*data))) return;
    }
  }

 private:
  using Value = std::optional<ordered_json>;

  Value record(std::vector<BoundField>& fields, ElementId scope);
  Value value(BoundField& bound, ElementId scope);
  Value value_of(BoundField& bound, const Matcher::Match& match);
  std::optional<std::string> text_of_match(const Field& field, const Matcher::Match& match);
  Value convert(const Field& field, std::string text) const;

  const ItemSource& source_;
  ItemSink& sink_;
};

// nullopt where no field has a match.
Extractor::Value Extractor::record(std::vector<BoundField>& fields, ElementId scope) {
  ordered_json data = ordered_json::object();
  bool is_found = false;
  for (BoundField& bound : fields) {
    auto found = value(bound, scope);
    is_found |= found.has_value();
    const Field& field = bound.field;
    if (found) {
      data[field.name] = std::move(*found);
    } else if (!field.fallback.empty()) {
      data[field.name] = ordered_json::parse(field.fallback);
    } else {
      data[field.name] = field.is_list ? ordered_json::array() : ordered_json(nullptr);
    }
  }
  if (!is_found) return std::nullopt;
  return data;
}

Extractor::Value Extractor::value(BoundField& bound, ElementId scope) {
  if (sink_.is_over()) return std::nullopt;
  if (!bound.field.is_list) {
    const auto first = bound.matcher.select(scope, 1);
    if (first.empty()) return std::nullopt;
    if (auto found = value_of(bound, first.front())) return found;
  }
  ordered_json list = ordered_json::array();
  for (const Matcher::Match& match : bound.matcher.select(scope)) {
    auto found = value_of(bound, match);
    if (!found) continue;
    if (!bound.field.is_list) return found;
    list.push_back(std::move(*found));
    if (sink_.is_over()) break;
  }
  if (list.empty()) return std::nullopt;
  return list;
}

Extractor::Value Extractor::value_of(BoundField& bound, const Matcher::Match& match) {
  if (bound.field.type == FieldType::Record) return record(bound.inner, match.element);
  auto text = text_of_match(bound.field, match);
  if (!text) return std::nullopt;
  sink_.take_value(text->size());
  return convert(bound.field, std::move(*text));
}

std::optional<std::string> Extractor::text_of_match(const Field& field,
                                                    const Matcher::Match& match) {
  const ElementTree& tree = source_.tree;
  const ElementId id = match.element;
  const Spacing spacing = field.trim ? Spacing::Collapse : Spacing::Keep;
  sink_.take_steps(tree[id].end - id);
  if (match.value->kind == ValueKind::Element) {
    if (field.type == FieldType::Html) return html_of(tree, id, sink_.bytes_left());
    const char* const implied = implied_attribute(field.type, tree[id].tag);
    const bool has_implied = implied != nullptr && tree.attribute(id, implied);
    const Selector::Value attribute{ValueKind::Attribute, has_implied ? implied : ""};
    if (has_implied) return parser::value_of(tree, {id, &attribute}, spacing, sink_.bytes_left());
  }
  return parser::value_of(tree, match, spacing, sink_.bytes_left());
}

Extractor::Value Extractor::convert(const Field& field, std::string text) const {
  if (field.regex) {
    auto part = apply_regex(*field.regex, text);
    if (!part) return std::nullopt;
    text = std::move(*part);
  }
  ordered_json json;
  switch (field.type) {
    case FieldType::Text:
    case FieldType::Html:
    case FieldType::Record:
      json = std::move(text);
      break;
    case FieldType::Url:
      json = resolve_value(text, source_.base);
      break;
    case FieldType::Number:
      json = number_json(parse_number(text));
      break;
    case FieldType::Integer:
      json = number_json(parse_integer(text));
      break;
    case FieldType::Date:
      if (auto date = parse_date(text)) json = std::move(*date);
      break;
  }
  if (json.is_null()) return std::nullopt;
  return json;
}

bool applies(const Rule& rule, std::string_view url) {
  if (rule.urls.empty()) return true;
  return std::any_of(rule.urls.begin(), rule.urls.end(),
                     [&](const Pattern& pattern) { return finds(*pattern, url); });
}

// HTML §4.2.3: the first base element with an href, unless its scheme is data or javascript.
Url base_of(const ElementTree& tree, const Url& own) {
  for (ElementId id = 0; id < tree.size(); ++id) {
    if (tree[id].tag != GUMBO_TAG_BASE) continue;
    const auto href = tree.attribute(id, "href");
    if (!href) continue;
    auto base = parse_url(*href, &own);
    if (!base || base->scheme() == "data" || base->scheme() == "javascript") return own;
    return std::move(*base);
  }
  return own;
}

}  // namespace

Pattern compile_pattern(const std::string& text, std::string& why_not) {
  auto compiled = std::make_shared<const re2::RE2>(text, re2::RE2::Quiet);
  if (compiled->ok()) return compiled;
  why_not = compiled->error();
  return nullptr;
}

bool finds(const re2::RE2& pattern, std::string_view text) {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

std::string resolve_value(std::string_view href, const Url& base) {
  const auto url = parse_url(href, &base);
  return url ? std::string(url->href()) : std::string(href);
}

Extracted extract(const Document& document, const Extraction& extraction, Arena& arena,
                  const ParseBudget& budget) {
  const ContentType type = parse_content_type(document.content_type);
  if (!type.essence.empty() && !is_html_type(type.essence)) return {};
  const std::string url(document.url->without_fragment());
  std::vector<const Rule*> rules;
  for (const Rule& rule : extraction.rules) {
    if (applies(rule, url)) rules.push_back(&rule);
  }
  if (rules.empty() && !extraction.structured) return {};

  std::string storage;
  const std::string_view html =
      to_utf8(document.bytes, sniff_encoding(document.bytes, type.charset), storage);
  const GumboOutput* const output = build_tree(html, arena, budget);
  if (output == nullptr) return {{}, true};
  Extracted result;
  {
    const ElementTree tree(*output);
    const Url base = base_of(tree, *document.url);
    const ItemSource source{tree, base};
    ItemSink sink(budget);
    Extractor extractor(source, sink);
    for (const Rule* const rule : rules) extractor.run(*rule);
    if (extraction.structured) extract_structured(source, sink);
    result = sink.take();
  }
  arena.reset();
  return result;
}

}  // namespace skitter::parser
