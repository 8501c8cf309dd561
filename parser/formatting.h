#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace skitter::parser {

// An element such as <a> or <b> that is opened again where a block cut it off.
struct FormattingElement {
  std::uint32_t id = 0;  // of the open element; of the last one where that is closed
  std::uint8_t tag = 0;
  bool is_marker = false;  // a table cell, a template, ...: what is in front does not reach in
  bool is_open = false;
  std::string_view raw;                  // its start tag
  std::optional<std::string_view> href;  // of an <a>
  std::string_view rel;
};

// The list of active formatting elements.
//
// Internal to parser/.
// Owns:    its elements: at most kMaxOpen behind a marker, so that what is opened again in each
//          block has a bound.
// Source:  HTML §13.2.4.3.
class FormattingList {
 public:
  static constexpr std::size_t kMaxOpen = 64;
  // How far from its end the list is searched for one element.
  static constexpr std::size_t kReach = 4 * kMaxOpen;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  FormattingList() { elements_.reserve(16); }

  [[nodiscard]] std::size_t size() const noexcept { return elements_.size(); }
  [[nodiscard]] FormattingElement& operator[](std::size_t index) noexcept {
    return elements_[index];
  }
  // Whether an element has to be opened again before text.
  [[nodiscard]] bool has_closed() const noexcept {
    return !elements_.empty() && !elements_.back().is_open && !elements_.back().is_marker;
  }

  void add_marker();
  void add(const FormattingElement& element);
  void insert(std::size_t index, const FormattingElement& element);
  void erase(std::size_t index);
  void clear_to_marker() noexcept;
  void clear() noexcept { elements_.clear(); }

  // The last element `tag` behind the last marker.
  [[nodiscard]] std::size_t find_tag(int tag) const noexcept;
  [[nodiscard]] std::size_t find_id(std::uint32_t id) const noexcept;
  // The first of the closed elements at the end of the list.
  [[nodiscard]] std::size_t first_closed() const noexcept;

 private:
  std::vector<FormattingElement> elements_;
};

}  // namespace skitter::parser
