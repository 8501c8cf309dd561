#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parser/selector.h"

// What a selector is compiled to. Internal to parser/.
//
//     a.b > c, :is(d e) f
//
//     complexes  [ {c, 2 compounds} {f, 2 compounds} {e, 2 compounds} ]
//     compounds  [ c  >a.b | f  _:is() | e  _d ]           right to left, each with the combinator
//     tests      [ c | a .b | f | :is(list 1) | e | d ]    that leads from it to the next
//     lists      [ {0, 1} {2} ]                            indexes of complexes; the first is the
//                                                          selector itself
namespace skitter::parser::selector {

enum class Combinator : std::uint8_t { None, Descendant, Child, NextSibling, LaterSibling };

enum class TestKind : std::uint8_t {
  Never,  // :hover, or a namespace that no element has
  Type,
  Id,
  Class,
  Attribute,
  Nth,
  Is,
  Not,
  Has,
  Lang,
  Root,
  Scope,
  Empty,
  OnlyChild,
  Link,
  Checked,
  Enabled,
  Disabled,
  Required,
  Optional,
  ReadOnly,
  ReadWrite,
  PlaceholderShown,
  Defined,
};

struct Test {
  TestKind kind = TestKind::Never;
  std::uint32_t index = 0;  // into the table of its kind
};

struct TypeTest {
  int tag = 0;          // gumbo's number, or that of all unknown names
  std::string lower;    // what an HTML element is compared with
  std::string written;  // what an element of SVG or MathML is compared with
};

enum class AttributeMatch : std::uint8_t {
  Exists,
  Equals,
  Includes,
  Dash,
  Prefix,
  Suffix,
  Substring
};
enum class CaseRule : std::uint8_t { ByDocument, Ignore, Respect };

struct AttributeTest {
  std::string lower;
  std::string written;
  bool any_namespace = false;
  AttributeMatch match = AttributeMatch::Exists;
  std::string value;
  CaseRule rule = CaseRule::ByDocument;
  bool is_listed = false;  // HTML's list of attributes whose values compare without case
};

// a, a + b, a + 2b ... from the first or the last sibling.
struct NthTest {
  std::int32_t step = 0;
  std::int32_t offset = 0;
  bool from_end = false;
  bool of_type = false;
  std::int32_t list = -1;  // "of S"; -1: every sibling counts
};

struct Compound {
  std::uint32_t first_test = 0;
  std::uint32_t test_count = 0;
  Combinator to_left = Combinator::None;
};

struct Complex {
  std::uint32_t first_compound = 0;  // the rightmost one
  std::uint32_t compound_count = 0;
  Combinator to_anchor = Combinator::None;  // of :has(): how the leftmost is reached
  Selector::Value value;
};

struct Program {
  std::vector<std::vector<std::uint32_t>> lists;
  std::vector<Complex> complexes;
  std::vector<Compound> compounds;
  std::vector<Test> tests;
  std::vector<TypeTest> types;
  std::vector<std::string> names;  // of ids and classes
  std::vector<AttributeTest> attributes;
  std::vector<NthTest> nths;
  std::vector<std::vector<std::string>> languages;  // the ranges of a :lang()
  bool uses_scope = false;
};

}  // namespace skitter::parser::selector
