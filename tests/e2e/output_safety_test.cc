// What pages say reaches the terminal only as visible text.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "tests/e2e/crawl_fixture.h"

namespace skitter::e2e {
namespace {

using std::string_literals::operator""s;
using ::testing::HasSubstr;

// Colours the text, renames the window, wipes the screen, rings, goes back, and turns the order of
// reading round: ESC, BEL, BS, DEL, CSI as one character (C1), bidirectional override and isolate.
constexpr std::string_view kAttack =
    "\x1b[31mred\x1b]0;owned\x07\x1b[2J\b\x7f\xc2\x9b"
    "5m\xe2\x80\xae"
    "exe\xe2\x81\xa6";

// The same as references, which a page's text keeps where it drops the bytes.
constexpr std::string_view kReferences =
    "&#27;[31mred&#27;]0;owned&#7;&#27;[2J&#8;&#127;&#x202e;exe&#x2066;";

// Raw in here? Line breaks aside, which the program writes itself.
bool has_hidden(const std::string& text) {
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
  };
  constexpr std::array<std::string_view, 3> kHidden = {"\xc2\x9b", "\xe2\x80\xae", "\xe2\x81\xa6"};
  return std::any_of(text.begin(), text.end(), is_control) ||
         std::any_of(kHidden.begin(), kHidden.end(), [&](std::string_view hidden) {
           return text.find(hidden) != std::string::npos;
         });
}

std::string attacked(std::string_view before, std::string_view after = "") {
  return std::string(before) + std::string(kAttack) + std::string(after);
}

// '@' stands for the attack, as bytes and as references.
std::string with_attacks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '@') {
      out += kReferences;
      out += kAttack;
    } else {
      out += c;
    }
  }
  return out;
}

Answer attacking_page() {
  Answer answer = Answer::html(with_attacks(
      "<!DOCTYPE html><html lang='@'><title>Title @</title><meta name=description content='@'>"
      "<meta name=robots content='@'><link rel=canonical href='/same?@'><h1>Head @</h1>"
      "<p class=it>Words @</p><a rel='x@' href='/on?@'>Anchor @</a><a href='//[@'>no URL</a>"
      "<a href='mailto:@'>no page</a><a href=/moved>moved</a><a href=/odd>odd</a>"
      "<a href=/broken>broken</a><a href=/picture>picture</a>"
      "<a href='/no&#27;[31m'>forbidden</a>"
      "<script type='application/ld+json'>{\"name\":\"\\u001b[31m\\u202e\"}</script>"));
  answer.headers.emplace_back("ETag", attacked("\"", "\""));
  answer.headers.emplace_back("Last-Modified", attacked("now "));
  answer.headers.emplace_back("Content-Language", std::string(kAttack));
  return answer;
}

class OutputSafetyTest : public CrawlTest {
 protected:
  OutputSafetyTest() {
    site_.route("a.localhost", "/", attacking_page());
    site_.route("a.localhost", "/moved", Answer::redirect(attacked("/target?")));
    Answer odd = attacking_page();
    odd.headers[0].second = attacked("text/", "; charset=") + std::string(kAttack);
    site_.route("a.localhost", "/odd", odd);
    Answer picture = attacking_page();
    picture.headers[0].second = attacked("image/");
    site_.route("a.localhost", "/picture", picture);
    Answer broken;  // libcurl's words on this name what was sent
    broken.framing = site::Framing::Raw;
    broken.body = attacked("HTTP/1.1 200 OK\r\nTransfer-Encoding: ", "\r\n\r\n");
    site_.route("a.localhost", "/broken", broken);
    site_.route(
        "a.localhost", "/robots.txt",
        Answer::plain(200, attacked("User-agent: *\nDisallow: /no\x1b[31m\nDisallow: /x", "\n") +
                               attacked("Sitemap: http://b.localhost/?", "\n")));
    Answer sitemap =
        Answer::plain(200, attacked("<urlset><url><loc>http://a.localhost/?", "</loc><lastmod>") +
                               attacked("</lastmod></url></urlset>"));
    sitemap.headers = {{"Content-Type", "application/xml"}};
    site_.route("a.localhost", "/sitemap.xml", sitemap);
  }

  // Runs it, looks at what it writes, and gives that: stdout, then stderr.
  std::string shown(const Words& arguments) const {
    const ProgramResult result = skitter(arguments);
    std::string command;
    for (const std::string& word : arguments) command += word.substr(0, 60) + " ";
    EXPECT_FALSE(has_hidden(result.out)) << command << ":\n" << result.out;
    EXPECT_FALSE(has_hidden(result.err)) << command << ":\n" << result.err;
    EXPECT_NE(result.out + result.err, "") << command;
    return result.out + result.err;
  }

  Site site_;
};

TEST_F(OutputSafetyTest, OfACrawlAndItsDatabase) {
  shown(crawl_words(
      {"--retries", "0", "-v", "-e", "it=.it", "--structured", site_.url("a.localhost")}));
  expect_finished();
  // It is in the database as it came, so that there is something to be shown.
  ASSERT_GT(number("SELECT count(*) FROM pages WHERE title LIKE '%' || char(27) || '[31m%'"), 0);

  const std::string db(kDatabase);
  for (const char* const format : {"table", "json", "jsonl", "md"}) {
    for (const char* const view : {"pages", "urls", "links", "items", "hosts", "runs"}) {
      shown({"query", db, "-f", format, "SELECT * FROM "s + view});
    }
    shown({"search", db, "words", "-f", format});
  }
  EXPECT_THAT(shown({"query", db, "SELECT title FROM pages WHERE title LIKE 'Title%'"}),
              HasSubstr("Title \\x1b[31mred\\x1b]0;owned\\x07"));
  EXPECT_THAT(shown({"query", db, "SELECT title AS '" + std::string(kAttack) + "' FROM pages"}),
              HasSubstr("\\x1b[31mred"));
  for (const char* const format : {"jsonl", "graphml", "sitemap"}) {
    shown({"export", db, "-f", format});
  }
  shown({"query", db, "SELECT nonsense\x1b[2J"});
  shown({"extract", db, "-e", "other=a@rel"});
  // Words of a server stand in `detail` too, as the rule does that forbids.
  ASSERT_GT(number("SELECT count(*) FROM urls WHERE detail LIKE '%' || char(27) || '[31m%'"), 0);
  for (const std::string& url : rows("SELECT url FROM urls")) {
    shown({"why", db, url});
    shown({"why", db, url, "--json"});
  }
  shown({"why", db, attacked("http://a.localhost/nowhere?")});
  shown(crawl_words({"--fresh", "--retries", "0", "-q", "-j", site_.url("a.localhost")}));
}

TEST_F(OutputSafetyTest, OfOnePage) {
  for (const char* const path : {"/", "/moved", "/odd", "/broken"}) {
    shown({"fetch", site_.url("a.localhost", path)});
    shown({"fetch", site_.url("a.localhost", path), "--json"});
  }
  EXPECT_THAT(shown({"fetch", site_.url("a.localhost")}), HasSubstr("Head \\x1b[31mred"));
  EXPECT_THAT(shown({"fetch", site_.url("a.localhost"), "-e", "it=.it"}), HasSubstr("\\u202e"));
}

TEST_F(OutputSafetyTest, OfRobotsSitemapsAndUrls) {
  EXPECT_THAT(shown({"robots", site_.url("a.localhost", "/no")}), HasSubstr("\\x1b[31m"));
  shown({"robots", site_.url("a.localhost", "/no"), "--json"});
  shown({"sitemap", site_.url("a.localhost", "/sitemap.xml")});
  shown({"url", attacked("http://a.localhost/?")});
  shown({"url", attacked("http://a.", "/")});  // no host name: the words say which
  shown({"fetch", attacked("http://a.", "/")});
}

// Names of files are the user's alone.
TEST_F(OutputSafetyTest, NoFileIsNamedByAServer) {
  Answer answer = Answer::html("<title>A file?</title>");
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"../evil.txt\"");
  site_.route("c.localhost", "/", answer);
  site_.route("c.localhost", "/robots.txt", answer);
  ASSERT_EQ(crawl({site_.url("c.localhost")}).status, 0);
  ASSERT_EQ(skitter({"fetch", site_.url("c.localhost")}).status, 0);
  ASSERT_EQ(skitter({"sitemap", site_.url("c.localhost")}).status, 0);
  Words names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(here().cwd)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kDatabase)) names.push_back(name);
  }
  EXPECT_EQ(names, Words());
  EXPECT_FALSE(std::filesystem::exists(here().cwd / ".." / "evil.txt"));
}

}  // namespace
}  // namespace skitter::e2e
