#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skitter::cli {

using std::chrono::milliseconds;

// A directory of its own, removed with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();  // throws std::system_error
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

struct ProgramOptions {
  std::string program;                                   // empty: skitter
  std::filesystem::path cwd;                             // empty: that of the test
  std::vector<std::pair<std::string, std::string>> env;  // added to the test's, or in place of it
  std::string input;                                     // what it reads from stdin
};

struct ProgramResult {
  int status = -1;  // what it exited with; -1: it was ended by `signal`
  int signal = 0;
  bool timed_out = false;  // the time limit was reached, so it was killed
  std::string out;         // stdout
  std::string err;         // stderr
};

// A program that runs beside the test.
//
//    Program crawl({"crawl", site.url("a.localhost"), "-o", "a.db"}, {.cwd = directory.path()});
//    ASSERT_TRUE(crawl.wait_until([&] { return site.log().size() > 100; }));
//    crawl.signal(SIGINT);
//    EXPECT_EQ(crawl.wait().status, 11);
//
// Owns:    the process: one that still runs at the end is killed.
// Thread:  one.
// Errors:  throws std::system_error when it cannot be started.
class Program {
 public:
  static constexpr milliseconds kLimit{60'000};

  explicit Program(const std::vector<std::string>& arguments, const ProgramOptions& options = {});
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  void signal(int number) const;
  [[nodiscard]] bool is_running();
  [[nodiscard]] std::string out() const;  // what it has written so far
  [[nodiscard]] std::string err() const;

  // Waits for the condition, asking every few milliseconds; false when the program ended or the
  // limit passed first.
  [[nodiscard]] bool wait_until(const std::function<bool()>& condition,
                                milliseconds limit = kLimit);
  // Waits for its end; may be called again, and gives the same.
  ProgramResult wait(milliseconds limit = kLimit);

 private:
  [[nodiscard]] bool wait_for_end(milliseconds limit);

  TemporaryDirectory streams_;  // files: a program never waits for a test that does not read
  pid_t pid_ = -1;
  int pid_fd_ = -1;  // readable once it has ended; -1 when that was seen
  ProgramResult result_;
};

// Runs it to its end.
ProgramResult run(const std::vector<std::string>& arguments, const ProgramOptions& options = {},
                  milliseconds limit = Program::kLimit);

}  // namespace skitter::cli
