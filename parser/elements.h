#pragma once

#include <cstdint>
#include <string_view>

namespace skitter::parser {

// What is known of an HTML element by its name alone.
//
// Internal to parser/. Source: HTML §15.3 (rendering: what is a block), §13.2.4.3 (the stack).

// The elements that a page's values are taken from.
enum class Element : std::uint8_t {
  Other,
  A,
  Area,
  Base,
  Embed,
  Frame,
  H1,
  Html,
  Iframe,
  Img,
  Link,
  Media,  // audio, video, track
  Meta,
  Object,
  Script,
  Source,
  Title,
};

// How its text stands on the page.
enum class Display : std::uint8_t {
  Inline,
  Cell,    // a space apart from what surrounds it
  Block,   // a line of its own
  Silent,  // not shown
};

// How its tags nest, for an estimate of the tree's depth.
enum class Nesting : std::uint8_t {
  Flat,        // void, or closed by its next sibling: adds no depth by repetition
  Plain,       // its end tag cannot reach past a block
  Formatting,  // reopened in every block until its own end tag
  Block,
  Cell,     // td, th: its end forgets the formatting opened in it
  Row,      // tr, tbody, thead, tfoot: flat, and ends a cell
  Barrier,  // end tags inside do not reach beyond it
};

struct Traits {
  Element element = Element::Other;
  Display display = Display::Inline;
  Nesting nesting = Nesting::Plain;
  bool has_attributes = false;  // that anything is taken from

  // False where a page's values are the same without it.
  [[nodiscard]] constexpr bool counts() const noexcept {
    return element != Element::Other || display != Display::Inline;
  }
};

// The number of an element's name (gumbo's; ASCII case is ignored). All unknown names share one.
[[nodiscard]] int element_number(std::string_view name) noexcept;
// The same for a reader that has the first eight bytes of the name in hand (as first_bytes() packs
// them, the first byte lowest; 0 behind the end of a shorter name).
[[nodiscard]] int element_number(std::string_view name, std::uint64_t first_bytes) noexcept;
[[nodiscard]] const Traits& traits_of(int element_number) noexcept;

enum class Namespace : std::uint8_t { Html, Svg, MathMl };

// The name in a tag of SVG or MathML, `raw` from its '<' to its '>', as gumbo compares it: of a
// start tag the name, of an end tag all that stands in it.
[[nodiscard]] std::string_view foreign_name(std::string_view raw) noexcept;

// The traits in SVG and MathML, where `name` is the name as written: what stands there is text, but
// for links and for what is not drawn: descriptions, styles, scripts and the source of a formula.
[[nodiscard]] const Traits& foreign_traits(int element_number, Namespace space,
                                           std::string_view name) noexcept;

}  // namespace skitter::parser
