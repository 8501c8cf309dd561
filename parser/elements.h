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
};

// The number of an element's name (gumbo's; ASCII case is ignored). All unknown names share one.
[[nodiscard]] int element_number(std::string_view name) noexcept;
[[nodiscard]] const Traits& traits_of(int element_number) noexcept;

}  // namespace skitter::parser
