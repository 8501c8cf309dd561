// The scanner gives the page that gumbo's tree gives, but for the departures of scan_oracle.h.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/parser/scan_oracle.h"
#include "tests/parser/tree_cases.h"

namespace skitter::parser {
namespace {

// What html5lib lacks: links, images, titles and metadata in all the places where they matter.
constexpr std::string_view kPages[] = {
    "<!DOCTYPE html><html lang=en><head><title>T &amp; t</title><base href=/b/><meta name="
    "description content='a  b'><link rel=canonical href=c><link rel='alternate stylesheet' "
    "href=s></head><body><h1>H <img alt=logo></h1><p>One <a href=1 rel='NoFollow ugc'>a "
    "<b>b</b></a> two<ul><li><a href=2>x</a><li>y</ul><table><tr><td>c<td><a href=3>d</a></table>",
    "<a href=1>1<div>2<p>3</a>4</p><a href=2>5<h2>6</h2></a></div>7<p><a href=3>8<p>9</a>",
    "<p><b><a href=x>1</b>2</a>3<p><i><a href=y><p>4</i>5</a>6",
    "<svg><a xlink:href=1 href=2><title>no</title><text>yes</text></a><foreignObject><p><a "
    "href=3>z</a></foreignObject><![CDATA[ <b>cdata</b> ]]></svg><math><mi><a href=4>i</a></mi>"
    "<annotation-xml encoding=text/html><a href=5>no</a></annotation-xml></math>",
    "<form>a<a href=1>b</form>c</a><form><input type=hidden><div>d</form>e<select><option>f<option>"
    "g<optgroup><option>h</select><textarea>\n<a href=no></textarea><button>i<button>j</button>",
    "<template><a href=no>t<template>u</template></a></template><noscript><a href=1>n</a><img "
    "src=i></noscript><iframe src=f>no</iframe><object data=o>p<embed src=e></object><video "
    "src=v><source src=w><track src=t></video><picture><source srcset='a 1x, b 2x'></picture>",
    "<script><!--<script>x</script>y--></script><style>p{}</style>q<title>r</title><xmp><a></xmp>"
    "<noembed>s</noembed><plaintext>u</plaintext><a href=v>",
    "<frameset><frame src=1><frameset><frame src=2></frameset><noframes><a href=no></noframes>",
    "<dl><dt>a<dd>b<dt><a href=1>c<dd>d</dl><ruby>e<rt>f<rp>g</ruby><area href=2 alt=h><a "
    "href=3><img src=j alt=k></a><h1>l<a href=4>m</h1>n<h1>o</h1>",
    "a&nbsp;b&notit;&#x41;&#65&amp<p title='&copy=1&copy;'><a href='?a=1&b=2&lt=3&amp;c'>&hellip;",
    "<table><caption>a<a href=1>b</caption><colgroup><col><tbody><tr><th>c</th></tr></tbody>"
    "<tr><td><table><td>d</table>e<select><option>f<tr><td>g</select></table>",
};

std::vector<std::string> corpus() {
  std::vector<std::string> pages(std::begin(kPages), std::end(kPages));
  for (const auto& file : tree_case_files()) {
    for (const TreeCase& test : read_tree_cases(file)) pages.push_back(test.data);
  }
  return pages;
}

// What a mutation puts in.
constexpr std::string_view kPieces[] = {
    "<a href=u>",
    "</a>",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "<div>",
    "</div>",
    "<svg>",
    "</svg>",
    "<math>",
    "<mi>",
    "<title>",
    "</title>",
    "<select>",
    "</select>",
    "<option>",
    "<form>",
    "</form>",
    "<li>",
    "<ul>",
    "</ul>",
    "<h1>",
    "</h1>",
    "<template>",
    "</template>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&not",
    "\r\n",
    " ",
    "x",
    "<img alt=i>",
    "<font>",
    "<nobr>",
    "<object>",
    "</object>",
    "<caption>",
    "<col>",
    "<button>",
    "<body>",
    "</body>",
    "<html lang=de>",
    "</html>",
    "<head>",
    "</head>",
    "<noscript>",
    "</noscript>",
    "<desc>",
    "<foreignObject>",
    "<br>",
    "</br>",
    "<frameset>",
    "<a>",
    "<i>",
    "</i>",
    "<span>",
    "</span>",
    "<pre>\n",
    "<dd>",
    "<isindex>",
    "<textarea>",
    "<meta name=description content=m>",
    "<base href=/z/>",
    "<x-y>",
};

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::string mutate(std::string page, const std::vector<std::string>& pages) {
    for (std::size_t steps = 1 + below(4); steps > 0; --steps) change(page, pages);
    return page;
  }
  // Not uniform to the last bit, but the same with every standard library.
  std::size_t below(std::size_t bound) { return random_() % bound; }

 private:
  void change(std::string& page, const std::vector<std::string>& pages) {
    const std::size_t at = below(page.size() + 1);
    const std::size_t size = below(std::min<std::size_t>(page.size() - at, 40) + 1);
    switch (below(6)) {
      case 0:
        page.erase(at, size);
        return;
      case 1:
        page.insert(below(page.size() + 1), page.substr(at, size));
        return;
      case 2: {
        const std::string& other = pages[below(pages.size())];
        const std::size_t from = below(other.size() + 1);
        page.insert(at, other, from, below(other.size() - from + 1));
        return;
      }
      case 3:
        if (at < page.size()) page[at] = "<>&'\"=/-! \n\0x\x01\xC2\x85"[below(16)];
        return;
      default:
        page.insert(at, kPieces[below(std::size(kPieces))]);
        return;
    }
  }

  std::mt19937 random_;
};

// What stands wrongly in a table is moved in front of it; these anchors are open then, and go on.
TEST(ScannerTest, AnAnchorMayOutlastTheMoveOfItsWords) {
  for (const std::string_view html :
       {"<a><table><i><a href>7<p></i>", "long before <a><table><i><a href>7<p></i><tr><td>cell"}) {
    SCOPED_TRACE(html);
    EXPECT_EQ(compare_scan(html).difference, "");
    const Page page = page_by_scan(html);
    ASSERT_FALSE(page.links.empty());
    EXPECT_EQ(page.links[0].anchor.substr(0, 1), "7");
  }
}

TEST(ScannerTest, AgreesWithTheTreeOnHtml5lib) {
  int excused = 0;
  for (const std::string& page : corpus()) {
    const Comparison comparison = compare_scan(page);
    EXPECT_EQ(comparison.difference, "") << page;
    if (comparison.departure != Departure::None) ++excused;
  }
  EXPECT_LE(excused, 3);
}

TEST(ScannerTest, AgreesWithTheTreeOnMutations) {
  const std::vector<std::string> pages = corpus();
  Mutator mutator(20'151);
  constexpr int kMutations = 20'000;
  int excused = 0;
  for (int i = 0; i < kMutations; ++i) {
    const std::string page = mutator.mutate(pages[mutator.below(pages.size())], pages);
    const Comparison comparison = compare_scan(page);
    ASSERT_EQ(comparison.difference, "") << i << ": " << testing::PrintToString(page);
    if (comparison.departure != Departure::None) ++excused;
  }
  EXPECT_LE(excused, kMutations / 100);
}

}  // namespace
}  // namespace skitter::parser
