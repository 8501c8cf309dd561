#include "parser/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parser/arena.h"
#include "parser/field_value.h"

namespace skitter::parser {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Selector compiled(std::string_view text) {
  std::string why_not;
  auto selector = parse_selector(text, why_not);
  if (!selector) throw std::runtime_error(why_not);
  return *selector;
}

Field field(std::string name, std::string_view selector, FieldType type = FieldType::Text) {
  return {std::move(name), compiled(selector), type, false, true, nullptr, "", {}};
}

Extracted extract_from(std::string_view html, const Extraction& extraction,
                       std::string_view type = "text/html; charset=utf-8") {
  static const auto url = parse_url("https://shop.example/list/1");
  Arena arena;
  Document document;
  document.bytes = html;
  document.url = &*url;
  document.content_type = type;
  Extracted result = extract(document, extraction, arena, ParseBudget{});
  EXPECT_EQ(arena.used_bytes(), 0U);
  return result;
}

std::vector<std::string> data_of(const Extracted& extracted) {
  std::vector<std::string> data;
  for (const Item& item : extracted.items) data.push_back(item.data);
  return data;
}

// The value of one field on a page.
std::string value(std::string_view html, Field one) {
  Extraction extraction;
  one.name = "x";
  extraction.rules.push_back({"r", {}, std::nullopt, {std::move(one)}});
  const Extracted extracted = extract_from(html, extraction);
  if (extracted.items.empty()) return "";
  const std::string& data = extracted.items.front().data;
  return data.substr(5, data.size() - 6);  // {"x":VALUE}
}

TEST(ExtractTest, TakesTextAttributesAndMarkup) {
  constexpr std::string_view kPage =
      "<!doctype html><title>T &amp; t</title><h1> Red <b>hot</b>\n chili </h1><p "
      "class=a>one<br>two"
      "<p class=b><i> </i> 5 <i>x</i> EUR</p><img alt=' An image ' src=i.png><td>"
      "<script id=s>var a = 1;\n</script><pre>  x\n  y</pre>";
  const struct {
    std::string_view selector, want;
  } cases[] = {
      {"h1", R"("Red hot chili")"},
      {"h1::text", R"("Red chili")"},
      {"h1 ::text", R"("hot")"},
      {".a", R"("one\ntwo")"},
      {".b ::text", R"("x")"},  // the first <i> has only white space
      {".b::text", R"("5 EUR")"},
      {"img::attr(alt)", R"("An image")"},
      {"img::attr(title)", ""},
      {"h1::html", R"("<h1> Red <b>hot</b>\n chili </h1>")"},
      {"img::html", R"("<img alt=\" An image \" src=\"i.png\">")"},
      {"title", R"("T & t")"},
      {"title::html", R"("<title>T &amp; t</title>")"},
      {"#s", R"("var a = 1;\n")"},
      {"h2", ""},
      {"h2, h1 b", R"("hot")"},
  };
  for (const auto& [selector, want] : cases) {
    SCOPED_TRACE(selector);
    EXPECT_EQ(value(kPage, field("x", selector)), want);
  }
  Field raw = field("x", "pre");
  raw.trim = false;
  EXPECT_EQ(value(kPage, raw), R"("  x\n  y")");
}

TEST(ExtractTest, ConvertsByType) {
  constexpr std::string_view kPage =
      "<!doctype html><base href=/b/><p>&pound;1,234.50</p><a href='x y#z'>go</a><img "
      "src=//c/i.png>"
      "<time datetime=2024-05-17T10:00:00+02:00>in May</time><b>17 May 2024</b><i>none</i>"
      "<meta name=n content=7>";
  const struct {
    std::string_view selector;
    FieldType type;
    std::string_view want;
  } cases[] = {
      {"p", FieldType::Number, "1234.5"},
      {"p", FieldType::Integer, ""},
      {"a", FieldType::Url, R"("https://shop.example/b/x%20y#z")"},
      {"a::attr(href)", FieldType::Url, R"("https://shop.example/b/x%20y#z")"},
      {"img", FieldType::Url, R"("https://c/i.png")"},
      {"time", FieldType::Date, R"("2024-05-17T08:00:00Z")"},
      {"b", FieldType::Date, R"("2024-05-17")"},
      {"i", FieldType::Date, ""},
      {"i", FieldType::Number, ""},
      {"meta", FieldType::Integer, "7"},
      {"a", FieldType::Html, R"("<a href=\"x y#z\">go</a>")"},
  };
  for (const auto& [selector, type, want] : cases) {
    SCOPED_TRACE(selector);
    EXPECT_EQ(value(kPage, field("x", selector, type)), want);
  }
}

TEST(ExtractTest, ReadsNumbers) {
  const struct {
    std::string_view given, want;
  } cases[] = {
      {"51.77", "51.77"},
      {"\xc2\xa3"
       "51.77",
       "51.77"},
      {"1,234.50", "1234.50"},
      {"1.234,50 \xe2\x82\xac", "1234.50"},
      {"1,234", "1234"},
      {"1,5", "1.5"},
      {"1.234", "1.234"},
      {"1.234.567", "1234567"},
      {"1 234", "1234"},
      {"1\xc2\xa0"
       "234\xe2\x80\xaf"
       "567",
       "1234567"},
      {"12 34", "12"},
      {"1'000", "1000"},
      {"-3", "-3"},
      {"\xe2\x88\x92"
       "3",
       "-3"},
      {"007", "7"},
      {"0", "0"},
      {"page 12 of 30", "12"},
      {"1.", "1"},
      {"", "none"},
      {"none", "none"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(parse_number(given).value_or("none"), want);
  }
  EXPECT_EQ(parse_integer("3.0"), "3");
  EXPECT_EQ(parse_integer("3.5"), std::nullopt);
  EXPECT_EQ(parse_number(std::string(100, '9')), std::nullopt);
}

TEST(ExtractTest, ReadsDates) {
  const struct {
    std::string_view given, want;
  } cases[] = {
      {"2024-05-17", "2024-05-17"},
      {" 2024-05-17 15:00+02:00 ", "2024-05-17T13:00:00Z"},
      {"Fri, 17 May 2024 10:20:30 GMT", "2024-05-17T10:20:30Z"},
      {"17 May 2024", "2024-05-17"},
      {"May 17th, 2024", "2024-05-17"},
      {"Sept. 3, 2024 at 10:00", "2024-09-03"},
      {"2024/05/17", "2024-05-17"},
      {"17.05.2024", "2024-05-17"},
      {"05/17/2024", "2024-05-17"},
      {"17/05/2024", "2024-05-17"},
      {"05/06/2024", "none"},  // May or June
      {"05/05/2024", "2024-05-05"},
      {"31 February 2024", "none"},
      {"yesterday", "none"},
      {"", "none"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(parse_date(given).value_or("none"), want);
  }
}

constexpr std::string_view kShop =
    "<!doctype html><h1>Shop</h1>"
    "<article><h3><a href=/1>One</a></h3><p class=price>1.50</p><ul><li>a<li>b</ul></article>"
    "<article><h3><a href=/2>Two</a></h3><ul></ul></article>";

TEST(ExtractTest, MakesAnItemForEachMatch) {
  Extraction extraction;
  Field price = field("price", ".price", FieldType::Number);
  price.fallback = "0";
  Field tags = field("tags", "li");
  tags.is_list = true;
  extraction.rules.push_back({"book",
                              {},
                              compiled("article"),
                              {field("title", "h3 a"), field("url", "a", FieldType::Url), price,
                               tags, field("self", ":scope > h3::text")}});
  const Extracted extracted = extract_from(kShop, extraction);
  EXPECT_THAT(
      data_of(extracted),
      ElementsAre(
          R"({"title":"One","url":"https://shop.example/1","price":1.5,"tags":["a","b"],"self":null})",
          R"({"title":"Two","url":"https://shop.example/2","price":0,"tags":[],"self":null})"));
  EXPECT_EQ(extracted.items[1].position, 1);
  EXPECT_EQ(extracted.items[1].rule, "book");
  EXPECT_FALSE(extracted.is_cut);
}

TEST(ExtractTest, NestsRecords) {
  Extraction extraction;
  Field books = field("books", "article", FieldType::Record);
  books.is_list = true;
  books.fields = {field("title", "a"), field("first", "li")};
  extraction.rules.push_back({"shop", {}, std::nullopt, {field("name", "h1"), books}});
  EXPECT_THAT(data_of(extract_from(kShop, extraction)),
              ElementsAre(R"({"name":"Shop","books":[{"title":"One","first":"a"},)"
                          R"({"title":"Two","first":null}]})"));
}

TEST(ExtractTest, AsksTheUrlAndTheRegex) {
  std::string why_not;
  Extraction extraction;
  Field first = field("n", "h3");
  first.regex = compile_pattern("(.)n", why_not);
  extraction.rules.push_back(
      {"yes", {compile_pattern("/list/\\d+$", why_not)}, std::nullopt, {first}});
  extraction.rules.push_back({"no", {compile_pattern("/other/", why_not)}, std::nullopt, {first}});
  EXPECT_THAT(data_of(extract_from(kShop, extraction)), ElementsAre(R"({"n":"O"})"));
  EXPECT_EQ(compile_pattern("(", why_not), nullptr);
  EXPECT_THAT(why_not, HasSubstr("missing )"));
}

TEST(ExtractTest, GivesNoItemWithoutAMatchAndNoneOfOtherTypes) {
  Extraction extraction;
  Field with_default = field("x", "h9");
  with_default.fallback = "1";
  extraction.rules.push_back({"r", {}, std::nullopt, {with_default}});
  EXPECT_THAT(extract_from(kShop, extraction).items, IsEmpty());
  extraction.rules = {{"r", {}, std::nullopt, {field("x", "h1")}}};
  EXPECT_EQ(extract_from(kShop, extraction).items.size(), 1U);
  EXPECT_EQ(extract_from(kShop, extraction, "").items.size(), 1U);
  EXPECT_THAT(extract_from(kShop, extraction, "text/plain").items, IsEmpty());
}

TEST(ExtractTest, ReadsWhatPagesSayOfThemselves) {
  Extraction extraction;
  extraction.structured = true;
  const Extracted extracted = extract_from(
      "<!doctype html><meta property=og:title content=' A '><meta property=og:image content=1>"
      "<meta property=og:image content=2><meta name=Author content=me><meta charset=utf-8>"
      "<script type='Application/LD+json'>{\"@type\": \"Thing\", \"a\": [1]}</script>"
      "<script type=application/ld+json>[{\"b\": 1}, {\"c\": 2}]</script>"
      "<script type=application/ld+json>{broken</script>"
      "<div itemscope itemtype='https://schema.org/Book https://schema.org/Thing' itemid=x "
      "itemref=more><b itemprop='name alias'>N</b><a itemprop=url href=/u>u</a>"
      "<span itemprop=author itemscope><i itemprop=name>A</i></span><time itemprop=d "
      "datetime=2024>x</time></div><p id=more><em itemprop=pages>7</em></p>",
      extraction);
  ASSERT_EQ(extracted.items.size(), 6U);
  EXPECT_EQ(extracted.items[0], (Item{"json-ld", 0, R"({"@type":"Thing","a":[1]})"}));
  EXPECT_EQ(extracted.items[2], (Item{"json-ld", 2, R"({"c":2})"}));
  EXPECT_EQ(extracted.items[3].data,
            R"({"type":["https://schema.org/Book","https://schema.org/Thing"],)"
            R"("id":"https://shop.example/list/x","properties":{"name":["N"],"alias":["N"],)"
            R"("url":["https://shop.example/u"],"author":[{"properties":{"name":["A"]}}],)"
            R"("d":["2024"],"pages":["7"]}})");
  EXPECT_EQ(extracted.items[4], (Item{"opengraph", 0, R"({"og:title":"A","og:image":["1","2"]})"}));
  EXPECT_EQ(extracted.items[5], (Item{"meta", 0, R"({"author":"me"})"}));
}

TEST(ExtractTest, BoundsWhatAPageMayCost) {
  Extraction extraction;
  extraction.rules.push_back({"r", {}, compiled("div"), {field("x", ":scope::html")}});
  std::string nested = "<!doctype html>";
  for (int i = 0; i < 3'000; ++i) nested += "<div>";
  nested += std::string(100'000, 'x');
  std::size_t bytes = 0;
  const Extracted extracted = extract_from(nested, extraction);
  for (const Item& item : extracted.items) bytes += item.data.size();
  EXPECT_TRUE(extracted.is_cut);
  EXPECT_LE(bytes, kMaxItemBytes);
  EXPECT_GT(bytes, kMaxItemBytes / 2);

  Extraction structured;
  structured.structured = true;
  // Items that refer to one another: two in each, level by level.
  EXPECT_TRUE(
      extract_from("<!doctype html><p itemscope itemref=a></p><div id=a><b itemprop=x "
                   "itemscope itemref=c></b><b itemprop=y itemscope itemref=c></b></div>"
                   "<div id=c><b itemprop=x itemscope itemref=a></b><b itemprop=y itemscope "
                   "itemref=a></b></div>",
                   structured)
          .is_cut);
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THAT(
      extract_from("<script type=application/ld+json>" + deep + "</script>", structured).items,
      IsEmpty());
}

}  // namespace
}  // namespace skitter::parser
