#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "crawler/progress.h"

namespace skitter::cli {

// The crawl on one line, in at most `width` columns (0: no limit): what matters less is left out
// first.
[[nodiscard]] std::string progress_line(const crawler::Progress& progress, std::size_t width);

enum class ProgressStyle { None, Redrawn, Lines };

// Shows the crawl's progress and its messages on stderr: one redrawn line on a terminal, else a
// plain line now and then.
//
// Thread:  one at a time (the loop's while the crawl runs).
class ProgressPrinter {
 public:
  static constexpr std::chrono::seconds kBetweenLines{10};

  ProgressPrinter(ProgressStyle style, bool color) : style_(style), color_(color) {}
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;
  ~ProgressPrinter() { clear(); }

  void show(const crawler::Progress& progress);
  void message(std::string_view text);  // above the redrawn line
  void clear();                         // takes the redrawn line away

 private:
  void smooth(const crawler::Progress& progress);
  void draw();

  ProgressStyle style_;
  bool color_;
  bool drawn_ = false;
  crawler::Progress shown_;  // the last, with smoothed rates
  crawler::Progress line_;   // as of the last plain line
};

}  // namespace skitter::cli
