#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>

namespace skitter::parser {

// A set of element numbers. Internal to parser/.
class TagSet {
 public:
  constexpr TagSet(std::initializer_list<int> tags) {
    for (const int tag : tags) has_[static_cast<std::size_t>(tag)] = true;
  }
  [[nodiscard]] constexpr bool has(int tag) const noexcept {
    return has_[static_cast<std::size_t>(tag)];
  }

 private:
  std::array<bool, 256> has_{};
};

}  // namespace skitter::parser
