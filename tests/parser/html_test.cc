// What parse_page() takes from a page, and what a hostile one may cost.

#include "parser/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "parser/arena.h"
#include "parser/charset.h"
#include "parser/nesting.h"
#include "parser/robots_directives.h"
#include "parser/xml_text.h"
#include "tests/parser/test_data.h"

namespace skitter::parser {
namespace {

Page page_of(std::string_view bytes, std::string_view type = "text/html; charset=utf-8",
             const ParseBudget& budget = {}) {
  const auto url = parse_url("http://h/d/p");
  Document document;
  document.bytes = bytes;
  document.url = &*url;
  document.content_type = type;
  Arena arena;
  return parse_page(document, arena, budget);
}

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(HtmlTest, TakesTheTitle) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"<title> A\n title </title>", "A title"},
      {"<title>first</title><title>second</title>", "first"},
      {"<title>a &amp; b</title>", "a & b"},
      {"<title><b>a</b></title>", "<b>a</b>"},
      {"<body><svg><title>drawing</title></svg><title>page</title>", "page"},
      {"<template><title>no</title></template><title>yes</title>", "yes"},
      {"<!-- <title>no</title> -->", ""},
      {"\xEF\xBB\xBF<title>behind a mark</title>", "behind a mark"},
      {"<TITLE>unclosed", "unclosed"},
      {"", ""},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(page_of(given).title, want);
  }
}

TEST(HtmlTest, TextIsWhatIsSeen) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"<p>one<p>two", "one\ntwo"},
      {"  a \n\t b  ", "a b"},
      {"a<b>b</b>c <i> d</i>", "abc d"},
      {"a<br>b<br><br>c", "a\nb\nc"},
      {"<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"},
      {"<ul><li>a<li>b</ul>c", "a\nb\nc"},
      {"<title>t</title>a", "a"},
      {"a<script>x</script>b<style>y</style>c", "abc"},
      {"a<template>x</template>b<!-- y -->c", "abc"},
      {"<noscript>no scripting</noscript>", "no scripting"},
      {"<iframe>x</iframe><textarea>typed</textarea>", "typed"},
      {"<p hidden>hidden", "hidden"},
      {"<svg><title>x</title><style>y</style><text>a</text><text>b</text></svg>", "a b"},
      {"<math><mi>x</mi><annotation>y</annotation></math>", "x"},
      {"<select><option>a<option>b</select>", "a\nb"},
      {"a&nbsp;b", "a\u00a0b"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(page_of(given).text, want);
  }
}

TEST(HtmlTest, TakesWhatThePageSaysOfItself) {
  const Page page = page_of(
      "<html lang=' de '><link rel=canonical href='../c#f'><link rel=canonical href=other>"
      "<meta name=Description content=' a\n b '><meta name=description content=second>"
      "<meta name=robots content='NoIndex, nofollow'>"
      "<h1> the <b>first</b><br>one </h1><h1>second</h1>");
  EXPECT_EQ(page.language, "de");
  EXPECT_EQ(page.canonical_url, "http://h/c");
  EXPECT_EQ(page.description, "a b");
  EXPECT_EQ(page.h1, "the first one");
  EXPECT_EQ(page.robots, "noindex, nofollow");
  EXPECT_TRUE(page.nofollow);
  EXPECT_EQ(page.charset, "utf-8");
  EXPECT_FALSE(page.cut);
}

TEST(HtmlTest, AHeadingThatIsAPictureIsItsAlt) {
  EXPECT_EQ(page_of("<h1><a href=/><img src=l alt=Logo></a></h1>").h1, "Logo");
}

TEST(HtmlTest, FindsTheLanguage) {
  const auto url = parse_url("http://h/");
  struct Case {
    std::string_view html, header, want;
  };
  const Case cases[] = {
      {"<html lang=fr>", "en", "fr"},
      {"<meta http-equiv=Content-Language content='fr'>", "en", "fr"},
      {"<p>", " en ", "en"},
      {"<p>", "en, de", ""},  // HTML §3.2.6.2: several are none
      {"<p lang=fr>", "", ""},
  };
  for (const auto& [html, header, want] : cases) {
    SCOPED_TRACE(html);
    Document document;
    document.bytes = html;
    document.url = &*url;
    document.content_type = "text/html";
    document.content_language = header;
    Arena arena;
    EXPECT_EQ(parse_page(document, arena, {}).language, want);
  }
}

TEST(HtmlTest, TheTypeDecidesHowItIsRead) {
  struct Case {
    std::string_view type, body, title, text;
  };
  const Case cases[] = {
      {"text/html", "<title>t</title>x", "t", "x"},
      {"application/xhtml+xml", "<title>t</title>x", "t", "x"},
      {"text/plain", "<title>t</title>\n x ", "", "<title>t</title>\n x "},
      {"application/xml", "<a><b>x &amp; y</b><c>z</c></a>", "", "x & y\nz"},
      {"application/rss+xml", "<a><![CDATA[<x>]]></a>", "", "<x>"},
      {"", " \n<!doctype html><title>t</title>x", "t", "x"},
      {"", "\xEF\xBB\xBF<p>x", "", "x"},
      {"", "<?xml version='1.0'?><a>x</a>", "", "x"},
      {"", "plain < text", "", "plain < text"},
      {"", "", "", ""},
  };
  for (const auto& [type, body, title, text] : cases) {
    SCOPED_TRACE(body);
    const Page page = page_of(body, type);
    EXPECT_EQ(page.title, title);
    EXPECT_EQ(page.text, text);
  }
}

TEST(HtmlTest, ReadsBytesInTheirCharset) {
  EXPECT_EQ(page_of("caf\xE9", "text/html; charset=latin1").text, "caf\u00e9");
  EXPECT_EQ(page_of("<meta charset=windows-1251>\xCF", "text/html").text, "\u041f");
  EXPECT_EQ(page_of("caf\xE9", "text/plain; charset=latin1").text, "caf\u00e9");
  EXPECT_EQ(page_of("<?xml version='1.0' encoding='iso-8859-1'?><a>\xE9</a>", "text/xml").text,
            "\u00e9");
  EXPECT_EQ(page_of("caf\xE9", "text/html; charset=utf-8").text, "caf\uFFFD");
}

TEST(HtmlTest, StoredTextIsValidUtf8) {
  // gumbo's code point overflows: the low byte of a negative number came out as text.
  const Page page = page_of(
      "<title>&#4294967295;</title>x&#3000000200;<a href=x>&#2147483848;</a>"
      "<a href=y rel='&#3000000200;'><img alt='&#3000000200;'></a>");
  EXPECT_TRUE(is_valid_utf8(page.title));
  EXPECT_TRUE(is_valid_utf8(page.text));
  for (const Link& link : page.links) {
    EXPECT_TRUE(is_valid_utf8(link.anchor));
    EXPECT_TRUE(is_valid_utf8(link.rel));
  }
}

TEST(HtmlTest, XmlThatIsNotWellFormedIsStripped) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"<a>x<b>y</a>", "x\ny"},
      {"<a>x &nbsp; y &#65;", "x \u00a0 y A"},
      {"<a><![CDATA[x<y]]><!-- <z> -->w</b>", "x<y\nw"},
      {"<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>", "]>\n&b;"},  // declarations are refused
      {"<!DOCTYPE a SYSTEM 'a.dtd'><a>x</a>", "x"},
      {"<", ""},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(xml_text(given), want);
  }
}

TEST(HtmlTest, MetaAndHeaderDirectivesAddUp) {
  const auto url = parse_url("http://h/");
  const nlohmann::json cases = read_test_json("robots/meta_robots.json").at("cases");
  std::size_t passed = 0;
  for (const nlohmann::json& test : cases) {
    const auto html = test.at("html").get<std::string>();
    const auto headers = test.at("headers").get<std::vector<std::string>>();
    const auto agent = test.at("agent").get<std::string>();
    SCOPED_TRACE(test.dump());
    Document document;
    document.bytes = html;
    document.url = &*url;
    document.content_type = "text/html";
    document.agent = agent;
    for (const std::string& header : headers) {
      const std::size_t name_end = header.find(": ");
      document.robots_tags.push_back(std::string_view(header).substr(name_end + 2));
    }
    Arena arena;
    const Page page = parse_page(document, arena, {});
    const auto& want = test.at("expect");
    EXPECT_EQ(!page.nofollow, want.at("follow").get<bool>());
    const bool noindex = page.robots.find("noindex") != std::string::npos ||
                         page.robots.find("none") != std::string::npos;
    // max-image-preview:none is no "none"; no case has it.
    EXPECT_EQ(!noindex, want.at("index").get<bool>());
    passed +=
        !page.nofollow == want.at("follow").get<bool>() && !noindex == want.at("index").get<bool>();
  }
  std::cout << "meta_robots.json: " << passed << "/" << cases.size() << "\n";
}

TEST(HtmlTest, RelIsReadByTokens) {
  const nlohmann::json cases = read_test_json("robots/rel_nofollow.json").at("cases");
  std::size_t passed = 0;
  for (const nlohmann::json& test : cases) {
    const auto rel = test.at("rel").get<std::string>();
    SCOPED_TRACE(rel);
    const Page page = page_of("<a href=x rel=\"" + rel + "\">");
    ASSERT_EQ(page.links.size(), 1u);
    const bool follows = !rel_forbids_following(page.links[0].rel);
    EXPECT_EQ(follows, test.at("follow").get<bool>());
    passed += follows == test.at("follow").get<bool>();
  }
  std::cout << "rel_nofollow.json: " << passed << "/" << cases.size() << "\n";
}

// --- What a page may cost ------------------------------------------------------------------------

// A budget that is over after so many questions.
struct Patience {
  int left;
  static bool is_over(void* context) { return --static_cast<Patience*>(context)->left < 0; }
};

TEST(HtmlBudgetTest, ACutPageKeepsTitleAndLinks) {
  const std::string html =
      "<html lang=en><title>a &amp; b</title><base href=/b/><meta name=robots content=nofollow>"
      "<script>'<a href=no>'</script><template><a href=no></a></template><h1>head</h1>"
      "<a href='x?a=1&amp;b=2'>first <b>link</b></a><p>text<a href=y><img src=i alt=pic>" +
      repeat("<div>", 50'000);
  const Page page = page_of(html);
  EXPECT_TRUE(page.cut);
  EXPECT_EQ(page.title, "a & b");
  EXPECT_EQ(page.language, "en");
  EXPECT_EQ(page.h1, "head");
  EXPECT_TRUE(page.nofollow);
  ASSERT_EQ(page.links.size(), 3u);
  EXPECT_EQ(page.links[0], (Link{"http://h/b/x?a=1&b=2", "first link", "", LinkKind::A}));
  EXPECT_EQ(page.links[1], (Link{"http://h/b/y", "pic", "", LinkKind::A}));
  EXPECT_EQ(page.links[2], (Link{"http://h/b/i", "", "", LinkKind::Image}));
  EXPECT_EQ(page.text, "head\nfirst link\ntext");
}

TEST(HtmlBudgetTest, EndsWhenTheBudgetSaysSo) {
  Patience patience{10};
  ParseBudget budget;
  budget.is_over = Patience::is_over;
  budget.context = &patience;
  const std::string html = "<title>t</title>" + repeat("<p>x</p>", 100'000);
  EXPECT_TRUE(page_of(html, "text/html", budget).cut);
  EXPECT_EQ(patience.left, -1);  // and was not asked again
  patience.left = 1'000'000;
  EXPECT_FALSE(page_of(html, "text/html", budget).cut);
  EXPECT_LT(patience.left, 1'000'000 - 100);
}

// gumbo 0.10.1 aborts on these: an assertion of its own fails.
TEST(HtmlBudgetTest, AnAssertionOfGumboCostsThePage) {
  for (const std::string_view html : {"<a href=x>a</a><table><math><mi><![CDATA[ ]]>o",
                                      "<a href=x>a</a><table><math><mtext><![CDATA[ ]]>o<b>"}) {
    const Page page = page_of(html);
    EXPECT_TRUE(page.cut) << html;
    ASSERT_EQ(page.links.size(), 1u) << html;
    EXPECT_EQ(page.links[0].url, "http://h/d/x");
  }
  EXPECT_FALSE(page_of("<p>and the next page is read as ever").cut);
}

TEST(HtmlBudgetTest, EndsWhenMemoryIsUsedUp) {
  ParseBudget budget;
  budget.memory_bytes = 4u << 20;
  const std::string html = "<title>t</title>" + repeat("<p>x</p>", 100'000);
  const Page page = page_of(html, "text/html", budget);
  EXPECT_TRUE(page.cut);
  EXPECT_EQ(page.title, "t");
}

TEST(HtmlBudgetTest, TheArenaIsEmptyAfterEachPage) {
  const auto url = parse_url("http://h/");
  const std::string html = repeat("<p>x</p>", 10'000);
  Document document;
  document.bytes = html;
  document.url = &*url;
  document.content_type = "text/html";
  Arena arena;
  EXPECT_FALSE(parse_page(document, arena, {}).cut);
  EXPECT_EQ(arena.used_bytes(), 0u);
  ParseBudget small;
  small.memory_bytes = 1u << 20;
  EXPECT_TRUE(parse_page(document, arena, small).cut);
  EXPECT_EQ(arena.used_bytes(), 0u);
  EXPECT_LE(arena.held_bytes(), Arena::kKeptBytes);
  EXPECT_FALSE(parse_page(document, arena, {}).cut);  // and usable as before
}

TEST(HtmlBudgetTest, AHostilePageEndsInTime) {
  std::string many_attributes = "<p ";
  for (int i = 0; i < 100'000; ++i) many_attributes += "a" + std::to_string(i) + " ";
  std::string formatting;
  for (int i = 0; formatting.size() < 44'000; ++i) {
    formatting += "<b a" + std::to_string(i) + "><p>";
  }
  struct Case {
    std::string_view what;
    std::string html;
  };
  const Case cases[] = {
      {"unclosed", repeat("<div>", 100'000)},
      {"unclosed formatting", repeat("<b>", 100'000)},
      {"nested formatting", formatting},
      {"attributes", many_attributes + ">"},
      {"attributes, cut off", many_attributes},
      {"misnested", repeat("<a><div><table><td></a></div>", 30'000)},
      {"end tags that reach nothing", repeat("<div><object></div></object>", 30'000)},
      {"long text in open formatting", repeat("<div>", 3'900) + "<b>" + std::string(4u << 20, 'x')},
      {"tables in tables", repeat("<table><tr><td>", 30'000)},
      {"foster parents", "<table>" + repeat("<b>x", 50'000)},
      {"svg", repeat("<svg><desc>", 50'000)},
      {"templates", repeat("<template>", 50'000)},
      {"end tags", "<p>" + repeat("</b></x></p>", 200'000)},
      {"comments", repeat("<!--", 500'000)},
      {"quotes", repeat("<a b='", 500'000)},
      {"open brackets", std::string(4u << 20, '<')},
      {"references", repeat("&#", 1'000'000)},
      {"forms", repeat("<form><select><option>", 100'000)},
      {"captures", "<svg>" + repeat("<a href=x>", 100'000)},
      {"framesets", repeat("<frameset>", 100'000)},
  };
  for (const auto& [what, html] : cases) {
    SCOPED_TRACE(what);
    const auto begin = std::chrono::steady_clock::now();
    const Page page = page_of(html);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(taken.count(), 20.0);  // unguarded: minutes; sanitizers and a busy machine included
  }
}

TEST(ShapeTest, EstimatesDepth) {
  struct Case {
    std::string given;
    std::size_t depth;
  };
  const Case cases[] = {
      {"<div><p><span>x</span></p></div><div></div>", 2},
      {repeat("<p>", 100) + repeat("<li>", 100) + repeat("<br>", 100), 0},
      {repeat("<table><tr><td><font>x</table>", 100), 3},
      {repeat("<tr><td><font>", 100), 100},  // outside a table
      {repeat("<div><section></div>", 100), 2},
      {repeat("<b><i></b></i>", 100), 2},
      {repeat("<b><div></b>", 100), 101},    // the adoption agency leaves the div open
      {repeat("<div><b></div>", 100), 101},  // the b comes back
      {repeat("<div><object></div></object>", 100), 101},  // </div> does not reach out of object
      {repeat("<x><div></x></div>", 100), 101},            // nor </x> over a div
      {"<svg>" + repeat("<path/>", 100) + "</svg>", 1},
      {repeat("<div/>", 100), 100},
      {"<svg><desc>" + repeat("<div/>", 100), 102},
      {"<svg><title>" + repeat("<div>", 100), 102},
      {"<svg><title>" + repeat("<x/>", 100), 102},
      {"<script>" + repeat("<div>", 100) + "</script>", 0},
      {"<!--" + repeat("<div>", 100) + "-->", 0},
      {"<!-->" + repeat("<div>", 100), 100},
      {"<!-- --!>" + repeat("<div>", 100), 100},
  };
  for (const auto& [given, depth] : cases) {
    SCOPED_TRACE(given.substr(0, 80));
    EXPECT_EQ(estimate_shape(given).depth, depth);
  }
}

TEST(ShapeTest, CountsAttributes) {
  EXPECT_EQ(estimate_shape("<a b c=d e='f>' g=\"h\"/i><p x>").attributes, 5u);
  EXPECT_EQ(estimate_shape("<a b c").attributes, 2u);
  EXPECT_TRUE(estimate_shape("<a" + repeat(" b", 1'001) + ">").is_absurd());
  EXPECT_FALSE(estimate_shape("<a" + repeat(" b", 1'000) + ">").is_absurd());
}

}  // namespace
}  // namespace skitter::parser
