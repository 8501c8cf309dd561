#include "tests/cli/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

namespace skitter::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr milliseconds kAskAgain{5};

void check(int error, const std::string& what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// As far as it is written now: whoever reads to the end of a file that grows may never get there.
std::string read_file(const std::filesystem::path& name) {
  std::string bytes(std::filesystem::file_size(name), '\0');
  std::ifstream file(name, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

// The environment of the test with `changes`, as "NAME=value".
std::vector<std::string> environment(
    const std::vector<std::pair<std::string, std::string>>& changes) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      variables[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : changes) variables[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + '=' + value);
  return entries;
}

// As the C interface takes them: pointers into `texts`, which must outlive them, and a null at the
// end.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

class FileActions {
 public:
  FileActions() { check(posix_spawn_file_actions_init(&actions_), "file actions"); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  void open(int fd, const std::filesystem::path& name, int flags) {
    check(posix_spawn_file_actions_addopen(&actions_, fd, name.c_str(), flags, 0600),
          name.string());
  }
  void change_directory(const std::filesystem::path& name) {
    check(posix_spawn_file_actions_addchdir_np(&actions_, name.c_str()), name.string());
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "skitter-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) check(errno, name);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // what is left lies in the system's directory for temporary files
  std::filesystem::remove_all(path_, ignored);
}

Program::Program(const std::vector<std::string>& arguments, const ProgramOptions& options) {
  std::vector<std::string> words{options.program.empty() ? SKITTER_PROGRAM : options.program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment(options.env);
  std::ofstream(streams_ / "in", std::ios::binary) << options.input;

  FileActions actions;  // done in this order: the files first, as their names may be relative
  actions.open(STDIN_FILENO, streams_ / "in", O_RDONLY);
  actions.open(STDOUT_FILENO, streams_ / "out", O_WRONLY | O_CREAT | O_APPEND);
  actions.open(STDERR_FILENO, streams_ / "err", O_WRONLY | O_CREAT | O_APPEND);
  if (!options.cwd.empty()) actions.change_directory(options.cwd);

  const std::vector<char*> argv = pointers_to(words);
  const std::vector<char*> envp = pointers_to(variables);
  check(posix_spawnp(&pid_, argv[0], actions.get(), nullptr, argv.data(), envp.data()), words[0]);
  pid_fd_ = static_cast<int>(
      syscall(SYS_pidfd_open, pid_, 0));  // glibc 2.36 declares it without C linkage
  if (pid_fd_ < 0) {
    const int error = errno;
    (void)::kill(pid_, SIGKILL);
    (void)waitpid(pid_, nullptr, 0);
    check(error, "pidfd_open");
  }
}

Program::~Program() {
  (void)wait(milliseconds(0));
}

void Program::signal(int number) const {
  if (pid_fd_ >= 0) (void)::kill(pid_, number);  // not reaped yet, so the number is still its own
}

bool Program::is_running() {
  return !wait_for_end(milliseconds(0));
}

std::string Program::out() const {
  return read_file(streams_ / "out");
}
std::string Program::err() const {
  return read_file(streams_ / "err");
}

bool Program::wait_until(const std::function<bool()>& condition, milliseconds limit) {
  const auto end = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() >= end || wait_for_end(kAskAgain)) return condition();
  }
  return true;
}

bool Program::wait_for_end(milliseconds limit) {
  if (pid_fd_ < 0) return true;
  const auto end = Clock::now() + limit;
  pollfd ended{.fd = pid_fd_, .events = POLLIN, .revents = 0};
  int ready = 0;
  do {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    ready = poll(&ended, 1, static_cast<int>(std::max(left, milliseconds(0)).count()));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return false;
  int state = 0;
  (void)waitpid(pid_, &state, 0);  // our child, and it has ended
  (void)close(pid_fd_);
  pid_fd_ = -1;
  if (WIFEXITED(state)) result_.status = WEXITSTATUS(state);
  if (WIFSIGNALED(state)) result_.signal = WTERMSIG(state);
  return true;
}

ProgramResult Program::wait(milliseconds limit) {
  if (!wait_for_end(limit)) {
    result_.timed_out = true;
    signal(SIGKILL);
    while (!wait_for_end(kLimit)) {
    }
  }
  result_.out = out();
  result_.err = err();
  return result_;
}

ProgramResult run(const std::vector<std::string>& arguments, const ProgramOptions& options,
                  milliseconds limit) {
  return Program(arguments, options).wait(limit);
}

}  // namespace skitter::cli
