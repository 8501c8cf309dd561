#include "crawler/admission.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crawler/crawler.h"
#include "tests/crawler/crawl_values.h"

namespace skitter::crawler {
namespace {

Admission admission(const Options& options, std::vector<std::string_view> seeds) {
  Admission made(options);
  for (const std::string_view seed : seeds) made.add_seed(url(seed));
  return made;
}

Outcome judge(const Admission& rules, std::string_view text) {
  return rules.decide(url(text)).outcome;
}

constexpr Outcome kIn = Outcome::Queued;
constexpr Outcome kOut = Outcome::Scope;

TEST(AdmissionTest, KeepsToTheScope) {
  struct Case {
    Scope scope;
    std::string_view seed, given;
    Outcome want;
  };
  const Case cases[] = {
      {Scope::Host, "http://example.com/a/", "https://example.com/b", kIn},
      {Scope::Host, "http://example.com/", "http://www.example.com/", kIn},
      {Scope::Host, "http://www.example.com/", "http://example.com/", kIn},
      {Scope::Host, "http://example.com/", "http://www.www.example.com/", kOut},
      {Scope::Host, "http://www.com/", "http://com/", kOut},  // www. alone is a name
      {Scope::Host, "http://example.com/", "http://a.example.com/", kOut},
      {Scope::Host, "http://example.com/", "http://example.com:8080/", kOut},
      {Scope::Host, "http://example.com:8080/", "http://www.example.com:8080/", kIn},
      {Scope::Host, "http://example.com/", "http://example.com.evil.net/", kOut},
      {Scope::Domain, "http://www.example.co.uk/", "http://a.b.example.co.uk:81/", kIn},
      {Scope::Domain, "http://example.co.uk/", "http://other.co.uk/", kOut},
      {Scope::Domain, "http://a.github.io/", "http://b.github.io/", kOut},  // a public suffix
      {Scope::Domain, "http://8.8.8.8/", "http://9.8.8.8/", kOut},
      {Scope::Domain, "http://8.8.8.8/", "http://8.8.8.8:81/", kIn},
      {Scope::Prefix, "http://example.com/a/b", "http://example.com/a/c/d", kIn},
      {Scope::Prefix, "http://example.com/a/b", "http://example.com/ab", kOut},
      {Scope::Prefix, "http://example.com/a/", "https://example.com/a/", kOut},
      {Scope::Prefix, "http://example.com", "http://example.com.evil.net/", kOut},
      {Scope::Any, "http://example.com/", "https://other.net/", kIn},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.seed << " -> " << c.given);
    Options options;
    options.scope = c.scope;
    EXPECT_EQ(judge(admission(options, {c.seed}), c.given), c.want);
  }
}

TEST(AdmissionTest, EverySeedWidensTheScope) {
  const Admission rules = admission({}, {"http://a.net/", "http://b.net/"});
  EXPECT_EQ(judge(rules, "http://a.net/x"), kIn);
  EXPECT_EQ(judge(rules, "http://b.net/x"), kIn);
}

// However it is spelled, an address is the one that is connected to.
TEST(AdmissionTest, RefusesPrivateAddressesInEverySpelling) {
  Options options;
  options.scope = Scope::Any;
  const Admission rules = admission(options, {"http://example.com/", "http://192.168.0.9/"});
  for (const std::string_view text : {
           "http://127.0.0.1/",
           "http://127.0.0.1./",
           "http://127.1/",
           "http://127.0.1/",
           "http://2130706433/",
           "http://0x7f000001/",
           "http://0x7F.1/",
           "http://0177.0.0.1/",
           "http://017700000001/",
           "http://0/",
           "http://0xa9fea9fe/",
           "http://169.254.43518/",
           "http://[::1]/",
           "http://[::]/",
           "http://[0:0:0:0:0:ffff:7f00:1]/",
           "http://[::ffff:127.0.0.1]/",
           "http://[::ffff:a00:1]/",
           "http://[64:ff9b::10.0.0.1]/",
           "http://[2002:7f00:1::]/",
           "http://[fe80::1]/",
           "http://[fd00:ec2::254]/",
           "http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/",  // wide digits, UTS 46
           "http://127\xe3\x80\x82"
           "0\xe3\x80\x82"
           "0\xe3\x80\x82"
           "1/",  // ideographic full stops
           "http://%31%32%37.0.0.1/",
           "http://user:pass@127.0.0.1/",
           "http://example.com@10.0.0.1/",
           "http://224.0.0.1/",
           "http://100.64.0.1/",
           "http://192.168.0.8/",
       }) {
    EXPECT_EQ(judge(rules, text), Outcome::PrivateAddress) << text;
  }
  EXPECT_EQ(judge(rules, "http://192.168.0.9/x"), kIn);  // a seed names it
  EXPECT_EQ(judge(rules, "http://3232235529/x"), kIn);   // and this is the same
  EXPECT_EQ(judge(rules, "http://8.8.8.8/"), kIn);
}

TEST(AdmissionTest, AsksForHttpOnly) {
  Options options;
  options.scope = Scope::Any;
  const Admission rules = admission(options, {});
  for (const std::string_view text : {"mailto:a@b", "javascript:x", "ftp://h/",
                                      "file:///etc/passwd", "data:text/html,x", "ws://h/"})
    EXPECT_EQ(judge(rules, text), Outcome::UnsupportedScheme) << text;
}

TEST(AdmissionTest, IncludeAndExcludeLookAtTheWholeUrl) {
  Options options;
  options.include = {"/docs/", "\\.html$"};
  options.exclude = {"[?&]sort="};
  const Admission rules = admission(options, {"http://h.net/"});
  EXPECT_EQ(judge(rules, "http://h.net/docs/a"), kIn);
  EXPECT_EQ(judge(rules, "http://h.net/a.html#top"), kIn);
  EXPECT_EQ(judge(rules, "http://h.net/a.htm"), Outcome::Excluded);
  EXPECT_EQ(judge(rules, "http://h.net/docs/?sort=up"), Outcome::Excluded);  // exclude wins
  EXPECT_EQ(rules.decide(url("http://h.net/docs/?sort=up")).detail, "--exclude [?&]sort=");
  EXPECT_EQ(judge(rules, "http://other.net/docs/"), kOut);  // scope first
}

TEST(AdmissionTest, ABadExpressionIsNamed) {
  Options options;
  options.exclude = {"(["};
  try {
    const Admission rules(options);
    FAIL() << "taken";
  } catch (const OptionsError& error) {
    EXPECT_NE(std::string_view(error.what()).find("--exclude '(['"), std::string_view::npos);
  }
}

TEST(AdmissionTest, AnOverlongUrlIsATrap) {
  const Admission rules = admission({}, {"http://h.net/"});
  const std::string base = "http://h.net/";
  const std::string longest = base + std::string(TrapLimits().max_url_bytes - base.size(), 'a');
  EXPECT_EQ(judge(rules, longest), kIn);
  EXPECT_EQ(judge(rules, longest + "#fragment"), kIn);
  EXPECT_EQ(judge(rules, longest + "a"), Outcome::Trap);
}

TEST(AdmissionTest, PrivateAddressesAreForSeedsAlone) {
  Options options;
  options.scope = Scope::Any;
  const Admission rules = admission(options, {"http://127.0.0.1:8080/"});
  EXPECT_EQ(judge(rules, "http://127.0.0.1:8080/x"), kIn);
  EXPECT_EQ(judge(rules, "http://127.0.0.1/"), Outcome::PrivateAddress);
  EXPECT_EQ(judge(rules, "http://2130706433/"), Outcome::PrivateAddress);
  EXPECT_EQ(judge(rules, "http://[::1]/"), Outcome::PrivateAddress);
  EXPECT_EQ(judge(rules, "http://169.254.169.254/latest/"), Outcome::PrivateAddress);
  EXPECT_EQ(judge(rules, "http://8.8.8.8/"), kIn);
  options.transfer.addresses = AddressPolicy::AllowPrivate;
  EXPECT_EQ(judge(admission(options, {}), "http://10.0.0.1/"), kIn);
}

TEST(AdmissionTest, KeepsHeadersAtTheirOrigins) {
  Options options;
  options.transfer.headers = {{"", "A: 1"}, {"api.h.net:8080", "B: 2"}};
  const Admission rules = admission(options, {"https://h.net/a"});
  struct Case {
    std::string_view given;
    std::vector<std::string> want;
  };
  const Case cases[] = {
      {"https://h.net/b", {"A: 1"}}, {"http://h.net/a", {}},  // another scheme is another origin
      {"https://h.net:444/a", {}},                            // and so is another port
      {"https://www.h.net/a", {}},   {"http://api.h.net:8080/", {"B: 2"}},
      {"http://api.h.net/", {}},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(rules.headers_for(url(given)), want);
  }
}

}  // namespace
}  // namespace skitter::crawler
