#include "parser/robots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/parser/test_data.h"

namespace skitter::parser {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

std::string body_of(const json& test) {
  if (test.contains("robots_b64")) return from_base64(test["robots_b64"].get<std::string>());
  if (!test.contains("robots_parts")) return test["robots_txt"];
  std::string body;
  for (const auto& part : test["robots_parts"]) {
    for (int i = part[1]; i > 0; --i) body += part[0].get<std::string>();
  }
  return body;
}

// The path and query of a URL, as it stands there.
std::string path_of(std::string url) {
  url.resize(std::min(url.find('#'), url.size()));
  if (url.starts_with('/')) return url;
  const auto path = url.find_first_of("/?", url.find("://") + 3);
  if (path == url.npos) return "/";
  return url[path] == '?' ? '/' + url.substr(path) : url.substr(path);
}

TEST(RobotsTest, PassesTheConformanceCases) {
  struct Count {
    int passed = 0;
    int total = 0;
  };
  std::map<std::string, Count> levels;
  std::vector<std::string> misses;
  for (const auto& test : read_test_json("robots/robots_cases.json")) {
    const RobotsRules rules(body_of(test), test["agent"].get<std::string>());
    const bool is_right = rules.is_allowed(path_of(test["url"])) == test["allowed"].get<bool>();
    auto& [passed, total] = levels[test["level"]];
    ++total;
    passed += is_right;
    if (!is_right) misses.push_back(test["id"]);
  }
  for (const auto& [level, count] : levels) {
    std::cout << "robots_cases.json " << level << ": " << count.passed << "/" << count.total
              << "\n";
  }
  EXPECT_THAT(misses, IsEmpty());
}

TEST(RobotsTest, PassesTheDelayAndSitemapCases) {
  const json data = read_test_json("robots/robots_extra.json");
  int passed = 0;
  for (const auto& test : data["cases"]) {
    SCOPED_TRACE(test.dump());
    const RobotsRules rules(test["robots_txt"].get<std::string>(),
                            test["agent"].get<std::string>());
    const auto delay = rules.crawl_delay();
    const json seconds = delay ? json(static_cast<double>(delay->count()) / 1000) : json();
    std::vector<std::string> sitemaps;
    for (const std::string& written : rules.sitemaps()) {
      sitemaps.push_back(written.starts_with('/') ? "http://site.example" + written : written);
    }
    EXPECT_EQ(seconds, test["crawl_delay"]);
    EXPECT_EQ(json(sitemaps), test["sitemaps"]);
    passed += seconds == test["crawl_delay"] && json(sitemaps) == test["sitemaps"];
  }
  std::cout << "robots_extra.json: " << passed << "/" << data["cases"].size() << "\n";
}

TEST(RobotsTest, NamesTheLineThatDecided) {
  const RobotsRules rules(
      "User-agent: *\n"
      "  disallow :  /private  # keep out\n"
      "Allow: /private/open\n"
      "Disallow:\n",
      "skitter");
  struct Case {
    std::string_view given;
    bool allowed;
    std::string_view rule;
  };
  const Case cases[] = {
      {"/private/x", false, "disallow :  /private"},
      {"/private/open/1", true, "Allow: /private/open"},
      {"/other", true, ""},
      {"/robots.txt", true, ""},  // RFC 9309 §2.2.2
      {"", true, ""},
  };
  for (const auto& [given, allowed, rule] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(rules.verdict(given).allowed, allowed);
    EXPECT_EQ(rules.verdict(given).rule, rule);
  }
}

TEST(RobotsTest, ComparesInOneSpelling) {
  struct Case {
    std::string_view pattern, path;
    bool matches;
  };
  const Case cases[] = {
      {"/a%2fb", "/a%2Fb", true},       // hex case
      {"/a%2Fb", "/a/b", false},        // an encoded slash is no slash
      {"/%7Euser", "/~user", true},     // unreserved: decoded
      {"/\xC3\xA9", "/%c3%a9", true},   // RFC 9309 §2.2.2, non-ASCII
      {"/100%25", "/100%", false},      // a bare percent sign stays one
      {"/100%", "/100%", true},         //
      {"/a b", "/a%20b", true},         //
      {"/a|b", "/a%7Cb", true},         //
      {"/x%2A", "/x*", true},           // §2.2.3: an encoded star is a star
      {"/x%2A", "/xyz", false},         //
      {"/x%24", "/x$", true},           //
      {"/a$b", "/a%24b", true},         // not at the end: literal
      {"/a*$", "/abc", true},           //
      {"*.gif$", "/a/b.gif", true},     //
      {"*.gif$", "/a/b.gif?x", false},  //
      {"/a*b*c", "/acb", false},        //
      {"/*aa$", "/aaa", true},          // a suffix may overlap what a first find would take
      {"/a*a$", "/a", false},           // one letter is not two
      {"**", "/", true},                //
      {"$", "/", false},                //
  };
  for (const auto& [pattern, path, matches] : cases) {
    SCOPED_TRACE(std::string(pattern) + " on " + std::string(path));
    const RobotsRules rules("User-agent: *\nDisallow: " + std::string(pattern), "skitter");
    EXPECT_EQ(rules.is_allowed(path), !matches);
  }
}

TEST(RobotsTest, CountsOctetsAsCompared) {
  // The same rule in two spellings is as long as itself: Allow wins the tie.
  const RobotsRules rules("User-agent: *\nDisallow: /%E3%83%84\nAllow: /\xE3\x83\x84", "skitter");
  EXPECT_TRUE(rules.is_allowed("/%E3%83%84"));
}

TEST(RobotsTest, KeepsTheChosenGroupsOnly) {
  constexpr std::string_view kFile =
      "User-agent: *\nDisallow: /star\n\n"
      "User-agent: other\nUser-agent: Skitter/1.0\nDisallow: /one\nCrawl-delay: 1\n\n"
      "User-agent: other\nDisallow: /theirs\n\n"
      "user-agent: SKITTER  # again\nAllow: /two\nDisallow:\n";
  const RobotsRules named(kFile, "skitter");
  EXPECT_THAT(named.agent_lines(), ElementsAre("User-agent: Skitter/1.0", "user-agent: SKITTER"));
  EXPECT_THAT(named.rule_lines(), ElementsAre("Disallow: /one", "Allow: /two", "Disallow:"));

  const RobotsRules fallback(kFile, "elsebot");
  EXPECT_THAT(fallback.agent_lines(), ElementsAre("User-agent: *"));
  EXPECT_THAT(fallback.rule_lines(), ElementsAre("Disallow: /star"));
  EXPECT_EQ(fallback.crawl_delay(), std::nullopt);

  const RobotsRules none("User-agent: other\nDisallow: /\n", "skitter");
  EXPECT_THAT(none.agent_lines(), IsEmpty());
  EXPECT_TRUE(none.is_allowed("/"));
}

TEST(RobotsTest, AnAgentNamedWithoutRulesMayAskForAll) {
  EXPECT_TRUE(RobotsRules("User-agent: *\nDisallow: /\n\nUser-agent: skitter\n", "skitter")
                  .is_allowed("/x"));
}

TEST(RobotsTest, ReadsCrawlDelays) {
  struct Case {
    std::string_view given;
    std::optional<long long> want_ms;
    bool capped;
  };
  const Case cases[] = {
      {"1", 1000, false},
      {"0.25", 250, false},
      {".5", 500, false},
      {"5.", 5000, false},
      {"0", 0, false},
      {"0.0004", 0, false},
      {"300", 300'000, false},
      {"300.001", 300'000, true},
      {"86400", 300'000, true},
      {"99999999999999999999999999", 300'000, true},
      {"-1", std::nullopt, false},
      {"1s", std::nullopt, false},
      {"1,5", std::nullopt, false},
      {".", std::nullopt, false},
      {"", std::nullopt, false},
      {"inf", std::nullopt, false},
  };
  for (const auto& [given, want_ms, capped] : cases) {
    SCOPED_TRACE(given);
    const RobotsRules rules("User-agent: *\nCrawl-delay: " + std::string(given), "skitter");
    EXPECT_EQ(rules.crawl_delay(), want_ms ? std::optional(milliseconds(*want_ms)) : std::nullopt);
    EXPECT_EQ(rules.is_crawl_delay_capped(), capped);
  }
  // Groups that are merged: the slower one is the safe one.
  EXPECT_EQ(
      RobotsRules("User-agent: *\nCrawl-delay: 9\nDisallow: /a\nUser-agent: *\nCrawl-delay: 2",
                  "skitter")
          .crawl_delay(),
      milliseconds(9000));
}

TEST(RobotsTest, DropsTheLineThatTheLimitCuts) {
  std::string file = "User-agent: *\nDisallow: /early\n";
  const std::string last = "Disallow: /long-name\n";
  file.resize(RobotsRules::kMaxBytes - 12, '#');
  file += '\n' + last;  // "Disallow: /" would be all that is left of it
  const RobotsRules rules(file, "skitter");
  EXPECT_FALSE(rules.is_allowed("/early"));
  EXPECT_TRUE(rules.is_allowed("/other"));
}

TEST(RobotsTest, MatchesInLinearTime) {
  std::string pattern = "/";
  for (int i = 0; i < 20; ++i) pattern += "*a";
  const std::string path = "/" + std::string(2'000, 'a');
  std::string file = "User-agent: *\n";
  while (file.size() + 60 < RobotsRules::kMaxBytes) file += "Disallow: " + pattern + "b$\n";
  const RobotsRules rules(file, "skitter");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(rules.is_allowed(path));
  const auto took = std::chrono::steady_clock::now() - begin;
  // Some 9,000 such rules; backtracking through a single one would outlast the universe.
  std::cout << "20 stars, 2,000 octets, " << rules.rule_lines().size()
            << " rules: " << std::chrono::duration_cast<std::chrono::microseconds>(took).count()
            << " us\n";
  EXPECT_LT(took, std::chrono::seconds(2));
}

TEST(RobotsTest, ListsEachSitemapOnceInLinearTime) {
  std::string file;
  for (int i = 0; file.size() < RobotsRules::kMaxBytes; ++i) {
    file += "Sitemap: " + std::to_string(i) + "\nSitemap: 0\n";
  }
  const RobotsRules rules(file, "skitter");
  EXPECT_GT(rules.sitemaps().size(), 10'000u);
  EXPECT_EQ(rules.sitemaps()[0], "0");
  EXPECT_EQ(rules.sitemaps()[1], "1");
}

TEST(RobotsTest, MovesWithItsRules) {
  RobotsRules rules("User-agent: *\nDisallow: /a", "skitter");
  const RobotsRules moved = std::move(rules);
  EXPECT_EQ(moved.verdict("/a").rule, "Disallow: /a");
}

TEST(RobotsTest, TakesTheProductTokenOfAnAgent) {
  EXPECT_EQ(product_token("skitter/1.0 (+http://example.com)"), "skitter");
  EXPECT_EQ(product_token(" My-bot_2 "), "My-bot_2");
  EXPECT_EQ(product_token("(x)"), "");
  // An agent without a token is held by the rules for all.
  EXPECT_FALSE(
      RobotsRules("User-agent:\nAllow: /\nUser-agent: *\nDisallow: /", "").is_allowed("/"));
}

}  // namespace
}  // namespace skitter::parser
