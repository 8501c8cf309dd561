#include "parser/markdown.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "parser/parsed_html.h"
#include "parser/url.h"

namespace skitter::parser {
namespace {

std::string markdown(std::string_view html) {
  const auto base = parse_url("https://a.example/b/c");
  return ParsedHtml(html).markdown(&*base);
}

TEST(MarkdownTest, HasAFormForEachKindOfBlock) {
  const struct {
    std::string_view html, want;
  } cases[] = {
      {"", ""},
      {"<title>T</title><script>x</script><style>y</style>", ""},
      {"<h1>One</h1><h6>Six</h6><h2> </h2>", "# One\n\n###### Six\n"},
      {"<p>a\n  b<p>c", "a b\n\nc\n"},
      {"<div>a<div>b</div>c</div>", "a\n\nb\n\nc\n"},
      {"a<br>b<br>", "a\\\nb\n"},
      {"a<p>&nbsp;<p>\xc3\xa0", "a\n\n\xc3\xa0\n"},
      {"<h2>a<br>b</h2>", "## a b\n"},
      {"a<hr>b", "a\n\n---\n\nb\n"},
      {"<ul><li>a<li>b</ul>c", "- a\n- b\n\nc\n"},
      {"p<ul><li>a</ul>", "p\n\n- a\n"},
      {"<ol start=9><li>a<li>b<p>c</ol>", "9. a\n10. b\n\n    c\n"},
      {"<ol start=-1><li>a</ol>", "1. a\n"},
      {"<ul><li>a<ul><li>b<li>c</ul><li>d</ul>", "- a\n  - b\n  - c\n- d\n"},
      {"<ul><li><li>b</ul>", "- b\n"},
      {"<li>alone", "- alone\n"},
      {"<blockquote>a<p>b</blockquote>c", "> a\n>\n> b\n\nc\n"},
      {"<pre>\nint  a;\n\n  b</pre>", "```\nint  a;\n\n  b\n```\n"},
      {"<pre><code class='x language-cpp'>a</code></pre>", "```cpp\na\n```\n"},
      {"<pre>a ``` b</pre>", "````\na ``` b\n````\n"},
      {"<ul><li>a<pre>x\ny</pre></ul>", "- a\n\n  ```\n  x\n  y\n  ```\n"},
      {"<pre>a<br>b<span>c</span></pre>", "```\na\nbc\n```\n"},
      {"<svg><text>x</text></svg><template>y</template>z", "z\n"},
  };
  for (const auto& [html, want] : cases) {
    SCOPED_TRACE(html);
    EXPECT_EQ(markdown(html), want);
  }
}

TEST(MarkdownTest, MarksWhatStandsInALine) {
  const struct {
    std::string_view html, want;
  } cases[] = {
      {"a<b> b </b>c <i>d</i>", "a **b** c *d*\n"},
      {"<b><strong>a</strong></b><em></em>", "**a**\n"},
      {"<b>a<p>b</p>c</b>", "**a**\n\n**b**\n\n**c**\n"},
      {"<a href=../x?q>a <b>b</b></a>", "[a **b**](https://a.example/x?q)\n"},
      {"<base href=/z/><a href=y>a</a>", "[a](https://a.example/z/y)\n"},
      {"<a href='/(x) y'>a</a>", "[a](https://a.example/%28x%29%20y)\n"},
      {"<a href=javascript:x()>a</a> <a name=n>b</a> <a href=/>\n</a>c", "a b c\n"},
      {"<a href=mailto:a@b.example>m</a>", "[m](mailto:a@b.example)\n"},
      {"<a href=/><h2>a</h2></a>", "## [a](https://a.example/)\n"},
      {"<img src=i.png alt='an ]image'><img src=j.png>",
       "![an \\]image](https://a.example/b/i.png)\n"},
      {"<code>a  b</code> <kbd>`</kbd><code></code>", "`a b` `` ` ``\n"},
      {"<code>a<b>*</b></code>", "`a*`\n"},
  };
  for (const auto& [html, want] : cases) {
    SCOPED_TRACE(html);
    EXPECT_EQ(markdown(html), want);
  }
}

TEST(MarkdownTest, WhatAPageSaysIsNoMarkdown) {
  const struct {
    std::string_view html, want;
  } cases[] = {
      {"# a", "\\# a\n"},
      {"a # b", "a # b\n"},
      {"1. a", "1\\. a\n"},
      {"- a", "\\- a\n"},
      {"&gt; a", "\\> a\n"},
      {"~~~", "\\~\\~~\n"},
      {"*a* a*b", "\\*a\\* a\\*b\n"},
      {"_a_ b_c", "\\_a\\_ b_c\n"},
      {"[a](b) `c` \\d", "\\[a\\](b) \\`c\\` \\\\d\n"},
      {"&lt;b&gt; &amp;lt; 1 &lt; 2 &amp; 3", "\\<b> \\&lt; 1 < 2 & 3\n"},
  };
  for (const auto& [html, want] : cases) {
    SCOPED_TRACE(html);
    EXPECT_EQ(markdown(html), want);
  }
}

TEST(MarkdownTest, Tables) {
  const struct {
    std::string_view html, want;
  } cases[] = {
      {"<table><caption>C</caption><tr><th>a<th>b<tr><td>1<td>x|y</table>",
       "C\n\n| a | b |\n| --- | --- |\n| 1 | x\\|y |\n"},
      {"<table><tr><td>a<tr><td>1<td>2</table>", "| a |  |\n| --- | --- |\n| 1 | 2 |\n"},
      {"<table><tr><td><p>a<p>b<ul><li>c</ul><pre>d\n|e</pre></table>",
       "| a b c `d \\|e` |\n| --- |\n"},
      {"<table><tr><td>a<table><tr><td>b<td>c</table>d</table>e", "| a b c d |\n| --- |\n\ne\n"},
      {"<table><tr><td> </table>", ""},
      {"<table><tr><td><b>a</b><br>b</table>", "| **a** b |\n| --- |\n"},
  };
  for (const auto& [html, want] : cases) {
    SCOPED_TRACE(html);
    EXPECT_EQ(markdown(html), want);
  }
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// The result stays in proportion to the page, and the walk needs no stack of its own.
TEST(MarkdownTest, NestsAsDeepAsItLikes) {
  constexpr int kDeep = 1'900;  // below the shape that is given no tree
  for (const std::string_view tag : {"<ul><li>", "<blockquote>", "<ol><li>", "<b><p>", "<div>",
                                     "<table><tr><td>", "<i><b>", "<span>", "<pre><div>"}) {
    SCOPED_TRACE(tag);
    std::string html = repeated(tag, kDeep) + "x" + repeated("<p>y</p>", 200);
    const std::string out = markdown(html);
    EXPECT_NE(out.find('x'), out.npos);
    EXPECT_LT(out.size(), 40 * html.size());
  }
  EXPECT_EQ(markdown(repeated("<ul><li>", 20) + "x"), repeated("- ", 16) + "x\n");
}

TEST(MarkdownTest, WithoutABaseLinksStandAsWritten) {
  EXPECT_EQ(ParsedHtml("<a href=' ../x '>a</a><a href=javascript:y>b</a>").markdown(nullptr),
            "[a](../x)b\n");
}

}  // namespace
}  // namespace skitter::parser
