#include "parser/url.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "parser/url_internal.h"
#include "tests/parser/test_data.h"

namespace skitter::parser {
namespace {

using nlohmann::json;

json read_table(const std::string& name) {
  return read_test_json("url/" + name);
}

std::string text_or_empty(const json& test, const char* key) {
  const auto found = test.find(key);
  return found != test.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The parts of a parsed URL by the names that the tables use.
std::map<std::string, std::string> parts_of(const Url& url) {
  const auto text = [](std::string_view part) { return std::string(part); };
  return {{"href", text(url.href())},
          {"protocol", text(url.protocol())},
          {"username", text(url.username())},
          {"password", text(url.password())},
          {"host", text(url.host())},
          {"hostname", text(url.hostname())},
          {"port", text(url.port())},
          {"pathname", text(url.pathname())},
          {"search", text(url.search())},
          {"hash", text(url.hash())},
          {"origin", url.origin()}};
}

// Parses input against a base given as text; a base that fails is a failure.
std::optional<Url> parse_pair(const std::string& input, const std::string& base_text) {
  if (base_text.empty()) return parse_url(input);
  const auto base = parse_url(base_text);
  return base ? parse_url(input, &*base) : std::nullopt;
}

// "" where the case passes, otherwise what is wrong.
std::string mismatch(const json& test, const std::optional<Url>& url) {
  if (test.contains("failure")) return url ? "must fail, gives " + std::string(url->href()) : "";
  if (!url) return "must parse";
  for (const auto& [name, value] : parts_of(*url)) {
    const auto want = test.find(name);
    if (want == test.end()) continue;
    // An opaque origin is null in some tables and "null" in others.
    if ((want->is_null() ? json("null") : *want) != value) return name + ": " + value;
  }
  return "";
}

// A table of urltestdata.json's format. Returns the inputs that miss.
std::set<std::string> run_url_table(const std::string& name) {
  std::set<std::string> misses;
  int total = 0;
  int passed = 0;
  int crawlable = 0;  // base or result is http(s), or it must fail
  int crawlable_passed = 0;
  for (const json& test : read_table(name)) {
    if (!test.is_object()) continue;
    ++total;
    const std::string input = test["input"];
    const std::string base = text_or_empty(test, "base");
    const std::string wrong = mismatch(test, parse_pair(input, base));
    const bool is_crawlable = test.contains("failure") || base.starts_with("http") ||
                              text_or_empty(test, "href").starts_with("http");
    passed += wrong.empty();
    crawlable += is_crawlable;
    crawlable_passed += is_crawlable && wrong.empty();
    if (wrong.empty()) continue;
    misses.insert(input);
    std::printf("  miss: %s against <%s>: %s\n", json(input).dump(-1, ' ', true).c_str(),
                base.c_str(), wrong.c_str());
  }
  std::printf("%s: %d of %d, http(s) or failing: %d of %d\n", name.c_str(), passed, total,
              crawlable_passed, crawlable);
  EXPECT_GT(total, 0);
  return misses;
}

TEST(UrlTest, AgreesWithTheWebPlatformTests) {
  EXPECT_EQ(run_url_table("urltestdata.json"), std::set<std::string>{});
}

TEST(UrlTest, AgreesWithFurtherTests) {
  EXPECT_EQ(run_url_table("ada_extra_urltestdata.json"), std::set<std::string>{});
}

TEST(UrlTest, PercentEncodesQueriesInTheEncodingOfThePage) {
  int total = 0;
  int passed = 0;
  for (const json& test : read_table("percent-encoding.json")) {
    if (!test.is_object()) continue;
    const std::string input = test["input"];
    for (const auto& [encoding, output] : test["output"].items()) {
      SCOPED_TRACE(json(input).dump(-1, ' ', true) + " in " + encoding);
      ++total;
      const auto url = parse_url("http://a/?" + input + "#" + input, nullptr, encoding);
      ASSERT_TRUE(url);
      EXPECT_EQ(url->search(), "?" + output.get<std::string>());
      EXPECT_EQ(url->hash(), "#" + test["output"]["utf-8"].get<std::string>());
      passed += url->search() == "?" + output.get<std::string>();
    }
  }
  std::printf("percent-encoding.json: %d of %d\n", passed, total);
  EXPECT_EQ(total, 16);
}

// URL Standard §4.4, query state: other schemes' queries, and those of UTF-16 pages, are UTF-8.
TEST(UrlTest, EncodesNothingButQueriesOfSpecialUrls) {
  struct Case {
    std::string_view given, encoding, want;
  };
  const Case cases[] = {
      {"http://a/é?é#é", "windows-1252", "http://a/%C3%A9?%E9#%C3%A9"},
      {"http://é@é/?é", "windows-1252", "http://%C3%A9@xn--9ca/?%E9"},
      {"?é", "windows-1252", "http://base/?%E9"},
      {"ftp://a/?é", "windows-1252", "ftp://a/?%E9"},
      {"ws://a/?é", "windows-1252", "ws://a/?%C3%A9"},
      {"mailto:a?é", "windows-1252", "mailto:a?%C3%A9"},
      {"http://a/?é", "utf-16le", "http://a/?%C3%A9"},
      {"http://a/?é", "replacement", "http://a/?%C3%A9"},
      {"http://a/?é", "", "http://a/?%C3%A9"},
      {"http://a/?é\xff", "windows-1252", "http://a/?%E9%26%2365533%3B"},
      {"http://a/?'é' %41&", "windows-1252", "http://a/?%27%E9%27%20%41&"},
  };
  const auto base = parse_url("http://base/");
  for (const auto& [given, encoding, want] : cases) {
    SCOPED_TRACE(want);
    const auto url = parse_url(given, &*base, encoding);
    ASSERT_TRUE(url);
    EXPECT_EQ(url->href(), want);
  }
}

// A URL here is never changed in place. But a setter that replaces a part from one delimiter to the
// next does what parsing the spliced URL does, unless the new value holds a delimiter (which a
// setter escapes), is nothing, or has blanks that would be trimmed at the end. The other setters
// (protocol, host, hostname, port, username, password) stop early or ignore what they do not like,
// which is no parsing.
TEST(UrlTest, AgreesWithSettersThatAreParsing) {
  struct Part {
    const char* name;
    char begin;
    std::string_view delimiters;
  };
  const Part parts[] = {{"pathname", '/', "?#"}, {"search", '?', "#"}, {"hash", '#', ""}};
  const json table = read_table("setters_tests.json");
  int total = 0;
  int passed = 0;
  int excluded = 0;
  for (const auto& [name, begin, delimiters] : parts) {
    for (const json& test : table[name]) {
      std::string value = test["new_value"];
      const auto url = parse_url(test["href"].get<std::string>());
      ASSERT_TRUE(url);
      // Without a host, two slashes would begin one.
      const bool is_hostless = url->host().empty() && url->scheme() != "file";
      const bool is_opaque = begin == '/' && (!url->pathname().starts_with('/') ||
                                              (is_hostless && value.starts_with("//")));
      const bool is_plain = !value.empty() && value.find_first_of(delimiters) == value.npos &&
                            static_cast<unsigned char>(value.back()) > ' ' && !is_opaque;
      if (!is_plain) {
        ++excluded;
        continue;
      }
      ++total;
      const std::string_view href = url->href();
      const std::size_t path = static_cast<std::size_t>(url->pathname().data() - href.data());
      const std::size_t query = path + url->pathname().size();
      const std::size_t hash = url->without_fragment().size();
      const std::size_t from = begin == '/' ? path : begin == '?' ? query : hash;
      const std::size_t to = begin == '/' ? query : begin == '?' ? hash : href.size();
      const bool is_special = url->is_http() || url->scheme() == "file";
      const bool has_begin = value[0] == begin || (begin == '/' && value[0] == '\\' && is_special);
      if (!has_begin) value.insert(0, 1, begin);
      const std::string spliced =
          std::string(href.substr(0, from)) + value + std::string(href.substr(to));
      const std::string wrong = mismatch(test["expected"], parse_url(spliced));
      passed += wrong.empty();
      if (wrong.empty()) continue;
      ADD_FAILURE() << "  miss: " << name << " " << spliced << ": " << wrong;
    }
  }
  for (const auto& [name, rows] : table.items()) {
    const bool is_run = name == "pathname" || name == "search" || name == "hash";
    if (!is_run && rows.is_array() && name != "comment") excluded += static_cast<int>(rows.size());
  }
  std::printf("setters_tests.json: %d of %d, %d that are no parsing\n", passed, total, excluded);
  EXPECT_EQ(total, 39);
}

TEST(UrlTest, TurnsDomainsIntoAscii) {
  std::set<std::string> misses;
  int total = 0;
  for (const json& test : read_table("toascii.json")) {
    if (!test.is_object()) continue;
    ++total;
    const std::string input = test["input"];
    const auto url = parse_url("https://" + input + "/x");
    const json got = url ? json(url->host()) : json(nullptr);
    if (got == test["output"]) continue;
    misses.insert(input);
    std::printf("  miss: %s gives %s, not %s\n", json(input).dump(-1, ' ', true).c_str(),
                got.dump().c_str(), test["output"].dump().c_str());
  }
  std::printf("toascii.json: %d of %d\n", total - static_cast<int>(misses.size()), total);
  // libidn2 keeps to the lengths of DNS (63 for a label, 253 for a name) where the standard does
  // not ask for it. No such name can be looked up, and ASCII ones of any length parse.
  const std::string label = "x01234567890123456789012345678901234567890123456789012345678901";
  const std::string ten = "0123456789";
  const std::string fifty = ten + ten + ten + ten + ten + ".";
  const std::set<std::string> known = {
      label + "\u2020",
      label + "x.\u00df",
      fifty + fifty + fifty + fifty + ten + ten + ten + ten + "012345678.\u00df",
  };
  EXPECT_EQ(misses, known);
}

TEST(UrlTest, NamesWhatACrawlerAsksFor) {
  struct Case {
    std::string_view given, without_fragment, path_and_query, origin;
    std::uint16_t port;
    bool is_http;
  };
  const Case cases[] = {
      {"http://a", "http://a/", "/", "http://a", 80, true},
      {"https://a:8443/b?c#d", "https://a:8443/b?c", "/b?c", "https://a:8443", 8443, true},
      {"https://u:p@a/b?#", "https://u:p@a/b?", "/b?", "https://a", 443, true},
      {"ftp://a/b", "ftp://a/b", "/b", "ftp://a", 21, false},
      {"mailto:a@b?c#d", "mailto:a@b?c", "a@b?c", "null", 0, false},
      {"javascript:f('#')", "javascript:f('", "f('", "null", 0, false},
      {"file:///a", "file:///a", "/a", "null", 0, false},
      {"blob:https://a/b", "blob:https://a/b", "https://a/b", "https://a", 0, false},
  };
  for (const auto& [given, without_fragment, path_and_query, origin, port, is_http] : cases) {
    SCOPED_TRACE(given);
    const auto url = parse_url(given);
    ASSERT_TRUE(url);
    EXPECT_EQ(url->without_fragment(), without_fragment);
    EXPECT_EQ(url->path_and_query(), path_and_query);
    EXPECT_EQ(url->origin(), origin);
    EXPECT_EQ(url->port_or_default(), port);
    EXPECT_EQ(url->is_http(), is_http);
    EXPECT_EQ(std::string(url->scheme()) + ":", url->protocol());
  }
}

TEST(UrlTest, ReadsMalformedUtf8AsReplacements) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"http://a/\xff", "http://a/%EF%BF%BD"},
      {"http://a/\xe2\x82x", "http://a/%EF%BF%BDx"},                      // cut short: one for both
      {"http://a/\xed\xa0\x80", "http://a/%EF%BF%BD%EF%BF%BD%EF%BF%BD"},  // a surrogate
      {"http://a/\xc0\xaf", "http://a/%EF%BF%BD%EF%BF%BD"},               // overlong
      {"http://a/\xf0\x9f\x92\xa9?\xc3\xa9#\xc3\xa9", "http://a/%F0%9F%92%A9?%C3%A9#%C3%A9"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(want);
    EXPECT_EQ(parse_url(given)->href(), want);
  }
  EXPECT_FALSE(parse_url("http://a\xff/"));
  EXPECT_FALSE(parse_url("http://%ff\xc3\xa9/"));
  EXPECT_FALSE(parse_url("http://%00\xc3\xa9/"));
}

TEST(UrlTest, IsTotalForADefaultUrl) {
  const Url url;
  EXPECT_EQ(url.href(), "");
  EXPECT_EQ(url.scheme(), "");
  EXPECT_EQ(url.port(), "");
  EXPECT_FALSE(url.is_http());
}

// The fast path must take what it is there for, and leave alone what it would get wrong.
TEST(UrlTest, TakesTheFastPathForPlainLinks) {
  const auto base = parse_url("https://example.com/a/b?c#d");
  for (const std::string_view given :
       {"https://example.com/x/y.html?q=1&r=%20#s", "http://example.com", "http://a:81?x", "/x",
        "x/y", "?x", "#x", "", "x?y=a:b"}) {
    SCOPED_TRACE(given);
    const auto fast = parse_url_fast(given, &*base);
    ASSERT_TRUE(fast);
    EXPECT_EQ(parts_of(*fast), parts_of(*parse_url_by_standard(given, &*base)));
  }
  for (const std::string_view given : {"http://1.2.3",
                                       "http://a.0x1/",
                                       "http://A/",
                                       "http://a:80/",
                                       "http://a:/",
                                       "http://a:081/",
                                       "http://u@a/",
                                       "http://a/../",
                                       "http://a/%2E/",
                                       "http://a\\b",
                                       "http:///a",
                                       "//a",
                                       "/\\a",
                                       ".",
                                       "../x",
                                       "x/../y",
                                       "%2e",
                                       "a:b",
                                       "x y",
                                       "?'",
                                       "#`"}) {
    SCOPED_TRACE(given);
    EXPECT_FALSE(parse_url_fast(given, &*base));
  }
}

// Long input costs time in proportion: each of these would take minutes if it were quadratic.
TEST(UrlTest, TakesLongInput) {
  constexpr std::size_t kMany = 2'000'000;
  const auto repeat = [](std::string_view piece) {
    std::string text;
    for (std::size_t i = 0; i < kMany; ++i) text += piece;
    return text;
  };
  EXPECT_EQ(parse_url("http://a" + repeat("/x/..") + "/")->href(), "http://a/");
  EXPECT_EQ(parse_url("http://" + repeat("@") + "a/")->href().size(),
            std::string_view("http://@a/").size() + 3 * (kMany - 1));
  EXPECT_FALSE(parse_url("http://" + repeat("\xc3\xa9") + "/"));
  EXPECT_FALSE(parse_url("http://" + repeat("1.") + "/"));
  EXPECT_FALSE(parse_url("http://[" + repeat("1:") + "]/"));
  EXPECT_EQ(parse_url("http://a/" + repeat("\t"))->href(), "http://a/");
}

}  // namespace
}  // namespace skitter::parser
