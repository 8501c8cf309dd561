#include "cli/page_stream.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <exception>
#include <system_error>
#include <utility>

#include "cli/output.h"
#include "cli/page_columns.h"
#include "cli/page_lines.h"
#include "storage/reader.h"
#include "storage/statement.h"

namespace skitter::cli {
namespace {

constexpr std::size_t kLinesAWrite = 64 * 1024;

// The thread was told to end while it waited for the reader.
struct Abandoned : std::exception {};

std::atomic<int> signalled_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void on_finish_signal(int) {
  const int error = errno;
  (void)eventfd_write(signalled_fd.load(), 1);
  errno = error;
}

// While it lives, SIGINT and SIGTERM make `fd` readable, whoever had them before.
class SignalsTo {
 public:
  explicit SignalsTo(int fd) {
    signalled_fd = fd;
    struct sigaction action {};
    action.sa_handler = &on_finish_signal;
    action.sa_flags = SA_RESTART;
    (void)::sigemptyset(&action.sa_mask);
    (void)::sigaction(SIGINT, &action, &interrupt_);
    (void)::sigaction(SIGTERM, &action, &terminate_);
  }
  SignalsTo(const SignalsTo&) = delete;
  SignalsTo& operator=(const SignalsTo&) = delete;
  ~SignalsTo() {
    (void)::sigaction(SIGINT, &interrupt_, nullptr);
    (void)::sigaction(SIGTERM, &terminate_, nullptr);
  }

 private:
  struct sigaction interrupt_ {};
  struct sigaction terminate_ {};
};

}  // namespace

PageStream::Wake::Wake() : fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

PageStream::Wake::~Wake() {
  (void)::close(fd);
}

PageStream::PageStream(std::string database, int fd, std::string name)
    : database_(std::move(database)), fd_(fd), name_(std::move(name)), thread_([this] { run(); }) {}

void PageStream::push(std::span<const storage::UrlId> pages) {
  if (pages.empty() || is_gone_) return;
  {
    const std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.end(), pages.begin(), pages.end());
  }
  changed_.notify_one();
}

crawler::Listener PageStream::state() const {
  if (is_gone_) return crawler::Listener::Gone;
  const std::lock_guard lock(mutex_);
  return waiting_.size() > kMostWaiting ? crawler::Listener::Behind : crawler::Listener::Ready;
}

void PageStream::finish() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_one();
  const SignalsTo abandon_it(abandoned_.fd);
  if (thread_.joinable()) thread_.join();
}

void PageStream::abandon() noexcept {
  (void)eventfd_write(abandoned_.fd, 1);  // fails where 2^64 wake-ups wait
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    waiting_.clear();
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// The top of the thread: nothing thrown leaves it.
void PageStream::run() noexcept {
  try {
    write_pages();
  } catch (const Abandoned&) {
    was_abandoned_ = true;
  } catch (const OutputClosed&) {
  } catch (const std::exception& failure) {
    error_ = failure.what();
  }
  is_gone_ = true;
}

void PageStream::write_pages() {
  const storage::Reader reader(database_);
  PageLines lines(reader, all_page_columns(reader));
  storage::Statement page(reader.connection(),
                          fmt::format("SELECT {} FROM pages WHERE id = ?1", lines.selection()));
  std::string text;
  for (storage::UrlId id = 0; next(id);) {
    if (page.bind(1, std::int64_t{id}).step()) text += lines.line(page);
    page.reset();  // what is read keeps the log from being cut short, and the reader may be slow
    if (text.size() < kLinesAWrite && has_next()) continue;
    write(text);
    text.clear();
  }
}

bool PageStream::next(storage::UrlId& page) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return is_ending_ || !waiting_.empty(); });
  if (waiting_.empty()) return false;
  page = waiting_.front();
  waiting_.pop_front();
  return true;
}

bool PageStream::has_next() const {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty();
}

// A pipe that poll() calls writable takes PIPE_BUF bytes at once, so that write() does not block
// and the thread can always be told to end.
void PageStream::write(std::string_view text) {
  while (!text.empty()) {
    wait_for_reader();
    const ssize_t written = ::write(fd_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      throw OutputClosed();
    } else if (errno != EINTR && errno != EAGAIN) {
      throw OutputError(
          fmt::format("--jsonl: {}: {}; `skitter export {}` gives all lines once there is room",
                      name_, std::strerror(errno), database_));
    }
  }
}

void PageStream::wait_for_reader() {
  pollfd waits[] = {{fd_, POLLOUT, 0}, {abandoned_.fd, POLLIN, 0}};
  while (::poll(waits, 2, -1) < 0 && errno == EINTR) {
  }
  if (waits[1].revents != 0) throw Abandoned();
}

}  // namespace skitter::cli
