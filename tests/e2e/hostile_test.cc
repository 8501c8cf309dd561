// All misbehaviour that the site knows, in one crawl beside hosts that behave.
#include <algorithm>
#include <filesystem>

#include "tests/e2e/crawl_fixture.h"
#include "tests/site/hostile.h"

namespace skitter::e2e {
namespace {

using site::Behaviour;
using site::HostileOptions;
using site::Request;
using site::SiteOptions;

// "a|b" names `word`?
bool is_among(const std::string& words, const std::string& word) {
  return ("|" + words + "|").find("|" + word + "|") != std::string::npos;
}

class HostileTest : public CrawlTest {};

TEST_F(HostileTest, EachCostsOnePageAndOthersAreCompleted) {
  SiteOptions options;
  options.pages.emplace();
  options.pages->hosts = 5;
  options.pages->pages_per_host = 40;
  options.pages->size_bytes = 2'000;
  Site site(options);
  HostileOptions small;
  small.bomb_bytes = 4u << 20;
  small.document_bytes = 100'000;
  const std::vector<Behaviour> behaviours = add_hostile(site, small);
  EXPECT_GE(behaviours.size(), 80u);

  std::string seeds;
  for (const std::string& seed : site.seeds()) seeds += seed + "\n";
  for (const Behaviour& behaviour : behaviours) {
    seeds += site.url(hostile_host(behaviour)) + "\n";
  }
  // The times are long enough for the hosts that behave on a machine ten times as slow.
  const ProgramResult result =
      skitter(crawl_words({"--scope", "any", "--retries", "0", "--timeout", "10s",
                           "--stall-timeout", "5s", "--max-alike", "20", "--max-same-text", "20",
                           "--max-page-links", "300", "--max-body", "1M", "--workers", "2", "-"}),
              seeds);
  ASSERT_EQ(result.status, 0) << result.err;
  expect_finished();
  for (const Behaviour& behaviour : behaviours) {
    SCOPED_TRACE(behaviour.name);
    const std::string host = hostile_host(behaviour) + ":" + std::to_string(site.port());
    const std::string first = outcome("http://" + host + "/");
    EXPECT_TRUE(is_among(behaviour.outcomes, first)) << first << ", not " << behaviour.outcomes;
    if (behaviour.inside.empty()) continue;
    EXPECT_GT(number("SELECT count(*) FROM urls WHERE outcome = '" + behaviour.inside +
                     "' AND (host = '" + host + "' OR referrer = 'http://" + host + "/')"),
              0)
        << "no " << behaviour.inside;
  }

  // The others are whole, and nobody was asked for more than the spaces' limits allow.
  for (std::uint32_t host = 0; host < site.pages()->hosts(); ++host) {
    const std::string name =
        "h" + std::to_string(host) + ".localhost:" + std::to_string(site.port());
    SCOPED_TRACE(name);
    const auto want = static_cast<std::int64_t>(site.pages()->paths(host).size());
    EXPECT_EQ(number("SELECT count(*) FROM pages WHERE host = '" + name + "'"), want);
  }
  EXPECT_EQ(rows("SELECT url || ' ' || outcome || ' ' || coalesce(detail, '') FROM urls WHERE host "
                 "GLOB 'h[0-9].localhost:*' AND outcome NOT IN ('ok', 'redirect', 'http_error')"),
            Words{});
  EXPECT_LE(number("SELECT max(n) FROM (SELECT count(*) AS n FROM pages WHERE host NOT LIKE "
                   "'link-flood.%' GROUP BY host)"),
            200);
  // A control character of theirs reaches nobody's terminal.
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
  };
  EXPECT_TRUE(std::none_of(result.err.begin(), result.err.end(), is_control));
}

TEST_F(HostileTest, TrapsAreToldAndLifted) {
  Site site;
  const Words traps = {"/a/a/a/a", "/list?x=1&y=2&z=3", "/list?y=2&x=1&z=3"};
  Words links = traps;
  links.emplace_back("/list?z=3&x=1&y=2");
  site.route("a.localhost", "/", page_with_links(links));
  site.route("a.localhost", "/*", Answer::html("<p>x"));
  const std::string seed = site.url("a.localhost");
  const auto trapped = [&] { return number("SELECT count(*) FROM urls WHERE outcome = 'trap'"); };
  ASSERT_EQ(crawl({seed, "--max-spellings", "1"}).status, 0);
  EXPECT_EQ(trapped(), 3);
  EXPECT_EQ(rows("SELECT detail FROM urls WHERE url LIKE '%/a/a/a/a'"),
            Words{"repeated_segment: a more than 3 times"});
  const ProgramResult why = skitter({"why", std::string(kDatabase), seed + "a/a/a/a"});
  EXPECT_NE(why.out.find("repeated_segment"), std::string::npos) << why.out;

  ASSERT_EQ(crawl({seed, "--max-spellings", "1", "--depth", "5"}).status, 0);
  EXPECT_EQ(trapped(), 3);  // judged again, in the same way
  ASSERT_EQ(crawl({seed, "--no-trap-rules"}).status, 0);
  EXPECT_EQ(trapped(), 0);
  expect_finished();
  for (const std::string& path : links) EXPECT_EQ(requests_for(site, "a.localhost", path), 1u);
}

TEST_F(HostileTest, TrapsCountOnAcrossRuns) {
  Site site;
  site.route("numbers.localhost", "/", page_with_links({"/item/1"}));  // a pattern
  site.route("numbers.localhost", "/item/*", [](const Request& request) {
    const int number = std::stoi(request.path.substr(std::string_view("/item/").size()));
    return page_with_links({"/item/" + std::to_string(number + 1)});
  });
  site.route("letters.localhost", "/", page_with_links({"/a"}));  // no pattern: the text alone
  site.route("letters.localhost", "/a*",
             [](const Request& request) { return page_with_links({request.path + "a"}); });
  const auto run = [&](Words words) {
    for (const char* const word : {"-c", "1", "--max-alike", "7", "--max-same-text", "9"}) {
      words.emplace_back(word);
    }
    words.push_back(site.url("numbers.localhost"));
    words.push_back(site.url("letters.localhost"));
    return crawl(words);
  };
  const auto urls = [&] { return rows("SELECT url, outcome, detail FROM urls ORDER BY url"); };
  ASSERT_EQ(run({}).status, 0);
  const Words whole = urls();
  ASSERT_EQ(number("SELECT count(*) FROM urls WHERE outcome = 'trap'"), 2);

  std::filesystem::remove(path());
  for (const char* const pages : {"9", "13", "17", "22", "27"}) run({"--max-pages", pages});
  EXPECT_GT(number("SELECT count(*) FROM runs WHERE pages > 0"), 4);
  ASSERT_EQ(run({}).status, 0);
  EXPECT_EQ(urls(), whole);
}

TEST_F(HostileTest, AParseTimeoutCostsTheTreeNotTheLinks) {
  Site site;
  std::string large = "<title>Large</title>";
  for (int i = 0; i < 100'000; ++i) large += "<p>x";  // some 100 ms of a tree
  site.route("a.localhost", "/", Answer::html(large + "<a href=/last>last</a>"));
  site.route("a.localhost", "/last", Answer::html("<p>x"));
  const std::string seed = site.url("a.localhost");
  ASSERT_EQ(crawl({seed, "--parse", "tree", "--parse-timeout", "1ms"}).status, 0);
  EXPECT_EQ(outcome(seed), "parse_limit");
  EXPECT_EQ(outcome(seed + "last"), "ok");
  EXPECT_EQ(rows("SELECT title FROM pages WHERE depth = 0"), Words{"Large"});
  ASSERT_EQ(crawl({seed, "--parse", "tree", "--parse-timeout", "1h", "--fresh"}).status, 0);
  EXPECT_EQ(outcome(seed), "ok");
}

TEST_F(HostileTest, GoesOnWithFewDescriptors) {
  SiteOptions options;
  options.pages.emplace();
  options.pages->hosts = 200;
  options.pages->pages_per_host = 2;
  options.pages->size_bytes = 500;
  const Site site(options);
  ProgramOptions shell = here();
  shell.program = "/bin/sh";
  for (const std::string& seed : site.seeds()) shell.input += seed + "\n";
  Words words = {"-c", "ulimit -n 96; exec \"$@\"", "sh", SKITTER_PROGRAM};
  for (const std::string& word : crawl_words({"-c", "5000", "-"})) words.push_back(word);
  const ProgramResult result = cli::run(words, shell);
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("(ulimit -n) leaves room for 16 transfers at once, not 5000"),
            std::string::npos)
      << result.err;
  expect_finished();
  EXPECT_EQ(number("SELECT count(*) FROM pages WHERE outcome = 'network_error'"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM pages WHERE outcome = 'ok'"), 400);
}

// What a terminal would obey or reorder: control characters (C0 and C1 but for the line feed), and
// the bidirectional controls.
std::string obeyed(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::string_view rest = std::string_view(text).substr(i);
    const bool is_c1 =
        byte == 0xc2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xa0;
    const bool is_bidi = rest.starts_with("\xe2\x80\xae") || rest.starts_with("\xe2\x81\xa6");
    if ((byte < 0x20 && byte != '\n') || byte == 0x7f || is_c1 || is_bidi) {
      return "at " + std::to_string(i) + " of: " + text;
    }
  }
  return "";
}

TEST_F(HostileTest, NoSubcommandHandsAPageToTheTerminal) {
  const std::string evil =
      "\x1b]0;owned\x07\x1b[2J\x9b\xc2\x9b"
      "31m\r\xe2\x80\xae\xe2\x81\xa6\x7f";
  Site site;
  Answer page =
      Answer::html("<title>word " + evil + "</title><meta name=description content=\"" + evil +
                   "\"><h1>" + evil + "</h1><p>word " + evil + "<a href=\"/" + evil + "\" rel=\"" +
                   evil + "\">" + evil + "</a><a href=/to></a><a href=/gone>" + "</a>");
  page.headers.emplace_back("ETag", evil);
  site.route("a.localhost", "/", page);
  site.route("a.localhost", "/to", Answer::redirect("http://[" + evil));
  site.route("a.localhost", "/gone", [] {
    Answer answer = Answer::plain(404, "no");
    answer.headers = {{"Content-Type", "text/html; charset=\x1b[31m"}};
    return answer;
  }());
  site.route("a.localhost", "/robots.txt",
             Answer::plain(200, "User-agent: *\nDisallow: /x" + evil + "\nSitemap: /s" + evil));
  site.route("a.localhost", "/sitemap.xml",
             Answer::plain(200, "<urlset><url><loc>/" + evil + "</loc></url></urlset>"));
  const std::string seed = site.url("a.localhost");
  const ProgramResult crawled = crawl({seed, "--retries", "0", "-v", "-e", "h1=h1"});
  ASSERT_EQ(crawled.status, 0) << crawled.err;
  EXPECT_EQ(obeyed(crawled.err), "");
  ASSERT_EQ(number("SELECT count(*) FROM pages WHERE title LIKE 'word%'"), 1);

  const std::string database(kDatabase);
  const Words commands[] = {
      {"query", database, "SELECT * FROM pages"},
      {"query", database, "SELECT * FROM links"},
      {"query", database, "-f", "md", "SELECT * FROM pages"},
      {"query", database, "-f", "json", "SELECT * FROM pages"},
      {"query", database, "-f", "jsonl", "SELECT * FROM links"},
      {"query", database, "errors"},
      {"query", database, "SELECT '" + evil + "' AS \"" + evil + "\""},
      {"query", database, "SELECT " + evil},
      {"search", database, "word"},
      {"search", database, evil},
      {"why", database, seed + "to"},
      {"why", database, seed + "to", "--json"},
      {"why", database, seed + evil},
      {"fetch", seed},
      {"fetch", seed, "--json"},
      {"fetch", seed, "-e", "h1=h1"},
      {"fetch", seed + "to"},
      {"fetch", seed + evil},
      {"robots", seed + "x" + evil},
      {"robots", seed, "--json"},
      {"sitemap", site.url("a.localhost", "/sitemap.xml")},
      {"url", "http://h/" + evil},
      {"url", "http://[" + evil},
      {"extract", database, "-e", "h1=h1"},
      {"crawl", evil},
      {"crawl", "--" + evil},
      {evil},
  };
  for (const Words& words : commands) {
    SCOPED_TRACE(::testing::PrintToString(words));
    const ProgramResult result = skitter(words);
    EXPECT_EQ(result.signal, 0);
    EXPECT_FALSE(result.out.empty() && result.err.empty());
    EXPECT_EQ(obeyed(result.out), "");
    EXPECT_EQ(obeyed(result.err), "");
  }
}

}  // namespace
}  // namespace skitter::e2e
