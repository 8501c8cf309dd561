#pragma once

#include <cstddef>
#include <string>

#include "parser/extract.h"

namespace skitter::parser {

// What is left of what one page's items may cost, and where they go.
//
// Internal to parser/. Borrows the parse budget.
class ItemSink {
 public:
  explicit ItemSink(const ParseBudget& budget) noexcept : budget_(budget) {}

  [[nodiscard]] StepBudget& steps() noexcept { return steps_; }
  [[nodiscard]] std::size_t bytes_left() const noexcept { return bytes_left_; }
  // For walks outside a matcher: one step an element.
  void take_steps(std::size_t steps) noexcept { steps_.take(steps); }

  [[nodiscard]] bool is_over() const {
    return is_full_ || steps_.is_over() ||
           (budget_.is_over != nullptr && budget_.is_over(budget_.context));
  }
  // For a value of an item that is not added yet; all of them together are pending_bytes().
  void take_value(std::size_t bytes) noexcept {
    pending_bytes_ += bytes + kValueBytes;
    if (pending_bytes_ > bytes_left_) is_full_ = true;
  }
  [[nodiscard]] std::size_t pending_bytes() const noexcept { return pending_bytes_; }
  // False, and nothing more is taken, once there is no room.
  bool add(const std::string& rule, std::int64_t position, std::string data) {
    const std::size_t bytes = data.size() + kItemBytes;
    if (bytes > bytes_left_) is_full_ = true;
    if (is_over()) {
      is_full_ = true;
      return false;
    }
    bytes_left_ -= bytes;
    pending_bytes_ = 0;
    result_.items.push_back({rule, position, std::move(data)});
    return true;
  }

  [[nodiscard]] Extracted take() {
    result_.is_cut = is_full_ || steps_.is_over();
    return std::move(result_);
  }

 private:
  static constexpr std::size_t kItemBytes = sizeof(Item);  // the smallest costs as much
  static constexpr std::size_t kValueBytes = 64;           // likewise

  const ParseBudget& budget_;
  StepBudget steps_;
  std::size_t bytes_left_ = kMaxItemBytes;
  std::size_t pending_bytes_ = 0;
  bool is_full_ = false;
  Extracted result_;
};

// What an item may be of: the tree, and the URL that relative ones are resolved against.
struct ItemSource {
  const ElementTree& tree;
  const Url& base;
};

// The items of kStructuredRules.
void extract_structured(const ItemSource& source, ItemSink& sink);

// `href` as a canonical URL without its fragment's being cut; as it is where it is none.
[[nodiscard]] std::string resolve_value(std::string_view href, const Url& base);

}  // namespace skitter::parser
