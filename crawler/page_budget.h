#pragma once

#include <chrono>

#include "parser/html.h"

namespace skitter::crawler {

// What one page's tree may cost: a time that runs from now on, and the parser's own bound of memory.
//
// Owns:    the end of that time, which the parser's budget points to: it must outlive the parse.
// Thread:  the one that parses.
class PageBudget {
 public:
  explicit PageBudget(std::chrono::milliseconds time) : end_(Clock::now() + time) {}
  PageBudget(const PageBudget&) = delete;
  PageBudget& operator=(const PageBudget&) = delete;

  [[nodiscard]] parser::ParseBudget get() noexcept {
    parser::ParseBudget budget;
    budget.context = &end_;
    budget.is_over = [](void* end) {
      return Clock::now() >= *static_cast<Clock::time_point*>(end);
    };
    return budget;
  }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point end_;
};

}  // namespace skitter::crawler
