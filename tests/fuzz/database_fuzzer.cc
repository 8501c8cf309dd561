// Input: what is changed in the file of a small crawl's database, five bytes a change: where (little-endian, modulo the
// file's size) and the new byte; where the fourth byte is 0xff the file is cut there instead. What must hold:
//   - it opens, or a StorageError says why not;
//   - so it is with every report, with all rows of every view, and with what a crawl loads of it.

#include <sqlite3.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "storage/database.h"
#include "storage/reader.h"
#include "storage/recorder.h"
#include "storage/reports.h"
#include "storage/sqlite.h"
#include "storage/statement.h"

namespace skitter::storage {
namespace {

namespace fs = std::filesystem;

constexpr int kStepsACall = 1'000;
constexpr int kMostCalls = 5'000;  // the whole base takes a few; a loop in damaged data ends here

// A directory that is gone at the end.
class Directory {
 public:
  Directory() {
    std::string name = (fs::temp_directory_path() / "skitter-fuzz-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  [[nodiscard]] std::string file() const { return (path_ / "crawl.db").string(); }

 private:
  fs::path path_;
};

Record seeds() {
  Record record;
  record.hosts = {{1, "a.example"}, {2, "b.example"}};
  for (UrlId id = 1; id <= 40; ++id) {
    NewUrl url;
    url.id = id;
    url.host = id % 2 + 1;
    url.url = "http://" + std::string(url.host == 1 ? "a" : "b") + ".example/" + std::to_string(id);
    url.referrer = id / 2;
    url.depth = static_cast<std::uint16_t>(id / 8);
    url.outcome = Outcome::Queued;
    record.discovered.push_back(std::move(url));
  }
  return record;
}

Record page(UrlId id) {
  Record record;
  record.url = id;
  record.outcome = id % 7 == 0 ? Outcome::Redirect : Outcome::Ok;
  PageRow& row = record.page.emplace();
  row.status = id % 7 == 0 ? 301 : 200;
  row.content_type = "text/html";
  row.bytes = 1'000 + id;
  row.fetched_at_ms = 1'700'000'000'000 + id;
  row.page.title = "Page " + std::to_string(id % 5);
  row.page.text = "a text of some words, " + std::string(id * 40, 'w');
  row.body = std::string(300, static_cast<char>(id));
  row.header = "HTTP/1.1 200 OK\r\nX-Number: " + std::to_string(id) + "\r\n";
  row.content_hash = id % 5;
  row.simhash = id * 0x123456789;
  for (UrlId target = id; target < id + 6; ++target) {
    const auto kind = id % 7 == 0 ? parser::LinkKind::Redirect : parser::LinkKind::A;
    record.links.push_back(
        {target % 40 + 1, kind, "", record.link_texts.add("to " + std::to_string(target))});
  }
  record.items.push_back({"rule", 0, "{\"number\":1}"});
  return record;
}

// The bytes of the database that is damaged.
std::string make_base() {
  const Directory directory;
  {
    Database database(directory.file(), Start::Continue, Durability::Process);
    (void)database.begin_run("0.1", "{}", 1, 1'700'000'000'000);
    Transaction transaction(database.connection());
    Recorder recorder(database.connection());
    recorder.apply(seeds());
    for (UrlId id = 1; id <= 30; ++id) recorder.apply(page(id));
    transaction.commit();
  }
  std::ifstream file(directory.file(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string damage(std::string bytes, const std::uint8_t* data, std::size_t size) {
  for (; size >= 5; data += 5, size -= 5) {
    if (bytes.empty()) break;
    const std::uint32_t at = data[0] | data[1] << 8 | data[2] << 16 |
                             static_cast<std::uint32_t>(data[3] == 0xff ? 0 : data[3]) << 24;
    if (data[3] == 0xff) {
      bytes.resize(at % bytes.size());
    } else {
      bytes[at % bytes.size()] = static_cast<char>(data[4]);
    }
  }
  return bytes;
}

int count_down(void* calls_left) {
  return --*static_cast<int*>(calls_left) <= 0 ? 1 : 0;
}

void read_all(const Reader& reader, std::string_view sql) {
  int calls_left = kMostCalls;
  sqlite3_progress_handler(reader.connection(), kStepsACall, count_down, &calls_left);
  try {
    Statement statement(reader.connection(), sql);
    while (statement.step()) {
      for (int i = 0; i < statement.column_count(); ++i) (void)statement.text(i);
    }
  } catch (const StorageError&) {
  }
  sqlite3_progress_handler(reader.connection(), 0, nullptr, nullptr);
}

void read(const std::string& file) {
  try {
    const Reader reader(file);
    for (const Report& report : reports()) read_all(reader, report.sql);
    for (const std::string_view view : {"urls", "pages", "links", "items", "hosts", "runs"}) {
      read_all(reader, "SELECT * FROM " + std::string(view));
    }
    read_all(reader, "SELECT * FROM urls WHERE url = 'http://a.example/21'");  // as `why` asks
    read_all(reader, "SELECT body FROM page_body");
  } catch (const StorageError&) {
  }
}

void load(const std::string& file) {
  try {
    Database database(file, Start::Continue, Durability::Process);
    UrlId urls = 0;
    HostId hosts = 0;
    LoadSink sink;
    sink.host = [&](const HostState& state, std::string_view) {
      if (state.id != ++hosts) std::abort();
    };
    sink.robots = [](const RobotsCopy&) {};
    sink.url = [&](UrlId id, std::string_view, HostId host, std::uint16_t, std::uint8_t,
                   std::optional<Outcome> outcome, std::string_view) {
      if (id != ++urls || host > hosts) std::abort();
      if (outcome && static_cast<int>(*outcome) >= kOutcomeCount) std::abort();
    };
    sink.nearer = [&](UrlId id) {
      if (id == 0 || id > urls) std::abort();
    };
    database.load(sink);
  } catch (const StorageError&) {
  }
}

}  // namespace
}  // namespace skitter::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::storage;
  static const std::string base = make_base();
  static const Directory directory;
  const std::string file = directory.file();
  for (const char* const suffix : {"-wal", "-shm", "-journal"})
    std::filesystem::remove(file + suffix);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << damage(base, data, size);
  read(file);
  load(file);
  return 0;
}
