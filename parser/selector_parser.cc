#include <gumbo.h>

#include <algorithm>
#include <array>
#include <utility>

#include "parser/ascii.h"
#include "parser/selector.h"
#include "parser/selector_program.h"
#include "parser/selector_reader.h"

namespace skitter::parser {
namespace selector {
namespace {

enum class ListRule : std::uint8_t {
  Strict,
  Forgiving,  // what is no selector is left out; the list may be empty
  Relative,   // as in :has(): may begin with a combinator
};

// HTML §4.16.2: on HTML elements the values of these compare without case.
constexpr std::array<std::string_view, 46> kCaselessValues = {
    "accept",     "accept-charset", "align",     "alink",    "axis",     "bgcolor", "charset",
    "checked",    "clear",          "codetype",  "color",    "compact",  "declare", "defer",
    "dir",        "direction",      "disabled",  "enctype",  "face",     "frame",   "hreflang",
    "http-equiv", "lang",           "language",  "link",     "media",    "method",  "multiple",
    "nohref",     "noresize",       "noshade",   "nowrap",   "readonly", "rel",     "rev",
    "rules",      "scope",          "scrolling", "selected", "shape",    "target",  "text",
    "type",       "valign",         "valuetype", "vlink",
};
static_assert(std::is_sorted(kCaselessValues.begin(), kCaselessValues.end()));

struct Named {
  std::string_view name;
  TestKind kind;
};
constexpr Named kPseudoClasses[] = {
    {"any-link", TestKind::Link},
    {"checked", TestKind::Checked},
    {"defined", TestKind::Defined},
    {"disabled", TestKind::Disabled},
    {"empty", TestKind::Empty},
    {"enabled", TestKind::Enabled},
    {"link", TestKind::Link},
    {"only-child", TestKind::OnlyChild},
    {"optional", TestKind::Optional},
    {"placeholder-shown", TestKind::PlaceholderShown},
    {"read-only", TestKind::ReadOnly},
    {"read-write", TestKind::ReadWrite},
    {"required", TestKind::Required},
    {"root", TestKind::Root},
    {"scope", TestKind::Scope},
    // What nobody has touched, visited or started.
    {"active", TestKind::Never},
    {"autofill", TestKind::Never},
    {"focus", TestKind::Never},
    {"focus-visible", TestKind::Never},
    {"focus-within", TestKind::Never},
    {"fullscreen", TestKind::Never},
    {"hover", TestKind::Never},
    {"modal", TestKind::Never},
    {"picture-in-picture", TestKind::Never},
    {"playing", TestKind::Never},
    {"popover-open", TestKind::Never},
    {"target", TestKind::Never},
    {"target-within", TestKind::Never},
    {"user-invalid", TestKind::Never},
    {"user-valid", TestKind::Never},
    {"visited", TestKind::Never},
};

struct NamedNth {
  std::string_view name;
  NthTest test;
};
const NamedNth kPositions[] = {
    {"first-child", {0, 1, false, false, -1}},  {"last-child", {0, 1, true, false, -1}},
    {"first-of-type", {0, 1, false, true, -1}}, {"last-of-type", {0, 1, true, true, -1}},
    {"nth-child", {0, 0, false, false, -1}},    {"nth-last-child", {0, 0, true, false, -1}},
    {"nth-of-type", {0, 0, false, true, -1}},   {"nth-last-of-type", {0, 0, true, true, -1}},
};

// The pseudo-elements that CSS 2 wrote with one colon too.
constexpr std::string_view kOldPseudoElements[] = {"after", "before", "first-letter", "first-line"};

template <typename Value>
std::uint32_t add(std::vector<Value>& table, Value value) {
  table.push_back(std::move(value));
  return static_cast<std::uint32_t>(table.size() - 1);
}

// One descent over the text; the depth of its recursion is that of the brackets, which is bounded.
// Each parse_ method returns false once something is wrong; the first reason stays.
class Parser {
 public:
  explicit Parser(std::string_view text) : reader_(text) {}

  bool run() {
    program_.lists.emplace_back();
    if (!parse_list(0, ListRule::Strict)) return false;
    return reader_.is_done() || fail(unexpected());
  }

  Program program_;
  std::string reason_;
  std::size_t reason_at_ = 0;

 private:
  // A complex selector as it is read, left to right.
  struct Part {
    Combinator before;
    std::vector<Test> tests;
  };

  bool fail(std::string reason) {
    if (reason_.empty()) {
      reason_ = std::move(reason);
      reason_at_ = reader_.at();
    }
    return false;
  }
  [[nodiscard]] std::string unexpected() const {
    if (reader_.is_done()) return "it ends too early";
    return std::string("'") + reader_.peek() + "' is not expected";
  }

  bool parse_list(std::uint32_t list, ListRule rule);
  bool parse_complex(std::uint32_t list, ListRule rule);
  bool parse_compound(Part& part, Selector::Value& value);
  bool parse_simple(Part& part, Selector::Value& value, bool is_first);
  bool parse_type(Part& part);
  bool parse_attribute(Part& part);
  bool parse_attribute_value(AttributeTest& test);
  bool parse_pseudo(Part& part, Selector::Value& value);
  bool parse_pseudo_class(Part& part, const std::string& name);
  bool parse_function(Part& part, const std::string& name);
  bool parse_nth(Part& part, NthTest test);
  bool parse_language(Part& part);
  bool parse_pseudo_element(Selector::Value& value);
  bool parse_end_of_function();
  [[nodiscard]] Combinator take_combinator(bool had_space);
  [[nodiscard]] bool is_at_complex_end() const {
    return reader_.is_done() || reader_.peek() == ',' || (nesting_ > 0 && reader_.peek() == ')');
  }
  void store(std::uint32_t list, const std::vector<Part>& parts, Selector::Value value);

  Reader reader_;
  std::size_t nesting_ = 0;
  std::size_t compounds_ = 0;
  bool in_has_ = false;
};

bool Parser::parse_list(std::uint32_t list, ListRule rule) {
  if (nesting_ > Selector::kMaxNesting) return fail("brackets in brackets in brackets ...");
  for (;;) {
    (void)reader_.skip_space();
    const std::size_t begin = reader_.at();
    const bool is_empty = rule == ListRule::Forgiving && is_at_complex_end();
    if (!is_empty && !parse_complex(list, rule)) {
      if (rule != ListRule::Forgiving || compounds_ > Selector::kMaxCompounds) return false;
      reason_.clear();
      reader_.go_back_to(begin);
      reader_.skip_argument();
    }
    if (!reader_.take(',')) return true;
  }
}

Combinator Parser::take_combinator(bool had_space) {
  const auto found = [this](Combinator combinator) {
    reader_.skip(1);
    (void)reader_.skip_space();
    return combinator;
  };
  if (reader_.peek() == '>') return found(Combinator::Child);
  if (reader_.peek() == '+') return found(Combinator::NextSibling);
  if (reader_.peek() == '~') return found(Combinator::LaterSibling);
  return had_space ? Combinator::Descendant : Combinator::None;
}

bool Parser::parse_complex(std::uint32_t list, ListRule rule) {
  std::vector<Part> parts;
  Selector::Value value;
  Combinator before = Combinator::None;
  if (rule == ListRule::Relative) before = take_combinator(true);
  for (;;) {
    if (++compounds_ > Selector::kMaxCompounds) return fail("too many parts");
    Part& part = parts.emplace_back(Part{before, {}});
    if (!parse_compound(part, value)) return false;
    const bool had_space = reader_.skip_space();
    if (is_at_complex_end()) break;
    if (value.kind != ValueKind::Element) return fail("nothing may follow a pseudo-element");
    before = take_combinator(had_space);
    if (before == Combinator::None) return fail(unexpected());
  }
  store(list, parts, std::move(value));
  return true;
}

// Reverses it.
void Parser::store(std::uint32_t list, const std::vector<Part>& parts, Selector::Value value) {
  Complex complex;
  complex.first_compound = static_cast<std::uint32_t>(program_.compounds.size());
  complex.compound_count = static_cast<std::uint32_t>(parts.size());
  complex.to_anchor = parts.front().before;
  complex.value = std::move(value);
  for (std::size_t i = parts.size(); i-- > 0;) {
    Compound compound;
    compound.first_test = static_cast<std::uint32_t>(program_.tests.size());
    compound.test_count = static_cast<std::uint32_t>(parts[i].tests.size());
    compound.to_left = i > 0 ? parts[i].before : Combinator::None;
    program_.compounds.push_back(compound);
    const auto& tests = parts[i].tests;
    program_.tests.insert(program_.tests.end(), tests.begin(), tests.end());
  }
  program_.lists[list].push_back(add(program_.complexes, std::move(complex)));
}

bool Parser::parse_compound(Part& part, Selector::Value& value) {
  const std::size_t begin = reader_.at();
  bool is_first = true;
  for (;;) {
    reader_.skip_comments();
    const char c = reader_.peek();
    const bool is_simple = c == '#' || c == '.' || c == '[' || c == ':' || c == '*' || c == '|' ||
                           (is_first && reader_.is_ident());
    if (!is_simple) break;
    if (value.kind != ValueKind::Element) return fail("nothing may follow a pseudo-element");
    if (!parse_simple(part, value, is_first)) return false;
    is_first = false;
  }
  if (is_first) {
    return reader_.at() == begin && is_at_complex_end() ? fail("a selector is missing")
                                                        : fail(unexpected());
  }
  // The cheapest first: what its name or a table of the tree can answer.
  std::stable_sort(part.tests.begin(), part.tests.end(),
                   [](const Test& a, const Test& b) { return a.kind < b.kind; });
  return true;
}

bool Parser::parse_simple(Part& part, Selector::Value& value, bool is_first) {
  switch (reader_.peek()) {
    case '#':
      reader_.skip(1);
      if (!reader_.is_ident()) return fail("an id is missing behind '#'");
      part.tests.push_back({TestKind::Id, add(program_.names, reader_.take_ident())});
      return true;
    case '.':
      reader_.skip(1);
      if (!reader_.is_ident()) return fail("a class is missing behind '.'");
      part.tests.push_back({TestKind::Class, add(program_.names, reader_.take_ident())});
      return true;
    case '[':
      return parse_attribute(part);
    case ':':
      return parse_pseudo(part, value);
    default:
      return is_first ? parse_type(part) : fail("a type stands first, or alone");
  }
}

// ns|name, where ns is nothing or "*": no other namespace has been declared.
bool Parser::parse_type(Part& part) {
  const auto has_prefix = [this] { return reader_.peek() == '|' && reader_.peek(1) != '|'; };
  bool is_any = reader_.take('*');
  std::string name = is_any ? "" : reader_.is_ident() ? reader_.take_ident() : "";
  if (has_prefix()) {
    if (!name.empty()) return fail("the namespace '" + name + "' is not declared");
    if (!is_any) part.tests.push_back({TestKind::Never, 0});  // |name: of no namespace
    reader_.skip(1);
    is_any = reader_.take('*');
    if (!is_any && !reader_.is_ident()) return fail("a type is missing behind '|'");
    name = is_any ? "" : reader_.take_ident();
  }
  if (is_any) return true;
  if (name.empty()) return fail(unexpected());
  TypeTest test;
  test.lower = ascii::lower(name);
  test.tag = gumbo_tagn_enum(test.lower.data(), static_cast<unsigned>(test.lower.size()));
  test.written = std::move(name);
  part.tests.push_back({TestKind::Type, add(program_.types, std::move(test))});
  return true;
}

bool Parser::parse_attribute(Part& part) {
  reader_.skip(1);
  (void)reader_.skip_space();
  AttributeTest test;
  const auto has_prefix = [this] { return reader_.peek() == '|' && reader_.peek(1) != '='; };
  if (reader_.take('*')) {
    if (!has_prefix()) return fail("an attribute's name is missing");
    test.any_namespace = true;
  } else if (reader_.is_ident()) {
    test.written = reader_.take_ident();
    if (has_prefix()) return fail("the namespace '" + test.written + "' is not declared");
  }
  if (test.written.empty()) {
    if (has_prefix()) reader_.skip(1);
    if (!reader_.is_ident()) return fail("an attribute's name is missing");
    test.written = reader_.take_ident();
  }
  test.lower = ascii::lower(test.written);
  test.is_listed = std::binary_search(kCaselessValues.begin(), kCaselessValues.end(),
                                      std::string_view(test.lower));
  (void)reader_.skip_space();
  if (!reader_.is_done() && reader_.peek() != ']' && !parse_attribute_value(test)) return false;
  if (!reader_.take(']') && !reader_.is_done()) return fail(unexpected());
  part.tests.push_back({TestKind::Attribute, add(program_.attributes, std::move(test))});
  return true;
}

bool Parser::parse_attribute_value(AttributeTest& test) {
  constexpr std::string_view kSigns = "~|^$*";
  constexpr AttributeMatch kMatches[] = {AttributeMatch::Includes, AttributeMatch::Dash,
                                         AttributeMatch::Prefix, AttributeMatch::Suffix,
                                         AttributeMatch::Substring};
  test.match = AttributeMatch::Equals;
  const std::size_t which = kSigns.find(reader_.peek());
  if (which != std::string_view::npos) {
    test.match = kMatches[which];
    reader_.skip(1);
  }
  if (!reader_.take('=')) return fail(unexpected());
  (void)reader_.skip_space();
  if (reader_.is_ident()) {
    test.value = reader_.take_ident();
  } else if (auto string = reader_.take_string()) {
    test.value = std::move(*string);
  } else {
    return fail("a value is a name, or stands in quotes");
  }
  (void)reader_.skip_space();
  if (!reader_.is_ident()) return true;
  const std::string flag = ascii::lower(reader_.take_ident());
  if (flag != "i" && flag != "s") return fail("behind the value only 'i' or 's' may stand");
  test.rule = flag == "i" ? CaseRule::Ignore : CaseRule::Respect;
  (void)reader_.skip_space();
  return true;
}

bool Parser::parse_pseudo(Part& part, Selector::Value& value) {
  reader_.skip(1);
  if (reader_.take(':')) {
    return nesting_ == 0 ? parse_pseudo_element(value)
                         : fail("a pseudo-element stands at the selector's end only");
  }
  if (!reader_.is_ident()) return fail("a pseudo-class is missing behind ':'");
  const std::string name = ascii::lower(reader_.take_ident());
  return reader_.take('(') ? parse_function(part, name) : [&] {
    const bool is_old =
        std::count(std::begin(kOldPseudoElements), std::end(kOldPseudoElements), name) > 0;
    if (!is_old || nesting_ > 0) return parse_pseudo_class(part, name);
    value.kind = ValueKind::None;
    return true;
  }();
}

bool Parser::parse_pseudo_class(Part& part, const std::string& name) {
  for (const Named& known : kPseudoClasses) {
    if (known.name != name) continue;
    program_.uses_scope |= known.kind == TestKind::Scope;
    part.tests.push_back({known.kind, 0});
    return true;
  }
  if (name == "only-of-type") {
    for (const bool from_end : {false, true}) {
      const NthTest test{0, 1, from_end, true, -1};
      part.tests.push_back({TestKind::Nth, add(program_.nths, test)});
    }
    return true;
  }
  for (const NamedNth& known : kPositions) {
    if (known.name != name || known.test.offset == 0) continue;
    part.tests.push_back({TestKind::Nth, add(program_.nths, known.test)});
    return true;
  }
  return fail("no pseudo-class is called ':" + name + "'");
}

bool Parser::parse_end_of_function() {
  (void)reader_.skip_space();
  return reader_.take(')') || reader_.is_done() || fail(unexpected());
}

bool Parser::parse_function(Part& part, const std::string& name) {
  constexpr std::pair<std::string_view, TestKind> kOfSelectors[] = {
      {"is", TestKind::Is},   {"where", TestKind::Is}, {"matches", TestKind::Is},
      {"not", TestKind::Not}, {"has", TestKind::Has},
  };
  for (const auto& [known, kind] : kOfSelectors) {
    if (known != name) continue;
    if (kind == TestKind::Has && in_has_) return fail(":has() may not stand in :has()");
    const std::uint32_t list = add(program_.lists, {});
    const bool was_in_has = std::exchange(in_has_, in_has_ || kind == TestKind::Has);
    ++nesting_;
    const ListRule rule = kind == TestKind::Is    ? ListRule::Forgiving
                          : kind == TestKind::Has ? ListRule::Relative
                                                  : ListRule::Strict;
    const bool is_read = parse_list(list, rule) && parse_end_of_function();
    --nesting_;
    in_has_ = was_in_has;
    part.tests.push_back({kind, list});
    return is_read;
  }
  for (const NamedNth& known : kPositions) {
    if (known.name == name && known.test.offset == 0) return parse_nth(part, known.test);
  }
  if (name == "lang") return parse_language(part);
  return fail("no pseudo-class is called ':" + name + "()'");
}

bool Parser::parse_nth(Part& part, NthTest test) {
  (void)reader_.skip_space();
  const auto nth = reader_.take_nth();
  if (!nth) return fail("expected a number, 'odd', 'even', or the like of '2n+1'");
  test.step = nth->step;
  test.offset = nth->offset;
  const bool had_space = reader_.skip_space();
  if (had_space && !test.of_type && reader_.is_ident()) {
    if (ascii::lower(reader_.take_ident()) != "of") return fail("expected 'of' and a selector");
    const std::uint32_t list = add(program_.lists, {});
    ++nesting_;
    const bool is_read = parse_list(list, ListRule::Strict);
    --nesting_;
    if (!is_read) return false;
    test.list = static_cast<std::int32_t>(list);
  }
  part.tests.push_back({TestKind::Nth, add(program_.nths, test)});
  return parse_end_of_function();
}

bool Parser::parse_language(Part& part) {
  std::vector<std::string> ranges;
  do {
    (void)reader_.skip_space();
    if (auto string = reader_.take_string()) {
      ranges.push_back(ascii::lower(*string));
    } else if (reader_.is_ident()) {
      ranges.push_back(ascii::lower(reader_.take_ident()));
    } else {
      return fail("expected a language, in quotes where it has a '*'");
    }
    (void)reader_.skip_space();
  } while (reader_.take(','));
  part.tests.push_back({TestKind::Lang, add(program_.languages, std::move(ranges))});
  return parse_end_of_function();
}

bool Parser::parse_pseudo_element(Selector::Value& value) {
  if (!reader_.is_ident()) return fail("a pseudo-element is missing behind '::'");
  const std::string name = ascii::lower(reader_.take_ident());
  if (name == "attr") {
    value.kind = ValueKind::Attribute;
    if (!reader_.take('(')) return fail("write ::attr(name)");
    (void)reader_.skip_space();
    if (!reader_.is_ident()) return fail("an attribute's name is missing in ::attr()");
    value.attribute = ascii::lower(reader_.take_ident());
    return parse_end_of_function();
  }
  if (name == "text") {
    value.kind = ValueKind::Text;
  } else if (name == "html") {
    value.kind = ValueKind::Html;
  } else if (std::count(std::begin(kOldPseudoElements), std::end(kOldPseudoElements), name) > 0) {
    value.kind = ValueKind::None;
  } else {
    return fail("no pseudo-element is called '::" + name +
                "'; there are ::text, ::attr(name) and ::html");
  }
  return true;
}

}  // namespace
}  // namespace selector

std::optional<Selector> parse_selector(std::string_view text, std::string& why_not) {
  if (text.size() > Selector::kMaxBytes) {
    why_not = "longer than 16 KiB";
    return std::nullopt;
  }
  const std::string clean = selector::preprocess(text);
  selector::Parser parser(clean);
  if (parser.run()) {
    return Selector(std::make_shared<const selector::Program>(std::move(parser.program_)));
  }
  why_not = "at character " + std::to_string(parser.reason_at_ + 1) + ": " + parser.reason_;
  return std::nullopt;
}

}  // namespace skitter::parser
