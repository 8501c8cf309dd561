// What a crawl finds: all of it, and the same at any concurrency.
#include <gmock/gmock.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "tests/e2e/crawl_fixture.h"

namespace skitter::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

class ResultTest : public CrawlTest {
 protected:
  // Crawls with several concurrencies and numbers of workers, each into a database of its own, and
  // expects the same of all.
  void expect_same_at_any_concurrency(const Words& arguments) const {
    std::optional<Contents> first;
    for (const auto& [transfers, workers] : {std::pair("1", "1"), {"64", "2"}, {"512", "4"}}) {
      SCOPED_TRACE(std::string("-c ") + transfers);
      const std::string database = std::string("c") + transfers + ".db";
      Words words = arguments;
      words.insert(words.end(),
                   {"-c", transfers, "--host-concurrency", transfers, "--workers", workers});
      const ProgramResult result = crawl(words, database);
      ASSERT_EQ(result.status, 0) << result.err;
      expect_finished(database);
      const Contents now = contents(database);
      if (first) expect_equal(now, *first);
      if (!first) first = now;
    }
  }
  static constexpr std::string_view kFirst = "c1.db";
};

TEST_F(ResultTest, FindsAllPagesAndAllLinks) {
  constexpr std::uint32_t kHosts = 3;
  const Site site({.pages = site::PageOptions{.hosts = kHosts,
                                              .pages_per_host = 80,
                                              .size_bytes = 2'000,
                                              .links = 12,
                                              .redirect_share = 0.1,
                                              .missing_share = 0.1,
                                              .robots_txt = {}}});
  Words arguments = site.seeds();
  arguments.insert(arguments.end(), {"--summary-json", "summary.json"});
  expect_same_at_any_concurrency(arguments);

  Words want;
  for (std::uint32_t host = 0; host < kHosts; ++host) {
    for (const std::string& own : site.pages()->paths(host))
      want.push_back(site.url("h" + std::to_string(host) + ".localhost", own));
  }
  EXPECT_THAT(rows("SELECT url FROM pages", kFirst), UnorderedElementsAreArray(want));
  EXPECT_EQ(number("SELECT count(*) FROM pages WHERE outcome = 'http_error'", kFirst),
            number("SELECT count(*) FROM urls WHERE url LIKE '%/missing/%'", kFirst));
  EXPECT_EQ(number("SELECT count(*) FROM pages WHERE outcome = 'redirect'", kFirst),
            number("SELECT count(*) FROM urls WHERE url LIKE '%/r/%'", kFirst));

  // The links of a page are all there, in the order of the document.
  const std::string page = site.url("h1.localhost", "/p/7.html");
  Words links;
  for (const std::string& href : site.pages()->links(1, 7)) {
    const auto parsed = nlohmann::json::parse(skitter({"url", href, page}).out);
    const std::string whole = parsed["href"];
    links.push_back(whole.substr(0, whole.find('#')));
  }
  EXPECT_EQ(
      rows("SELECT target_url FROM links WHERE kind = 'a' AND source_url = '" + page + "'", kFirst),
      links);
}

TEST_F(ResultTest, OutcomesAddUpToAllDiscovered) {
  Site site;
  site.route("", "/",
             page_with_links({"/a", "/gone", "mailto:me@a.example", "http://b.localhost/", "/to",
                              "/private/x", "/a#part"}));
  site.route("", "/a", page_with_links({"/", "/deep"}));
  site.route("", "/deep", page_with_links({"/deeper"}));
  site.route("", "/to", Answer::redirect("/a"));
  site.route("", "/robots.txt", Answer::plain(200, "User-agent: *\nDisallow: /private/"));
  const ProgramResult result =
      crawl({site.url("a.localhost"), "-d", "2", "--summary-json", "/dev/stdout"});
  ASSERT_EQ(result.status, 0) << result.err;
  expect_finished();
  EXPECT_THAT(rows("SELECT outcome, count(*) FROM urls GROUP BY 1"),
              UnorderedElementsAre("ok|3", "http_error|1", "unsupported_scheme|1", "scope|1",
                                   "redirect|1", "robots|1", "depth|1"));
  const auto summary = nlohmann::json::parse(result.out);
  EXPECT_EQ(summary["discovered"], 9);
  EXPECT_EQ(number("SELECT discovered FROM runs"), 9);
  EXPECT_EQ(number("SELECT pages FROM runs"), number("SELECT count(*) FROM pages"));
  EXPECT_EQ(number("SELECT requests FROM runs"), static_cast<std::int64_t>(site.log().size()));
}

TEST_F(ResultTest, ATreeFindsNoMoreThanTheScan) {
  const Site site({.pages = site::PageOptions{.hosts = 2,
                                              .pages_per_host = 60,
                                              .size_bytes = 20'000,
                                              .links = 40,
                                              .redirect_share = 0.1,
                                              .missing_share = 0.1,
                                              .robots_txt = {}}});
  for (const std::string mode : {"scan", "tree"}) {
    Words arguments = site.seeds();
    arguments.insert(arguments.end(), {"--parse", mode});
    const ProgramResult result = crawl(arguments, mode + ".db");
    ASSERT_EQ(result.status, 0) << result.err;
  }
  EXPECT_GT(number("SELECT count(*) FROM links", "tree.db"), 4'000);
  expect_equal(contents("scan.db"), contents("tree.db"));
}

// A graph of pages and redirects with answers that come late, so that what is near is often found
// by the long way first. What must come out is worked out here, breadth first.
class Graph {
 public:
  static constexpr int kNodes = 120;

  explicit Graph(unsigned seed) : random_(seed), targets_(kNodes), delays_(kNodes) {
    for (int node = 0; node < kNodes; ++node) {
      const int links = is_redirect(node) ? 1 : 2;
      for (int i = 0; i < links; ++i) targets_[at(node)].push_back(pick(1, kNodes - 1));
      delays_[at(node)] = milliseconds(node == 0 ? 0 : pick(0, 3) * 30);
    }
  }

  void serve(Site& site) const {
    for (int node = 0; node < kNodes; ++node) {
      Words targets;
      for (const int target : targets_[at(node)]) targets.push_back(name(target));
      Answer answer = is_redirect(node) ? Answer::redirect(targets[0]) : page_with_links(targets);
      answer.delay = delays_[at(node)];
      site.route("", name(node), answer);
    }
  }

  // "/n7|2|ok" of each node that is discovered when links are followed to that depth.
  [[nodiscard]] Words expected(int depth_limit) const {
    std::vector<int> depths(kNodes, kNodes);
    std::deque<int> next{0};
    depths[0] = 0;
    while (!next.empty()) {
      const int node = next.front();
      next.pop_front();
      if (depths[at(node)] > depth_limit) continue;
      for (const int target : targets_[at(node)]) {
        const int depth = depths[at(node)] + (is_redirect(node) ? 0 : 1);
        if (depth >= depths[at(target)]) continue;
        depths[at(target)] = depth;
        next.push_back(target);
      }
    }
    Words rows;
    for (int node = 0; node < kNodes; ++node) {
      const int depth = depths[at(node)];
      if (depth == kNodes) continue;
      const char* const outcome =
          depth > depth_limit ? "depth" : (is_redirect(node) ? "redirect" : "ok");
      rows.push_back(name(node) + "|" + std::to_string(depth) + "|" + outcome);
    }
    return rows;
  }

 private:
  static std::size_t at(int node) { return static_cast<std::size_t>(node); }
  static std::string name(int node) { return node == 0 ? "/" : "/n" + std::to_string(node); }
  static bool is_redirect(int node) { return node % 7 == 3; }
  int pick(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }

  std::mt19937 random_;
  std::vector<std::vector<int>> targets_;
  std::vector<milliseconds> delays_;
};

TEST_F(ResultTest, DepthIsTheLeastWhateverComesFirst) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    SCOPED_TRACE(seed);
    const Graph graph(seed);
    Site site;
    graph.serve(site);
    for (const char* const transfers : {"1", "8", "512"}) {
      SCOPED_TRACE(std::string("-c ") + transfers);
      const std::string database = "g" + std::to_string(seed) + transfers + ".db";
      const ProgramResult result = crawl(
          {site.url("a.localhost"), "-d", "3", "-c", transfers, "--host-concurrency", transfers},
          database);
      ASSERT_EQ(result.status, 0) << result.err;
      expect_finished(database);
      const auto prefix = std::to_string(site.url("a.localhost").size());
      EXPECT_THAT(rows("SELECT substr(url, " + prefix + "), depth, outcome FROM urls", database),
                  UnorderedElementsAreArray(graph.expected(3)));
    }
  }
}

TEST_F(ResultTest, AShortcutThatComesLateLetsInWhatIsBehind) {
  Site site;
  Answer late = page_with_links({"/3"});
  late.delay = milliseconds(300);
  site.route("", "/", page_with_links({"/1", "/late"}));
  site.route("", "/late", late);
  site.route("", "/1", page_with_links({"/2"}));
  site.route("", "/2", page_with_links({"/3"}));
  site.route("", "/3", Answer::redirect("/4"));
  site.route("", "/4", page_with_links({"/5"}));
  site.route("", "/5", page_with_links({"/6"}));
  expect_same_at_any_concurrency({site.url("a.localhost"), "-d", "3"});
  const std::string last = site.url("a.localhost", "/5");
  EXPECT_THAT(rows("SELECT depth, outcome FROM urls WHERE url = '" + last + "'", "c512.db"),
              ElementsAre("3|ok"));
  EXPECT_EQ(outcome(site.url("a.localhost", "/6"), "c512.db"), "depth");
}

TEST_F(ResultTest, AnyScopeGoesFromHostToHost) {
  Site site;
  for (int i = 0; i < 20; ++i) {
    const std::string next = "s" + std::to_string(i + 1) + ".localhost";
    const std::string host = "s" + std::to_string(i) + ".localhost";
    Answer front = page_with_links({site.url(next), site.url(next, "/x"), "/x"});
    front.delay = milliseconds(i % 3 * 15);
    site.route(host, "/", front);
    site.route(host, "/x", page_with_links({site.url("s0.localhost", "/" + std::to_string(i))}));
  }
  expect_same_at_any_concurrency({site.url("s0.localhost"), "--scope", "any", "--allow-private"});
  EXPECT_EQ(number("SELECT count(*) FROM hosts", kFirst), 21);
  EXPECT_EQ(number("SELECT max(depth) FROM pages WHERE outcome = 'ok'", kFirst), 19);
}

// The later run judges what the earlier one ruled out: by its options, and by its seeds.
TEST_F(ResultTest, ALaterRunJudgesAgain) {
  Site site;
  site.route("a.localhost", "/", page_with_links({"/deep/1", site.url("b.localhost", "/x")}));
  site.route("a.localhost", "/deep/1", page_with_links({"/deep/2"}));
  site.route("a.localhost", "/deep/2", Answer::html("x"));
  site.route("b.localhost", "/", Answer::html("x"));
  site.route("b.localhost", "/x", Answer::html("x"));
  const std::string a = site.url("a.localhost");
  const std::string x = site.url("b.localhost", "/x");
  const std::string deep = site.url("a.localhost", "/deep/2");
  ASSERT_EQ(crawl({a, "-d", "1"}).status, 0);
  EXPECT_EQ(outcome(x), "scope");
  EXPECT_EQ(outcome(deep), "depth");

  ASSERT_EQ(crawl({a, "-c", "3", "-d", "2"}).status, 0);
  EXPECT_EQ(outcome(x), "scope");
  EXPECT_EQ(outcome(deep), "ok");

  const ProgramResult widened = crawl({a, site.url("b.localhost"), "-c", "3", "-d", "2"});
  ASSERT_EQ(widened.status, 0) << widened.err;
  EXPECT_EQ(outcome(x), "ok");
  expect_finished();
}

TEST_F(ResultTest, NofollowIsOverruledByALinkThatFollows) {
  Site site;
  const auto nofollow = [](const std::string& target) {
    return "<a rel='me nofollow' href='" + target + "'>no</a>";
  };
  Answer late = page_with_links({"/both", "/late-only"});
  late.delay = milliseconds(200);
  site.route(
      "", "/",
      Answer::html(nofollow("/never") + nofollow("/both") + nofollow("http://elsewhere.example/") +
                   "<a href=/late>x</a><a href=/meta>x</a>"));
  site.route("", "/late", late);
  site.route("", "/meta", Answer::html("<meta name=robots content=nofollow><a href=/never>x</a>"));
  for (const char* const path : {"/never", "/both", "/late-only"})
    site.route("", path, Answer::html("x"));
  expect_same_at_any_concurrency({site.url("a.localhost")});
  EXPECT_EQ(requests_for(site, "a.localhost", "/never"), 0u);
  EXPECT_EQ(outcome(site.url("a.localhost", "/never"), kFirst), "robots");
  EXPECT_EQ(outcome(site.url("a.localhost", "/both"), kFirst), "ok");
  EXPECT_EQ(outcome("http://elsewhere.example/", kFirst), "scope");

  const ProgramResult ignoring = crawl({site.url("a.localhost"), "--no-robots"}, "ignoring.db");
  EXPECT_EQ(ignoring.status, 0) << ignoring.err;
  EXPECT_EQ(outcome(site.url("a.localhost", "/never"), "ignoring.db"), "ok");
}

TEST_F(ResultTest, RedirectsInChainsAndLoops) {
  Site site;
  Answer late = page_with_links({"/c6"});
  late.delay = milliseconds(200);
  site.route(
      "", "/",
      page_with_links({"/c0", "/d0", "/self", "/ring1", "/late", "/out", "/mail", "/tail1"}));
  for (int i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i);
    const std::string next = std::to_string(i + 1);
    site.route("", "/c" + number, Answer::redirect("/c" + next));
    site.route("", "/d" + number, Answer::redirect("/d" + next, 308));
  }
  site.route("", "/c10", Answer::html("the end"));
  site.route("", "/d10", Answer::html("too far"));
  site.route("", "/late", late);
  site.route("", "/self", Answer::redirect("/self"));
  site.route("", "/ring1", Answer::redirect("/ring2"));
  site.route("", "/ring2", Answer::redirect("/ring1"));
  for (int i = 0; i < 3; ++i) {
    site.route("", "/tri" + std::to_string(i),
               Answer::redirect("/tri" + std::to_string((i + 1) % 3)));
  }
  site.route("", "/tail1", Answer::redirect("/tail2"));
  site.route("", "/tail2", Answer::redirect("/tri1"));
  site.route("", "/out", Answer::redirect("http://elsewhere.example/"));
  site.route("", "/mail", Answer::redirect("mailto:me@a.example"));
  expect_same_at_any_concurrency({site.url("a.localhost"), "--max-redirects", "5"});

  const auto row = [&](const std::string& path) {
    const Words found = rows(
        "SELECT u.outcome, u.detail, p.redirect_url FROM urls AS u LEFT JOIN "
        "pages AS p ON p.id = u.id WHERE u.url = '" +
            site.url("a.localhost", path) + "'",
        kFirst);
    return found.empty() ? "" : found[0];
  };
  // The chain is cut after five, unless a link leads into its middle.
  EXPECT_EQ(row("/d5"), "redirect|--max-redirects|" + site.url("a.localhost", "/d6"));
  EXPECT_EQ(row("/d6"), "");
  EXPECT_EQ(row("/c9"), "redirect|NULL|" + site.url("a.localhost", "/c10"));
  EXPECT_EQ(outcome(site.url("a.localhost", "/c10"), kFirst), "ok");
  EXPECT_EQ(row("/self"), "redirect|redirect loop: to itself|" + site.url("a.localhost", "/self"));
  EXPECT_EQ(row("/ring1"), "redirect|redirect loop of 2 URLs|" + site.url("a.localhost", "/ring2"));
  EXPECT_EQ(row("/ring2"), "redirect|redirect loop of 2 URLs|" + site.url("a.localhost", "/ring1"));
  EXPECT_EQ(row("/tail1"),
            "redirect|leads into a redirect loop of 3 URLs|" + site.url("a.localhost", "/tail2"));
  for (const char* const member : {"/tri0", "/tri1", "/tri2"})
    EXPECT_THAT(row(member), ::testing::StartsWith("redirect|redirect loop of 3 URLs|"));
  EXPECT_EQ(row("/out"), "redirect|NULL|http://elsewhere.example/");
  EXPECT_EQ(outcome("http://elsewhere.example/", kFirst), "scope");
  EXPECT_EQ(outcome("mailto:me@a.example", kFirst), "unsupported_scheme");
  EXPECT_EQ(requests_for(site, "a.localhost", "/ring1"), 3u);  // once a crawl
}

}  // namespace
}  // namespace skitter::e2e
