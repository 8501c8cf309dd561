// Web archives, out and in: what `export --format warc` writes, and what `import` makes of it and of
// others' archives.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "storage/warc_record.h"
#include "tests/e2e/crawl_fixture.h"

namespace skitter::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string gzip_member(std::string_view bytes) {
  storage::GzipMembers members;
  return members.member(bytes);
}

std::string record(std::string_view type, std::string_view uri, std::string_view block,
                   std::string_view more = "", std::string_view date = "2020-01-02T03:04:05Z") {
  return "WARC/1.0\r\nWARC-Type: " + std::string(type) +
         "\r\nWARC-Target-URI: " + std::string(uri) + "\r\nWARC-Date: " + std::string(date) +
         "\r\n" + std::string(more) + "Content-Length: " + std::to_string(block.size()) +
         "\r\n\r\n" + std::string(block) + "\r\n\r\n";
}

std::string page(std::string_view title, std::string_view rest = "") {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>" + std::string(title) +
         "</title>" + std::string(rest);
}

class WarcTest : public CrawlTest {
 protected:
  void write(std::string_view name, std::string_view bytes) const {
    std::ofstream file(path(name), std::ios::binary);
    file << bytes;
    ASSERT_TRUE(file.good());
  }
  [[nodiscard]] std::string read(std::string_view name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // One of the programs in tests/warc/.
  [[nodiscard]] ProgramResult check(Words arguments) const {
    arguments.front() = std::string(SKITTER_SOURCE "/tests/warc/") + arguments.front();
    ProgramOptions options = here();
    options.program = "python3";
    return cli::run(arguments, options);
  }
  [[nodiscard]] ProgramResult export_to(const std::string& file) const {
    return skitter({"export", std::string(kDatabase), "--format", "warc", "-o", file});
  }
  // Everything that is stored of pages and links but ids; a URL that was never asked for has none.
  [[nodiscard]] Contents archived(std::string_view database) const {
    Contents all = contents(database);
    all.urls = rows(
        "SELECT url, depth, referrer, outcome, fetched_at, elapsed_ms, attempts, headers "
        "FROM pages",
        database);
    return all;
  }

  // A page of each kind that an archive can hold, and of each that it cannot.
  void add_all_kinds(Site& site) const {
    Answer coded = Answer::html(gzip_member("<title>Packed</title><a href=/chunked>c</a>"));
    coded.headers.emplace_back("Content-Encoding", "gzip");
    coded.headers.emplace_back("ETag", "\"1\"");
    Answer chunked = Answer::html("<title>Chunked</title><p>" + std::string(5'000, 'x'));
    chunked.framing = site::Framing::Chunked;
    chunked.piece_bytes = 700;
    Answer closed = Answer::html("<title>Closed</title>");
    closed.framing = site::Framing::Close;
    Answer cut = Answer::html("<title>Cut</title>" + std::string(2'000, 'y'));
    cut.fault = site::Fault::Truncate;
    Answer none;
    none.fault = site::Fault::EmptyReply;
    Answer image;
    image.headers = {{"Content-Type", "image/png"}};
    image.body = "png";
    Answer latin;
    latin.headers = {{"Content-Type", "text/html; charset=iso-8859-1"}, {"X-Odd", "\xe9 a:b"}};
    latin.body = "<title>caf\xe9</title><a href='?q=\xe9' rel=nofollow>\xe9</a>";
    site.route(kHost, "/",
               page_with_links({"/coded", "/chunked", "/closed", "/cut", "/none", "/image",
                                "/latin", "/moved", "/empty", "/large", "/lost", "/coded#again",
                                "mailto:a@b.example"}));
    site.route(kHost, "/coded", coded);
    site.route(kHost, "/chunked", chunked);
    site.route(kHost, "/closed", closed);
    site.route(kHost, "/cut", cut);
    site.route(kHost, "/none", none);
    site.route(kHost, "/image", image);
    site.route(kHost, "/latin", latin);
    site.route(kHost, "/moved", Answer::redirect("/deep"));
    site.route(kHost, "/deep", page_with_links({"/deeper"}));
    site.route(kHost, "/deeper", Answer::plain(200, "plain text"));
    site.route(kHost, "/empty", Answer::html(""));
    site.route(kHost, "/large", Answer::html(std::string(60'000, 'z')));
  }
  [[nodiscard]] Words all_kinds(const Site& site) const {
    return {site.url(kHost), "--max-body", "50k", "--retries", "0"};
  }
};

TEST_F(WarcTest, AnExportPassesAStrictCheckerWhichFindsEveryChange) {
  Site site;
  add_all_kinds(site);
  ASSERT_EQ(crawl(all_kinds(site)).status, 0);
  const ProgramResult done = export_to("all.warc.gz");
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.err, "");
  const ProgramResult checked =
      check({"check_warc.py", "all.warc.gz", "--index", "all.cdxj", "--counts"});
  EXPECT_EQ(checked.status, 0) << checked.err;
  // Each page has its metadata; one of them had no answer.
  const std::int64_t pages = number("SELECT count(*) FROM pages");
  const std::string answers = std::to_string(pages - 1);
  EXPECT_EQ(checked.out, R"({"metadata": )" + std::to_string(pages) + R"(, "request": )" + answers +
                             R"(, "response": )" + answers + R"(, "warcinfo": 1})" + "\n");
  const ProgramResult changed = check({"check_warc_test.py", "all.warc.gz", "all.cdxj"});
  EXPECT_EQ(changed.status, 0) << changed.err;

  const std::string first = read("all.warc.gz");
  ASSERT_EQ(export_to("all.warc.gz").status, 0);
  EXPECT_EQ(read("all.warc.gz"), first);  // the same crawl is the same file
  const ProgramResult piped = skitter({"export", std::string(kDatabase), "--format", "warc"});
  write("piped.warc.gz", piped.out);
  EXPECT_EQ(check({"check_warc.py", "piped.warc.gz"}).status, 0);
}

TEST_F(WarcTest, AnImportOfAnExportIsTheCrawl) {
  Site site;
  add_all_kinds(site);
  ASSERT_EQ(crawl(all_kinds(site)).status, 0);
  ASSERT_EQ(export_to("all.warc.gz").status, 0);
  const ProgramResult done = skitter({"import", "all.warc.gz", "-o", "again.db"});
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.err, Not(HasSubstr("damaged")));
  expect_equal(archived("again.db"), archived(kDatabase));
  expect_finished("again.db");
  EXPECT_EQ(rows("SELECT reason, pages, ok, errors FROM runs", "again.db"),
            rows("SELECT reason, pages, ok, errors FROM runs"));
  EXPECT_THAT(skitter({"why", "again.db", site.url(kHost, "/deeper")}).out,
              HasSubstr(site.url(kHost, "/moved")));

  // And once more: nothing is lost on the way.
  ASSERT_EQ(skitter({"export", "again.db", "-f", "warc", "-o", "again.warc.gz"}).status, 0);
  EXPECT_EQ(check({"check_warc.py", "again.warc.gz", "--index", "again.cdxj"}).status, 0);
  ASSERT_EQ(skitter({"import", "-", "-o", "third.db", "-q"}, read("again.warc.gz")).status, 0);
  expect_equal(archived("third.db"), archived(kDatabase));
}

TEST_F(WarcTest, WithoutBodiesTheHeadersAreWritten) {
  Site site;
  add_all_kinds(site);
  for (const char* const store : {"text", "none"}) {
    SCOPED_TRACE(store);
    Words words = all_kinds(site);
    words.insert(words.end(), {"--store", store, "--fresh"});
    ASSERT_EQ(crawl(words).status, 0);
    const ProgramResult done = export_to("part.warc.gz");
    ASSERT_EQ(done.status, 0);
    EXPECT_THAT(done.err, HasSubstr(store == std::string("text") ? "only the headers are written"
                                                                 : "only metadata is written"));
    EXPECT_EQ(check({"check_warc.py", "part.warc.gz", "--index", "part.cdxj"}).status, 0);
    ASSERT_EQ(skitter({"import", "part.warc.gz", "-o", "part.db", "--fresh"}).status, 0);
    constexpr const char* kAnswers = "SELECT url, outcome, bytes, headers FROM pages ORDER BY url";
    EXPECT_EQ(rows(kAnswers, "part.db"), rows(kAnswers));
  }
}

TEST_F(WarcTest, ArchivesOfOthersBecomePages) {
  const std::string file =
      record("warcinfo", "", "software: another\r\n") +
      record("request", "http://b.example/", "GET / HTTP/1.1\r\n\r\n") +
      record("response", "<http://b.example/>",
             page("Home", "<a href=/old>o</a><a href=/two>t</a><img src=/i.png>")) +
      record(
          "response", "http://b.example/two",
          "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n"
          "Content-Encoding: gzip\r\n\r\n" +
              [](const std::string& body) {
                char size[20];
                (void)std::snprintf(size, sizeof size, "%zx\r\n", body.size());
                return size + body + "\r\n0\r\n\r\n";
              }(gzip_member("<title>Two</title>"))) +
      record("response", "http://b.example/old", page("New"), "", "2021-01-01T00:00:00Z") +
      record("response", "http://b.example/old", page("Old"), "", "2019-01-01T00:00:00Z") +
      record("response", "http://b.example/moved",
             "HTTP/1.1 301 Moved\r\nLocation: two#x\r\n\r\n") +
      record("response", "http://b.example/gone", "HTTP/1.1 410 Gone\r\n\r\nno") +
      record("response", "http://b.example/i.png",
             "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\npng") +
      record("response", "http://b.example/cut", page("Cut"), "WARC-Truncated: length\r\n") +
      record("response", "dns:b.example", "20200102030405\r\nb.example. 1 IN A 1.2.3.4\r\n") +
      record("revisit", "http://b.example/two", "HTTP/1.1 304 Not Modified\r\n\r\n") +
      record("resource", "http://b.example/r", "text") +
      // Theirs, with fields of the same names: not believed.
      record("metadata", "http://b.example/m", "outcome: ok\r\ndepth: 7\r\n");
  write("other.warc", file);
  const ProgramResult done = skitter({"import", "other.warc"});
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.err, AllOf(HasSubstr("7 pages"), HasSubstr("1 revisit passed over"),
                              HasSubstr("1 resource passed over"),
                              HasSubstr("1 response to another scheme passed over"),
                              HasSubstr("1 answers older than another of their URL")));
  EXPECT_THAT(rows("SELECT replace(url, 'http://b.example', ''), outcome, status, title, depth, "
                   "replace(referrer, 'http://b.example', ''), fetched_at FROM pages ORDER BY url"),
              ElementsAre("/|ok|200|Home|0|NULL|2020-01-02T03:04:05.000Z",
                          "/cut|truncated|200|NULL|0|NULL|2020-01-02T03:04:05.000Z",
                          "/gone|http_error|410|NULL|0|NULL|2020-01-02T03:04:05.000Z",
                          "/i.png|unsupported_type|200|NULL|1|/|2020-01-02T03:04:05.000Z",
                          "/moved|redirect|301|NULL|0|NULL|2020-01-02T03:04:05.000Z",
                          "/old|ok|200|New|1|/|2021-01-01T00:00:00.000Z",
                          "/two|ok|200|Two|1|/|2020-01-02T03:04:05.000Z"));
  EXPECT_THAT(rows("SELECT kind, target_url FROM links WHERE kind = 'redirect'"),
              ElementsAre("redirect|http://b.example/two"));
  expect_sound();
  EXPECT_EQ(skitter({"search", std::string(kDatabase), "two"}).status, 0);
}

TEST_F(WarcTest, ADamagedRecordIsToldAndPassedOver) {
  const std::string first = gzip_member(record("response", "http://b.example/1", page("One")));
  std::string bad = gzip_member(record("response", "http://b.example/2", page("Two")));
  bad[bad.size() - 5] = static_cast<char>(bad[bad.size() - 5] ^ 1);  // of the checksum
  const std::string none = gzip_member(record("response", "http://b.example/3", "no answer"));
  const std::string last = gzip_member(record("response", "http://b.example/4", page("Four")));
  write("bad.warc.gz", first + bad + none + last);
  const ProgramResult done = skitter({"import", "bad.warc.gz"});
  EXPECT_EQ(done.status, 0);
  EXPECT_THAT(done.err,
              AllOf(HasSubstr("bad.warc.gz: the record at byte " + std::to_string(first.size())),
                    HasSubstr("the gzip data is damaged"), HasSubstr("it holds no HTTP answer"),
                    HasSubstr("2 pages"), HasSubstr("1 damaged")));
  EXPECT_THAT(rows("SELECT title FROM pages"), ElementsAre("One", "Four"));
}

TEST_F(WarcTest, OfAFileThatIsCutShortWhatWasReadStays) {
  const std::string whole = gzip_member(record("response", "http://b.example/1", page("One"))) +
                            gzip_member(record("response", "http://b.example/2", page("Two")));
  write("cut.warc.gz", whole.substr(0, whole.size() - 10));
  const ProgramResult done = skitter({"import", "cut.warc.gz"});
  EXPECT_EQ(done.status, 3);
  EXPECT_THAT(done.err, HasSubstr("cut.warc.gz ends within a record"));
  EXPECT_THAT(rows("SELECT title FROM pages"), ElementsAre("One"));
}

TEST_F(WarcTest, ADatabaseThatIsThereIsReplacedOnlyWhenAsked) {
  write("one.warc", record("response", "http://b.example/1", page("One")));
  write("two.warc", record("response", "http://b.example/2", page("Two")));
  ASSERT_EQ(skitter({"import", "one.warc"}).status, 0);
  const ProgramResult refused = skitter({"import", "two.warc"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("--fresh"));
  EXPECT_THAT(rows("SELECT title FROM pages"), ElementsAre("One"));
  // A mistake in the name of an archive leaves the database.
  EXPECT_EQ(skitter({"import", "three.warc", "--fresh"}).status, 2);
  EXPECT_EQ(skitter({"import", std::string(kDatabase), "--fresh"}).status, 2);
  EXPECT_EQ(skitter({"import", ".", "--fresh"}).status, 2);
  EXPECT_THAT(rows("SELECT title FROM pages"), ElementsAre("One"));
  EXPECT_EQ(skitter({"import", "one.warc", "two.warc", "--fresh"}).status, 0);
  EXPECT_THAT(rows("SELECT title FROM pages"), ElementsAre("One", "Two"));
}

TEST_F(WarcTest, BodiesAreBounded) {
  write("large.warc",
        record("response", "http://b.example/1", page("One", std::string(3'000, 'x'))) +
            record("response", "http://b.example/2",
                   "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" +
                       gzip_member(std::string(10'000'000, 'y'))));
  ASSERT_EQ(skitter({"import", "large.warc", "--max-body", "2k"}).status, 0);
  EXPECT_THAT(rows("SELECT outcome FROM pages"), ElementsAre("too_large", "too_large"));
  EXPECT_EQ(number("SELECT count(*) FROM body"), 0);
}

// An archive that comes through a pipe as far as the test wants.
class PipedArchive {
 public:
  explicit PipedArchive(const std::string& path) : path_(path) {
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
  }
  ~PipedArchive() {
    if (fd_ >= 0) (void)::close(fd_);
  }
  PipedArchive(const PipedArchive&) = delete;
  PipedArchive& operator=(const PipedArchive&) = delete;

  void write(std::string_view bytes) {
    if (fd_ < 0) fd_ = ::open(path_.c_str(), O_WRONLY);  // waits for the reader
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      ASSERT_GT(written, 0);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  std::string path_;
  int fd_ = -1;
};

TEST_F(WarcTest, AKilledImportLeavesADatabaseThatCanBeReplaced) {
  site::PageOptions pages;
  pages.pages_per_host = 600;
  pages.size_bytes = 2'000;
  pages.links = 5;
  const Site site({.pages = pages});
  ASSERT_EQ(crawl(site.seeds()).status, 0);
  ASSERT_EQ(export_to("all.warc.gz").status, 0);
  const std::string whole = read("all.warc.gz");
  const std::string_view most = std::string_view(whole).substr(0, whole.size() * 9 / 10);
  for (const int ending : {SIGKILL, SIGINT}) {
    SCOPED_TRACE(ending);
    const std::string name = "pipe" + std::to_string(ending);
    PipedArchive pipe(path(name));
    Program program({"import", name, "-o", "again.db", "--fresh"}, here());
    pipe.write(most);
    ASSERT_TRUE(program.wait_until([&] {
      std::error_code ignored;
      if (!std::filesystem::exists(path("again.db"), ignored)) return false;
      try {
        return number("SELECT count(*) FROM pages", "again.db") > 0;
      } catch (const std::exception&) {  // it is being made
        return false;
      }
    })) << program.err();
    program.signal(ending);
    const ProgramResult ended = program.wait();
    if (ending == SIGKILL) {
      EXPECT_EQ(ended.signal, SIGKILL);
    } else {
      EXPECT_EQ(ended.status, 11);
      EXPECT_THAT(ended.err, HasSubstr("interrupted"));
    }
    expect_sound("again.db");
    EXPECT_EQ(skitter({"import", "all.warc.gz", "-o", "again.db"}).status, 2);
  }
  ASSERT_EQ(skitter({"import", "all.warc.gz", "-o", "again.db", "--fresh"}).status, 0);
  expect_equal(archived("again.db"), archived(kDatabase));
}

}  // namespace
}  // namespace skitter::e2e
