#include "cli/query_stop.h"

#include <sys/time.h>

#include <algorithm>
#include <atomic>
#include <csignal>

namespace skitter::cli {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// An interrupt that comes between two steps is lost, so it is repeated until the statement has
// ended.
constexpr milliseconds kRepeat{50};

std::atomic<storage::Reader*> running{nullptr};
std::atomic<StopReason> stopped_by{StopReason::None};
static_assert(std::atomic<StopReason>::is_always_lock_free);

void start_timer(milliseconds first) {
  const auto to_timeval = [](microseconds time) {
    return timeval{time.count() / 1'000'000, static_cast<suseconds_t>(time.count() % 1'000'000)};
  };
  const itimerval timer{to_timeval(kRepeat), to_timeval(first)};
  (void)::setitimer(ITIMER_REAL, &timer, nullptr);
}

extern "C" void on_stop_signal(int signal) {
  const bool by_user = signal != SIGALRM;
  if (stopped_by.load() == StopReason::None) {
    stopped_by = by_user ? StopReason::Interrupt : StopReason::Timeout;
  }
  if (by_user) start_timer(kRepeat);
  if (storage::Reader* const reader = running.load()) reader->interrupt();
}

void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  (void)::sigemptyset(&action.sa_mask);
  (void)::sigaction(signal, &action, nullptr);
}

}  // namespace

QueryStop::QueryStop(storage::Reader& reader, std::optional<milliseconds> timeout) {
  stopped_by = StopReason::None;
  running = &reader;
  // The second Ctrl-C ends the program, should the first not get through.
  for (const int signal : {SIGINT, SIGTERM}) {
    handle(signal, &on_stop_signal, SA_RESTART | static_cast<int>(SA_RESETHAND));
  }
  handle(SIGALRM, &on_stop_signal, SA_RESTART);
  if (timeout) start_timer(std::max(*timeout, milliseconds(1)));  // 0 would switch it off
}

QueryStop::~QueryStop() {
  const itimerval off{};
  (void)::setitimer(ITIMER_REAL, &off, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGALRM}) handle(signal, SIG_DFL, 0);
  running = nullptr;
}

StopReason QueryStop::reason() const noexcept {
  return stopped_by.load();
}

}  // namespace skitter::cli
