// skitter import: web archives of anyone's as a crawl's database.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/units.h"
#include "crawler/import_warc.h"
#include "crawler/version.h"
#include "storage/database.h"

namespace skitter::cli {
namespace {

namespace fs = std::filesystem;
using crawler::ImportSummary;
using crawler::StoreBody;

constexpr std::uint64_t kMostImportWorkers = 1'024;
constexpr std::size_t kShownRecords = 20;  // a broken file must not scroll everything away
constexpr std::array<std::pair<std::string_view, StoreBody>, 3> kImportStores = {{
    {"html", StoreBody::Html},
    {"text", StoreBody::Text},
    {"none", StoreBody::None},
}};

struct ImportArguments {
  std::vector<std::string> files;
  std::string output = "crawl.db";
  storage::Start start = storage::Start::Continue;
  crawler::ImportOptions options;
  bool quiet = false;
};

std::atomic<bool> import_stopped{false};
static_assert(std::atomic<bool>::is_always_lock_free);

// A file that is read once, from its beginning; "-" is stdin.
class InputFile {
 public:
  explicit InputFile(const std::string& path) : path_(path) {
    fd_ = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0)
      throw UsageError(fmt::format("import: cannot read {}: {}", path, std::strerror(errno)));
    std::error_code ignored;  // reading it tells more
    if (fs::is_directory(path, ignored)) {
      (void)::close(fd_);
      throw UsageError(fmt::format("import: {} is a directory: name the files in it", path));
    }
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() { (void)::close(fd_); }

  // Held back for the first read().
  void require_warc() {
    first_.resize(kFirst);
    std::size_t size = 0;
    while (size < kFirst) {
      const std::size_t got = read_some(first_.data() + size, kFirst - size);
      if (got == 0) break;
      size += got;
    }
    first_.resize(size);
    if (!storage::is_warc(first_)) {
      throw UsageError(fmt::format(
          "import: {} is no WARC file: it begins neither with WARC/ nor as gzip", path_));
    }
  }
  std::size_t read(char* room, std::size_t size) {
    if (first_.empty()) return read_some(room, size);
    const std::size_t got = first_.copy(room, size);
    first_.erase(0, got);
    return got;
  }

 private:
  static constexpr std::size_t kFirst = 8;

  // Waits in short turns: a signal may come just before a wait, which it would not end.
  std::size_t read_some(char* room, std::size_t size) {
    constexpr int kTurnMs = 200;
    while (!import_stopped) {
      pollfd wanted{fd_, POLLIN, 0};
      if (::poll(&wanted, 1, kTurnMs) == 0) continue;
      const ssize_t got = ::read(fd_, room, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      throw OutputError(fmt::format(
          "import: cannot read {} any further: {}; what was read before is in the database", path_,
          std::strerror(errno)));
    }
    return 0;
  }

  std::string path_;
  std::string first_;
  int fd_ = -1;
};

extern "C" void on_import_signal(int) {
  import_stopped = true;
}

// The second Ctrl-C ends the program.
void watch_signals() {
  struct sigaction action {};
  action.sa_handler = &on_import_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  (void)::sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) (void)::sigaction(signal, &action, nullptr);
}

void refuse_output(const ImportArguments& given) {
  std::error_code ignored;  // what is not there is no other's equal
  for (const std::string& file : given.files) {
    if (fs::equivalent(file, given.output, ignored)) {
      throw UsageError(fmt::format("import: --output: {} is the archive itself", given.output));
    }
  }
  if (given.start == storage::Start::Fresh) return;
  const auto size = fs::file_size(given.output, ignored);
  if (!ignored && size > 0) {
    throw UsageError(fmt::format(
        "import: {} is there already, and an import begins a database: name another with --output, "
        "or replace it with --fresh",
        given.output));
  }
}

void report_import(const ImportSummary& summary, const ImportArguments& given) {
  std::string line =
      fmt::format("import: {} pages from {} records into {}", human_count(summary.counts.pages),
                  human_count(summary.records), given.output);
  for (const auto& [type, count] : summary.passed_over) {
    line += fmt::format("; {} {} passed over", human_count(count), type);
  }
  if (summary.older > 0) {
    line += fmt::format("; {} answers older than another of their URL", human_count(summary.older));
  }
  if (summary.no_answers > 0) {
    line += fmt::format("; {} responses without an answer", human_count(summary.no_answers));
  }
  if (summary.damaged > 0) line += fmt::format("; {} damaged", human_count(summary.damaged));
  complain(line);
}

std::int64_t now_ms() {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

Exit exit_of(const ImportSummary& summary, const ImportArguments& given) {
  if (summary.was_stopped) {
    complain(
        fmt::format("import: interrupted; {} holds what was read: to have all, again with --fresh",
                    given.output));
    return Exit::Interrupted;
  }
  for (const std::string& name : summary.truncated) {
    complain(
        fmt::format("import: {} ends within a record: it is cut short; what stands before is in {}",
                    name, given.output));
  }
  return summary.truncated.empty() ? Exit::Finished : Exit::Storage;
}

Exit run_import(const ImportArguments& given) {
  std::vector<std::unique_ptr<InputFile>> inputs;
  std::vector<crawler::WarcFile> files;
  for (const std::string& name : given.files) {
    inputs.push_back(std::make_unique<InputFile>(name));
    inputs.back()->require_warc();
    InputFile& input = *inputs.back();
    files.push_back(
        {name, [&input](char* room, std::size_t size) { return input.read(room, size); }});
  }
  refuse_output(given);
  watch_signals();
  storage::Database database(given.output, given.start, storage::Durability::Process);
  const nlohmann::ordered_json options{{"import", given.files}};
  const std::int64_t run = database.begin_run(
      crawler::kVersion, to_json(options, JsonLayout::OneLine), given.files.size(), now_ms());

  std::size_t told = 0;
  crawler::ImportObserver observer;
  observer.should_stop = [] { return import_stopped.load(); };
  observer.on_message = [&](std::string_view text) {
    if (++told <= kShownRecords) complain(text);
    if (told == kShownRecords + 1)
      complain("... and further records; their number is told at the end");
  };
  const ImportSummary summary =
      crawler::import_warc(database, std::move(files), given.options, observer);
  database.end_run(
      {run, summary.was_stopped ? "interrupted" : "finished", summary.counts, now_ms()});
  if (!given.quiet) report_import(summary, given);
  return exit_of(summary, given);
}

}  // namespace

void add_import(CLI::App& app, Run& run) {
  constexpr const char* kGroup = "Import";
  const auto given = std::make_shared<ImportArguments>();
  given->options.workers = std::max(1u, std::thread::hardware_concurrency());
  CLI::App& command = *app.add_subcommand("import", "Web archives (WARC) as a crawl's database");
  command.add_option("FILE", given->files, "WARC files, plain or .gz; - for stdin")->required();
  add_text(command, {"-o,--output", "The new database", kGroup}, "FILE.db", given->output);
  add_flag(command, {"--fresh", "Replace a database that is there", kGroup},
           [given] { given->start = storage::Start::Fresh; });
  add_choice<StoreBody>(command, {"--store", "What is kept of each page", kGroup}, kImportStores,
                        given->options.store);
  add_size(command, {"--max-body", "Of one answer, decoded", kGroup},
           given->options.transfer.max_body_bytes);
  add_count(command, {"--workers", "Threads that read pages", kGroup}, {1, kMostImportWorkers},
            given->options.workers);
  add_flag(command, {"-q,--quiet", "Errors only", kGroup}, [given] { given->quiet = true; });
  add_config_options(command);
  command.callback([given, &run] { run = [given] { return run_import(*given); }; });
}

}  // namespace skitter::cli
