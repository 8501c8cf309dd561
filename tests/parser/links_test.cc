// What a page's links are: kinds, bases, anchors, and the small grammars inside attributes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "parser/arena.h"
#include "parser/html.h"
#include "parser/page_builder.h"
#include "parser/refresh.h"
#include "parser/srcset.h"
#include "tests/parser/test_data.h"

namespace skitter::parser {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

json read_cases(const std::string& name) {
  return read_test_json("html/" + name).at("cases");
}

Page page_at(std::string_view html, std::string_view url = "http://h/d/p") {
  const auto base = parse_url(url);
  Document document;
  document.bytes = html;
  document.url = &*base;
  document.content_type = "text/html; charset=utf-8";
  Arena arena;
  return parse_page(document, arena, {});
}

// "kind url anchor|rel", for short.
std::vector<std::string> links_of(std::string_view html) {
  std::vector<std::string> lines;
  for (const Link& link : page_at(html).links) {
    std::string line = std::string(to_string(link.kind)) + " " + std::string(link.url);
    if (!link.anchor.empty()) line += " \"" + std::string(link.anchor) + "\"";
    if (!link.rel.empty()) line += " [" + std::string(link.rel) + "]";
    lines.push_back(line);
  }
  return lines;
}

void print_score(std::string_view table, std::size_t passed, const json& cases) {
  std::cout << table << ": " << passed << "/" << cases.size() << "\n";
}

TEST(LinksTest, FindsThePublishedCases) {
  const json cases = read_cases("links.json");
  std::size_t passed = 0;
  for (const json& test : cases) {
    SCOPED_TRACE(test.at("what").get<std::string>());
    std::vector<std::string> urls;
    const auto html = test.at("html").get<std::string>();
    for (const Link& link : page_at(html, test.at("base").get<std::string>()).links) {
      if (link.url.starts_with("http")) urls.emplace_back(link.url);
    }
    EXPECT_EQ(json(urls), test.at("links"));
    passed += json(urls) == test.at("links");
  }
  print_score("links.json", passed, cases);
}

TEST(LinksTest, ReadsRefreshes) {
  const json cases = read_cases("meta_refresh.json");
  std::size_t passed = 0;
  for (const json& test : cases) {
    const auto content = test.at("content").get<std::string>();
    SCOPED_TRACE(content);
    const auto refresh = parse_refresh(content);
    ASSERT_EQ(refresh.has_value(), !test.at("seconds").is_null());
    if (refresh) {
      EXPECT_EQ(refresh->seconds, test.at("seconds").get<int>());
      // The case's note: trailing white space goes when the URL is parsed.
      EXPECT_EQ(refresh->url, test.at("url").get<std::string>());
    }
    passed += !refresh || (refresh->seconds == test.at("seconds").get<int>() &&
                           refresh->url == test.at("url").get<std::string>());
  }
  print_score("meta_refresh.json", passed, cases);
}

TEST(LinksTest, RefreshesAtTheEdges) {
  struct Case {
    std::string_view given;
    bool valid;
    std::int64_t seconds;
    std::string_view url;  // "-": none
  };
  const Case cases[] = {
      {"5", true, 5, "-"},
      {" 5 ", true, 5, "-"},
      {"5;", true, 5, "-"},
      {"", false, 0, "-"},
      {"x", false, 0, "-"},
      {"-1;url=/a", false, 0, "-"},
      {".", true, 0, "-"},
      {"1.9;/a", true, 1, "/a"},
      {"5;;url=/a", true, 5, ";url=/a"},
      {"5;url /a", true, 5, "url /a"},  // no "=": the word is part of the URL
      {"5;url = '/a", true, 5, "/a"},
      {"99999999999999999999;/a", true, 1'000'000'000, "/a"},
  };
  for (const auto& [given, valid, seconds, url] : cases) {
    SCOPED_TRACE(given);
    const auto refresh = parse_refresh(given);
    ASSERT_EQ(refresh.has_value(), valid);
    if (!valid) continue;
    EXPECT_EQ(refresh->seconds, seconds);
    EXPECT_EQ(refresh->url.value_or("-"), url);
  }
}

TEST(LinksTest, ReadsSrcsets) {
  const json cases = read_cases("srcset.json");
  std::size_t passed = 0;
  for (const json& test : cases) {
    const auto srcset = test.at("srcset").get<std::string>();
    SCOPED_TRACE(srcset);
    std::vector<std::string> urls;
    for (const auto url : parse_srcset(srcset)) urls.emplace_back(url);
    EXPECT_EQ(json(urls), test.at("urls"));
    passed += json(urls) == test.at("urls");
  }
  print_score("srcset.json", passed, cases);
}

TEST(LinksTest, SrcsetsAtTheEdges) {
  EXPECT_THAT(parse_srcset("data:,a b 1x, c"), ElementsAre("data:,a", "c"));
  EXPECT_THAT(parse_srcset("a (1,2), b"), ElementsAre("a", "b"));
  EXPECT_THAT(parse_srcset("a (1, b"), ElementsAre("a"));
  EXPECT_THAT(parse_srcset("a,b 1x"), ElementsAre("a,b"));
  EXPECT_THAT(parse_srcset("a,, b"), ElementsAre("a", "b"));
  EXPECT_THAT(parse_srcset(" \n"), IsEmpty());
}

TEST(LinksTest, KnowsTheKinds) {
  struct Case {
    std::string_view given;
    std::vector<std::string> want;
  };
  const Case cases[] = {
      {"<map><area href=x alt='The  north'></map>", {"area http://h/d/x \"The north\""}},
      {"<frameset><frame src=x></frameset>", {"frame http://h/d/x"}},
      {"<iframe src=x>fallback</iframe>", {"iframe http://h/d/x"}},
      {"<link rel=next href=x>", {"next http://h/d/x [next]"}},
      {"<link rel=PREV href=x>", {"prev http://h/d/x [prev]"}},
      {"<link rel=previous href=x>", {"prev http://h/d/x [previous]"}},
      {"<link rel=canonical href=x>", {"canonical http://h/d/x [canonical]"}},
      {"<link rel='me  Alternate' href=x>", {"alternate http://h/d/x [me alternate]"}},
      {"<link rel='alternate stylesheet' href=x>",
       {"stylesheet http://h/d/x [alternate stylesheet]"}},
      {"<link rel=icon href=x><link href=y>", {}},
      {"<link rel=next>", {}},
      {"<meta http-equiv=Refresh content='5; url=x'>", {"refresh http://h/d/x"}},
      {"<meta http-equiv=refresh content=5>", {}},  // reloads itself: refers to nothing
      {"<meta http-equiv=refresh content='x'><meta http-equiv=refresh content='1;b'>"
       "<meta http-equiv=refresh content='1;c'>",
       {"refresh http://h/d/b"}},  // HTML §4.2.5.3: the first valid one
      {"<img src=x srcset='y 1x, z 2x'>",
       {"image http://h/d/x", "image http://h/d/y", "image http://h/d/z"}},
      {"<picture><source srcset=x><img src=y></picture>",
       {"image http://h/d/x", "image http://h/d/y"}},
      {"<script src=x></script>", {"script http://h/d/x"}},
      {"<video src=a><source src=b><track src=c></video><audio src=d></audio>",
       {"media http://h/d/a", "media http://h/d/b", "media http://h/d/c", "media http://h/d/d"}},
      {"<embed src=a><object data=b></object>", {"media http://h/d/a", "media http://h/d/b"}},
      {"<svg><a href=x>s</a><a xlink:href=y>t</a></svg>",
       {"a http://h/d/x \"s\"", "a http://h/d/y \"t\""}},
      {"<a href='#top'>up</a>", {"a http://h/d/p \"up\""}},  // the page itself
      {"<a href='mailto:a@b'>mail</a>", {"a mailto:a@b \"mail\""}},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(links_of(given), want);
  }
}

TEST(LinksTest, AnchorsAreWhatIsSeen) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"<a href=x>  two\n words </a>", "two words"},
      {"foo<a href=x>bar</a>baz", "bar"},
      {"foo <a href=x> bar</a> baz", "bar"},
      {"<a href=x><div>a</div><div>b</div></a>", "a b"},
      {"<a href=x><img alt=' a  picture '></a>", "a picture"},
      {"<a href=x><img alt=''><img alt=second></a>", "second"},
      {"<a href=x><img alt=picture>words</a>", "words"},
      {"<a href=x><script>var a;</script></a>", ""},
      {"<a href=x>unclosed", "unclosed"},
      {"<a href=x>one<a href=y>two", "one"},
      {"<a href=x>a&amp;b &#233;</a>", "a&b \u00e9"},
      {"<a href=x></a>after", ""},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    const Page page = page_at(given);
    ASSERT_FALSE(page.links.empty());
    EXPECT_EQ(page.links[0].anchor, want);
  }
}

TEST(LinksTest, CutsAnchorsBetweenCharacters) {
  std::string html = "<a href=x>";
  for (int i = 0; i < 400; ++i) html += "\u20ac";  // 3 bytes each
  const Page page = page_at(html + "</a>");
  EXPECT_EQ(page.links[0].anchor.size(), PageBuilder::kMaxAnchorBytes / 3 * 3);
  EXPECT_EQ(page.links[0].anchor, html.substr(10, page.links[0].anchor.size()));
}

TEST(LinksTest, ALongBaseCostsNoMoreThanItsBound) {
  std::string html = "<base href='/" + std::string(1u << 20, 'b') + "/'>";
  for (int i = 0; i < 1'000; ++i) html += "<a href=x>";
  const Page page = page_at(html);
  EXPECT_TRUE(page.cut);
  EXPECT_EQ(page.links.size(), PageBuilder::kMaxLinkBytes / (1u << 20) - 1);
}

// HTML §2.4.3 (encoding-parse a URL): the query of a link is in the encoding of its page.
TEST(LinksTest, WritesQueriesInTheEncodingOfThePage) {
  const auto url = parse_url("http://h/d/p");
  Arena arena;
  const auto links_of = [&](std::string_view type, std::string_view bytes) {
    Document document;
    document.bytes = bytes;
    document.url = &*url;
    document.content_type = type;
    std::vector<std::string> links;
    for (const Link& link : parse_page(document, arena, {}).links) links.emplace_back(link.url);
    return links;
  };
  using Links = std::vector<std::string>;
  EXPECT_EQ(links_of("text/html; charset=windows-1252", "<a href='\xE9?\xE9#\xE9'>"),
            Links{"http://h/d/%C3%A9?%E9"});
  EXPECT_EQ(
      links_of("text/html; charset=windows-1252",
               "<base href='/b?\xE9'><img srcset='?&eacute;'><a href='#x'>"
               "<a href='?&#8224;&#1046;'><meta http-equiv=refresh content='0;url=?\x80'>"),
      (Links{"http://h/b?%E9", "http://h/b?%E9", "http://h/b?%86%26%231046%3B", "http://h/b?%80"}));
  EXPECT_EQ(links_of("text/html; charset=shift_jis", "<a href='?\x88\x9F'>"),
            Links{"http://h/d/p?%88%9F"});
  using namespace std::string_view_literals;
  EXPECT_EQ(links_of("text/html; charset=utf-16le", "<\0a\0 \0h\0r\0e\0f\0=\0?\0\xE9\0>\0"sv),
            Links{"http://h/d/p?%C3%A9"});
  EXPECT_EQ(links_of("text/html; charset=utf-8", "<a href='?\xC3\xA9'>"),
            Links{"http://h/d/p?%C3%A9"});
}

TEST(LinksTest, TakesARefreshHeader) {
  const auto url = parse_url("http://h/d/p");
  Document document;
  document.bytes = "<base href=/b/><meta http-equiv=refresh content='1;second'>";
  document.url = &*url;
  document.content_type = "text/html";
  document.refresh = "0; url=first";
  Arena arena;
  const Page page = parse_page(document, arena, {});
  ASSERT_EQ(page.links.size(), 1u);
  EXPECT_EQ(page.links[0].kind, LinkKind::Refresh);
  EXPECT_EQ(page.links[0].url, "http://h/b/first");
  document.content_type = "text/plain";  // it holds for any document
  EXPECT_EQ(parse_page(document, arena, {}).links[0].url, "http://h/d/first");
}

}  // namespace
}  // namespace skitter::parser
