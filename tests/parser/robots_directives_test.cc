#include "parser/robots_directives.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "parser/headers.h"
#include "tests/parser/test_data.h"

namespace skitter::parser {
namespace {

using nlohmann::json;

constexpr long long kNow = 1'700'000'000;  // 2023-11-14

// The header part of the cases: those without HTML, and the headers of those with it.
TEST(RobotsDirectivesTest, PassesTheHeaderCases) {
  int passed = 0;
  int total = 0;
  const json data = read_test_json("robots/meta_robots.json");
  for (const auto& test : data["cases"]) {
    if (test["headers"].empty() && !test["html"].get<std::string>().empty()) continue;
    SCOPED_TRACE(test.dump());
    Headers headers;
    for (const std::string line : test["headers"]) headers.add_line(line + "\r\n");
    RobotsDirectives directives;
    for (const std::string_view value : headers.get_all("X-Robots-Tag")) {
      directives.add_header(value, test["agent"].get<std::string>(), kNow);
    }
    const json want = {{"index", directives.index}, {"follow", directives.follow}};
    EXPECT_EQ(want, test["expect"]);
    passed += want == test["expect"];
    ++total;
  }
  std::cout << "meta_robots.json, headers: " << passed << "/" << total << "\n";
  EXPECT_EQ(total, 9);
}

TEST(RobotsDirectivesTest, ReadsMetaElements) {
  struct Meta {
    std::string_view name, content;
  };
  struct Case {
    std::vector<Meta> given;
    bool index, follow;
    std::string_view text;
  };
  const Case cases[] = {
      {{}, true, true, ""},
      {{{"robots", "noindex"}}, false, true, "noindex"},
      {{{"Robots", "NOINDEX, NoFollow"}}, false, false, "noindex, nofollow"},
      {{{"robots", "none"}}, false, false, "none"},
      {{{"robots", "all,index,follow"}}, true, true, "all, index, follow"},
      {{{"robots", "nofollow"}, {"robots", "noindex"}}, false, false, "nofollow, noindex"},
      {{{"robots", "noindex"}, {"robots", "index"}}, false, true, "noindex, index"},
      {{{"googlebot", "noindex"}}, true, true, ""},
      {{{"robots", "nofollow"}, {"AcmeBot", "noindex"}}, false, false, "nofollow, noindex"},
      {{{"robots", "noindex nofollow"}}, false, false, "noindex nofollow"},
      {{{"robots", " , ,noindex, "}}, false, true, "noindex"},
      {{{"robots", "noindexing"}}, true, true, "noindexing"},
      {{{"robots", "acmebot: noindex"}}, true, true, "acmebot: noindex"},  // no scopes in meta
      {{{"robots", "\xFF\xFE"}}, true, true, ""},
      {{{"", "noindex"}}, true, true, ""},
  };
  for (const auto& [given, index, follow, text] : cases) {
    RobotsDirectives directives;
    for (const auto& [name, content] : given) {
      directives.add_meta(name, content, "acmebot/2.0", kNow);
    }
    SCOPED_TRACE(given.empty() ? "nothing" : given.back().content);
    EXPECT_EQ(directives.index, index);
    EXPECT_EQ(directives.follow, follow);
    EXPECT_EQ(directives.text, text);
  }
}

TEST(RobotsDirectivesTest, ReadsHeaders) {
  struct Case {
    std::string_view given;
    bool index, follow;
  };
  const Case cases[] = {
      {"noindex", false, true},
      {"acmebot: noindex, nofollow", false, false},
      {"otherbot: noindex, acmebot: nofollow", true, false},
      {"acmebot: nofollow, otherbot: noindex", true, false},
      {"nofollow, otherbot: noindex", true, false},
      {"*: noindex", false, true},
      {"max-snippet: 5, noindex", false, true},
      {"max-image-preview:large, nofollow", true, false},
      {"unavailable_after: 25 Jun 2010 15:00:00 GMT", false, true},
      {"unavailable_after: 25 Jun 2999 15:00:00 GMT", true, true},
      {"unavailable_after: Friday, 25-Jun-10 15:00:00 GMT, nofollow", false, false},
      {"unavailable_after: Tue, 25 Jun 2999 15:00:00 GMT, nofollow", true, false},
      {"acmebot: unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT", false, true},
      {"otherbot: unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, noindex", true, true},
      {"unavailable_after: 2010-06-25T15:00:00+02:00", false, true},
      {"unavailable_after: 2999-06-25", true, true},
      {"unavailable_after: some day", true, true},
      {"unavailable_after:", true, true},
      {"some words: noindex", true, true},  // no agent's name, and no directive
      {":noindex", true, true},
      {"", true, true},
  };
  for (const auto& [given, index, follow] : cases) {
    SCOPED_TRACE(given);
    RobotsDirectives directives;
    directives.add_header(given, "AcmeBot", kNow);
    EXPECT_EQ(directives.index, index);
    EXPECT_EQ(directives.follow, follow);
  }
}

TEST(RobotsDirectivesTest, BoundsTheText) {
  RobotsDirectives directives;
  std::string content;
  for (int i = 0; i < 10'000; ++i) content += "word,";
  directives.add_meta("robots", content + "noindex", "acmebot", kNow);
  EXPECT_FALSE(directives.index);
  EXPECT_LE(directives.text.size(), RobotsDirectives::kMaxTextBytes);
}

TEST(RobotsDirectivesTest, PassesTheRelCases) {
  const json data = read_test_json("robots/rel_nofollow.json");
  for (const auto& test : data["cases"]) {
    SCOPED_TRACE(test.dump());
    EXPECT_EQ(!rel_forbids_following(test["rel"].get<std::string>()), test["follow"].get<bool>());
  }
}

}  // namespace
}  // namespace skitter::parser
