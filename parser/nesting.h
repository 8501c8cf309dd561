#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skitter::parser {

// The shape a page may have before gumbo is given it. gumbo compares each attribute of a tag with
// all before it, and walks the stack of open elements for each character of text inside unclosed
// formatting; neither asks the allocator often enough for a budget to step in. So the shape is
// estimated beforehand, in one pass over the bytes.
//
// The estimate knows the rules by which end tags reach their elements, not the whole tree
// construction: a page it finds too deep has thousands of tags left open.
//
// Internal to parser/. Source: HTML §13.2.4.2 (stack of open elements), §13.2.4.3 (formatting).
struct Shape {
  static constexpr std::size_t kMaxAttributes = 1'000;       // in one tag
  static constexpr std::size_t kMaxDepth = 4'000;            // elements open at once
  static constexpr std::uint64_t kMaxSteps = 2'000'000'000;  // bytes times depth: about 2 s

  std::size_t attributes = 0;  // of the tag that has most
  std::size_t depth = 0;
  std::uint64_t steps = 0;

  [[nodiscard]] bool is_absurd() const noexcept {
    return attributes > kMaxAttributes || depth > kMaxDepth || steps > kMaxSteps;
  }
};

// Stops early where the answer is_absurd().
[[nodiscard]] Shape estimate_shape(std::string_view html);

}  // namespace skitter::parser
