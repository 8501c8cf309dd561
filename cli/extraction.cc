#include "cli/extraction.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/json.h"
#include "cli/options.h"
#include "cli/read_file.h"
#include "cli/rules_file.h"

namespace skitter::cli {
namespace {

parser::Selector selector_or_throw(const char* flag, const std::string& text) {
  std::string why_not;
  auto selector = parser::parse_selector(text, why_not);
  if (!selector) throw UsageError(fmt::format("{}: '{}' {}", flag, text, why_not));
  return std::move(*selector);
}

// "name=selector", or "name[]=selector" for all matches.
parser::Field parse_field(const std::string& given) {
  constexpr const char* kFlag = "--extract";
  const std::size_t sign = given.find('=');
  std::string name = given.substr(0, sign);
  const bool is_list = name.ends_with("[]");
  if (is_list) name.resize(name.size() - 2);
  const bool is_name =
      !name.empty() && name.find_first_of(" .#:>+~*[](){}\"'\t\r\n") == std::string::npos;
  if (sign == std::string::npos || !is_name) {
    throw UsageError(fmt::format("{}: '{}' is not NAME=SELECTOR", kFlag, given));
  }
  return {std::move(name),
          selector_or_throw(kFlag, given.substr(sign + 1)),
          parser::FieldType::Text,
          is_list,
          true,
          nullptr,
          "",
          {}};
}

parser::Rule command_line_rule(const ExtractionArguments& arguments) {
  parser::Rule rule{kCommandLineRule, {}, std::nullopt, {}};
  if (!arguments.each.empty()) rule.each = selector_or_throw("--each", arguments.each);
  for (const std::string& given : arguments.fields) {
    parser::Field field = parse_field(given);
    const bool is_twice =
        std::any_of(rule.fields.begin(), rule.fields.end(),
                    [&](const parser::Field& other) { return other.name == field.name; });
    if (is_twice) throw UsageError(fmt::format("--extract: '{}' is given twice", field.name));
    rule.fields.push_back(std::move(field));
  }
  return rule;
}

}  // namespace

void add_extraction_options(CLI::App& app, ExtractionArguments& arguments) {
  constexpr const char* kGroup = "Items";
  add_list(app, {"-e,--extract", "Take this from each page; repeatable", kGroup}, "NAME=SELECTOR",
           arguments.fields);
  add_text(app, {"--each", "One item for each match, not one a page", kGroup}, "SELECTOR",
           arguments.each);
  add_text(app, {"--rules", "Named rules for more", kGroup}, "FILE.toml", arguments.rules_file);
  add_flag(app, {"--structured", "JSON-LD, microdata, OpenGraph, meta tags", kGroup},
           [&arguments] { arguments.structured = true; });
}

parser::Extraction make_extraction(const ExtractionArguments& arguments) {
  parser::Extraction extraction;
  extraction.structured = arguments.structured;
  if (arguments.fields.empty() && !arguments.each.empty()) {
    throw UsageError("--each: say what to take of each match, with --extract NAME=SELECTOR");
  }
  if (!arguments.rules_file.empty()) extraction.rules = read_rules(arguments.rules_file);
  if (!arguments.fields.empty()) extraction.rules.push_back(command_line_rule(arguments));
  return extraction;
}

nlohmann::ordered_json extraction_json(const ExtractionArguments& arguments) {
  return {{"extract", arguments.fields},
          {"each", text_or_null(arguments.each)},
          {"rules", text_or_null(arguments.rules_file)},
          {"structured", arguments.structured}};
}

}  // namespace skitter::cli
