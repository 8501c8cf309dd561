#include "cli/rules_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/extraction.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/read_file.h"
#include "cli/suggest.h"
#include "cli/toml.h"

namespace skitter::cli {
namespace {

using parser::Field;
using parser::FieldType;
using parser::Rule;

constexpr std::array<std::pair<std::string_view, FieldType>, 6> kTypes = {{
    {"text", FieldType::Text},
    {"number", FieldType::Number},
    {"integer", FieldType::Integer},
    {"url", FieldType::Url},
    {"date", FieldType::Date},
    {"html", FieldType::Html},
}};

// A table of the file, or a value in one.
struct Node {
  std::string name;
  int line = 0;
  const TomlEntry* value = nullptr;  // null: a table
  std::vector<Node> children;

  [[nodiscard]] const Node* find(std::string_view child) const {
    const auto found = std::find_if(children.begin(), children.end(),
                                    [&](const Node& node) { return node.name == child; });
    return found == children.end() ? nullptr : &*found;
  }
};

// What is wrong with a line.
class RuleError : public std::runtime_error {
 public:
  RuleError(const Node& node, const std::string& what)
      : std::runtime_error(node.name + ": " + what), line_(node.line) {}
  [[nodiscard]] int line() const noexcept { return line_; }

 private:
  int line_;
};

Node& child_of(Node& parent, const std::string& name, int line) {
  for (Node& node : parent.children) {
    if (node.name == name) return node;
  }
  return parent.children.emplace_back(Node{name, line, nullptr, {}});
}

Node make_tree(const std::vector<TomlEntry>& entries) {
  Node root;
  for (const TomlEntry& entry : entries) {
    Node* node = &root;
    for (const std::string& table : entry.path) {
      node = &child_of(*node, table, entry.line);
      if (node->value != nullptr) throw RuleError(*node, "is a value and a table");
    }
    Node& leaf = child_of(*node, entry.key, entry.line);
    if (!leaf.children.empty()) throw RuleError(leaf, "is a table and a value");
    leaf.value = &entry;
  }
  return root;
}

void check_keys(const Node& node, const std::vector<std::string>& known) {
  for (const Node& child : node.children) {
    if (std::find(known.begin(), known.end(), child.name) != known.end()) continue;
    const std::string near = nearest(child.name, known);
    throw RuleError(child, near.empty() ? fmt::format("{} has no such key", node.name)
                                        : fmt::format("no such key; did you mean '{}'?", near));
  }
}

const std::string& text_of(const Node& node) {
  if (node.value == nullptr || node.value->kind != TomlKind::String) {
    throw RuleError(node, "is a text in quotes");
  }
  return node.value->values.front();
}

bool flag_of(const Node& node) {
  if (node.value == nullptr || node.value->kind != TomlKind::Boolean) {
    throw RuleError(node, "is true or false");
  }
  return node.value->values.front() == "true";
}

parser::Selector selector_of(const Node& node) {
  std::string why_not;
  auto selector = parser::parse_selector(text_of(node), why_not);
  if (!selector) throw RuleError(node, fmt::format("'{}' {}", text_of(node), why_not));
  return std::move(*selector);
}

parser::Pattern pattern_of(const Node& node, const std::string& text) {
  std::string why_not;
  auto pattern = parser::compile_pattern(text, why_not);
  if (!pattern) throw RuleError(node, fmt::format("'{}': {}", text, why_not));
  return pattern;
}

FieldType type_of(const Node& node) {
  const std::string& given = text_of(node);
  std::vector<std::string_view> names;
  for (const auto& [name, type] : kTypes) {
    if (name == given) return type;
    names.push_back(name);
  }
  throw RuleError(node, fmt::format("'{}' is none of {}", given, join_words(names)));
}

std::string fallback_of(const Node& node) {
  if (node.value == nullptr || node.value->kind == TomlKind::Array) {
    throw RuleError(node, "is one text, number, or true or false");
  }
  const std::string& given = node.value->values.front();
  if (node.value->kind == TomlKind::String) return json_string(given);
  if (!nlohmann::json::accept(given))
    throw RuleError(node, fmt::format("'{}' is no number", given));
  return given;
}

std::vector<Field> fields_of(const Node& table);

// A record, or several: { each = ".review", fields = { ... } }, or select = for the first only.
Field record_of(const Node& node) {
  check_keys(node, {"each", "select", "fields"});
  const Node* const each = node.find("each");
  const Node* const select = node.find("select");
  if ((each == nullptr) == (select == nullptr)) {
    throw RuleError(node, "a record has 'each' for a list of them, or 'select' for one");
  }
  const Node& where = each != nullptr ? *each : *select;
  return {node.name,
          selector_of(where),
          FieldType::Record,
          each != nullptr,
          true,
          nullptr,
          "",
          fields_of(*node.find("fields"))};
}

Field field_of(const Node& node) {
  if (node.value != nullptr) {
    return {node.name, selector_of(node), FieldType::Text, false, true, nullptr, "", {}};
  }
  if (node.find("fields") != nullptr) return record_of(node);
  check_keys(node, {"select", "type", "of", "trim", "regex", "default", "fields"});
  const Node* const select = node.find("select");
  if (select == nullptr) throw RuleError(node, "'select' is missing");
  Field field{node.name, selector_of(*select), FieldType::Text, false, true, nullptr, "", {}};
  if (const Node* const type = node.find("type")) {
    field.is_list = text_of(*type) == "list";
    if (!field.is_list) field.type = type_of(*type);
  }
  if (const Node* const of = node.find("of")) {
    if (!field.is_list) throw RuleError(*of, "goes with type = \"list\"");
    field.type = type_of(*of);
  }
  if (const Node* const trim = node.find("trim")) field.trim = flag_of(*trim);
  if (const Node* const regex = node.find("regex")) {
    field.regex = pattern_of(*regex, text_of(*regex));
  }
  if (const Node* const fallback = node.find("default")) field.fallback = fallback_of(*fallback);
  return field;
}

std::vector<Field> fields_of(const Node& table) {
  if (table.value != nullptr) throw RuleError(table, "is a table: NAME = \"SELECTOR\"");
  std::vector<Field> fields;
  for (const Node& node : table.children) fields.push_back(field_of(node));
  return fields;
}

Rule rule_of(const Node& node) {
  const auto& structured = parser::kStructuredRules;
  const bool is_taken = node.name == "sitemap" || node.name == kCommandLineRule ||
                        std::count(std::begin(structured), std::end(structured), node.name) > 0;
  if (is_taken) throw RuleError(node, "is the name of a rule of skitter's own");
  if (node.value != nullptr) throw RuleError(node, "a rule is a table: [NAME]");
  check_keys(node, {"url", "each", "fields"});
  Rule rule{node.name, {}, std::nullopt, {}};
  if (const Node* const url = node.find("url")) {
    if (url->value == nullptr) throw RuleError(*url, "is a regular expression, or several in [ ]");
    for (const std::string& text : url->value->values) rule.urls.push_back(pattern_of(*url, text));
  }
  if (const Node* const each = node.find("each")) rule.each = selector_of(*each);
  const Node* const fields = node.find("fields");
  if (fields == nullptr) throw RuleError(node, fmt::format("[{}.fields] is missing", node.name));
  rule.fields = fields_of(*fields);
  return rule;
}

}  // namespace

std::vector<Rule> read_rules(const std::string& path) {
  const std::string text = read_file("--rules", path);
  try {
    const std::vector<TomlEntry> entries = parse_toml(text);
    const Node root = make_tree(entries);
    std::vector<Rule> rules;
    for (const Node& node : root.children) rules.push_back(rule_of(node));
    if (rules.empty()) throw UsageError(fmt::format("--rules: {} holds no rule", path));
    return rules;
  } catch (const TomlError& error) {
    throw UsageError(fmt::format("{}:{}: {}", path, error.line(), error.what()));
  } catch (const RuleError& error) {
    throw UsageError(fmt::format("{}:{}: {}", path, error.line(), error.what()));
  }
}

}  // namespace skitter::cli
