#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace skitter::cli {

// stdout or a file cannot take what we have to say (a full disk). Exit status 3.
class OutputError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Whoever read stdout has gone (`| head`): there is nothing to say and nobody to say it to.
class OutputClosed : public std::runtime_error {
 public:
  OutputClosed() : std::runtime_error("stdout is closed") {}
};

// A file descriptor that data is written to, with a buffer. SIGPIPE must be ignored.
//
// Thread:  one at a time.
// Errors:  OutputError, OutputClosed. What was not flushed is lost: a subcommand ends with flush().
class Output {
 public:
  // `name` is what messages call it.
  explicit Output(int fd, std::string name = "standard output") : fd_(fd), name_(std::move(name)) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  void flush();

 private:
  int fd_;
  std::string name_;
  std::string buffer_;
};

[[nodiscard]] bool is_terminal(int fd) noexcept;
// Columns of the terminal behind `fd`; 80 where it does not say.
[[nodiscard]] std::size_t terminal_width(int fd) noexcept;
// A terminal, and neither NO_COLOR nor TERM=dumb is in the environment.
[[nodiscard]] bool wants_color(int fd) noexcept;

// One line to stderr: "skitter: " and the message, made printable. Never throws: there is nowhere
// to go.
void complain(std::string_view message) noexcept;

}  // namespace skitter::cli
