#include "parser/canonical.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace skitter::parser {
namespace {

std::string canonical(std::string_view url, const CanonicalRules& rules) {
  return std::string(canonicalise(*parse_url(url), rules).href());
}

TEST(CanonicalTest, DropsNamedParameters) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"http://a/?sid=1", "http://a/"},
      {"http://a/?sid=1#f", "http://a/#f"},
      {"http://a/?x=1&sid=1&y=2", "http://a/?x=1&y=2"},
      {"http://a/?y=2&sid&x=1&sid=2", "http://a/?y=2&x=1"},  // order kept, every one dropped
      {"http://a/?sid=1&x=1#f", "http://a/?x=1#f"},
      {"http://a/?utm_source=a&utm_medium=b&utm_=c", "http://a/"},
      {"http://a/?utm=1", "http://a/?utm=1"},          // the star stands behind "utm_"
      {"http://a/?SID=1", "http://a/?SID=1"},          // names have case
      {"http://a/?residue=1", "http://a/?residue=1"},  // whole names only
      {"http://a/?x=sid=1", "http://a/?x=sid=1"},      // values do not count
      {"http://a/?filter%5Ba%5D=1&x", "http://a/?x"},  // compared decoded
      {"http://a/?x&&y", "http://a/?x&&y"},            // nothing to drop: untouched
      {"http://a/?", "http://a/?"},
      {"http://a/p", "http://a/p"},
      {"mailto:a@b?sid=1", "mailto:a@b?sid=1"},
  };
  const CanonicalRules rules{{"sid", "utm_*", "filter[a]"}};
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(canonical(given, rules), want);
    EXPECT_EQ(canonical(want, rules), want);
    const Url url = canonicalise(*parse_url(given), rules);
    EXPECT_EQ(parse_url(url.href())->search(), url.search());
    EXPECT_EQ(parse_url(url.href())->hash(), url.hash());
  }
}

TEST(CanonicalTest, LeavesAllWithoutRules) {
  EXPECT_EQ(canonical("http://a/?utm_source=1", {}), "http://a/?utm_source=1");
}

TEST(CanonicalTest, KnowsTrackingButNotContent) {
  CanonicalRules rules;
  rules.strip.assign(tracking_parameters().begin(), tracking_parameters().end());
  EXPECT_EQ(canonical("https://a/?utm_source=x&fbclid=1&gclid=2&PHPSESSID=3&JSESSIONID=4", rules),
            "https://a/");
  const std::string_view content = "https://a/?id=1&page=2&ref=3&source=4&sid=5&q=6&lang=7";
  EXPECT_EQ(canonical(content, rules), content);
}

}  // namespace
}  // namespace skitter::parser
