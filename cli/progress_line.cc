#include "cli/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "cli/output.h"
#include "cli/text.h"
#include "cli/units.h"

namespace skitter::cli {
namespace {

constexpr std::size_t kRateWindow = 4;  // snapshots over which a shown rate is smoothed

void put(std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

std::string progress_line(const crawler::Progress& p, std::size_t width) {
  struct Part {
    std::string text;
    int rank;  // the highest goes first where the room is short
  };
  const std::array<Part, 8> parts = {{
      {fmt::format("{} done", human_count(p.done)), 0},
      {fmt::format("{} queued", human_count(p.queued)), 1},
      {fmt::format("{} in flight", human_count(p.in_flight)), 4},
      {fmt::format("{} pages/s", human_rate(p.pages_per_second)), 2},
      {fmt::format("{}/s", human_bytes(p.bytes_per_second)), 5},
      {fmt::format("2xx {} 3xx {} 4xx {} 5xx {} errors {}", human_count(p.status_2xx),
                   human_count(p.status_3xx), human_count(p.status_4xx), human_count(p.status_5xx),
                   human_count(p.errors)),
       6},
      {fmt::format("hosts {} ready {} waiting", human_count(p.hosts_ready),
                   human_count(p.hosts_waiting)),
       7},
      {fmt::format("limit: {}", to_string(p.bottleneck)), 3},
  }};
  for (int most = 7;; --most) {
    std::string line;
    for (const auto& [text, rank] : parts) {
      if (rank <= most) line += (line.empty() ? "" : "  ") + text;
    }
    if (width == 0 || display_width(line) <= width) return line;
    if (most == 0) return fit(line, width);
  }
}

void ProgressPrinter::show(const crawler::Progress& progress) {
  switch (style_) {
    case ProgressStyle::None:
      return;
    case ProgressStyle::Redrawn:
      smooth(progress);
      draw();
      return;
    case ProgressStyle::Lines:
      if (progress.elapsed - line_.elapsed < kBetweenLines) return;
      const double seconds =
          std::chrono::duration<double>(progress.elapsed - line_.elapsed).count();
      crawler::Progress averaged = progress;
      averaged.pages_per_second = static_cast<double>(progress.done - line_.done) / seconds;
      averaged.bytes_per_second = static_cast<double>(progress.bytes - line_.bytes) / seconds;
      line_ = progress;
      put(fmt::format("{}  {}\n", human_duration(progress.elapsed), progress_line(averaged, 0)));
      return;
  }
}

void ProgressPrinter::message(std::string_view text) {
  const bool redraw = drawn_;
  clear();
  complain(text);
  if (redraw) draw();
}

void ProgressPrinter::clear() {
  if (drawn_) put("\r\x1b[K");
  drawn_ = false;
}

void ProgressPrinter::smooth(const crawler::Progress& progress) {
  const auto blend = [this](double before, double now) {
    return shown_.done == 0 ? now : before + (now - before) / kRateWindow;
  };
  const double pages = blend(shown_.pages_per_second, progress.pages_per_second);
  const double bytes = blend(shown_.bytes_per_second, progress.bytes_per_second);
  shown_ = progress;
  shown_.pages_per_second = pages;
  shown_.bytes_per_second = bytes;
}

void ProgressPrinter::draw() {
  // The last column stays free: a character there makes some terminals go to the next line.
  const std::string line = progress_line(shown_, terminal_width(STDERR_FILENO) - 1);
  put(color_ ? "\r\x1b[2m" + line + "\x1b[0m\x1b[K" : "\r" + line + "\x1b[K");
  drawn_ = true;
}

}  // namespace skitter::cli
