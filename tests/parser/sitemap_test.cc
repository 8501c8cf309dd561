#include "parser/sitemap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/parser/test_data.h"
#include "tests/sanitized.h"

namespace skitter::parser {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string gzip(std::string_view bytes) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  EXPECT_EQ(deflateEnd(&stream), Z_OK);
  return packed;
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

const Url& here() {
  static const Url kUrl = *parse_url("http://site.example/dir/sitemap.xml");
  return kUrl;
}

Sitemap parse(std::string_view bytes, const SitemapLimits& limits = {}) {
  return parse_sitemap(bytes, here(), "", limits);
}

std::vector<std::string> locs(const std::vector<SitemapEntry>& entries) {
  std::vector<std::string> all;
  for (const SitemapEntry& entry : entries) all.push_back(entry.loc);
  return all;
}

TEST(SitemapTest, PassesTheConformanceCases) {
  struct Count {
    int passed = 0;
    int total = 0;
  };
  const json data = read_test_json("sitemap/sitemaps.json");
  std::map<std::string, Count> needs;
  std::vector<std::string> misses;
  for (const json& test : data["cases"]) {
    const std::string body = test.contains("body_b64")
                                 ? from_base64(test["body_b64"].get<std::string>())
                                 : test["body"].get<std::string>();
    const auto url = parse_url(test["url"].get<std::string>());
    ASSERT_TRUE(url);
    const Sitemap sitemap = parse_sitemap(body, *url);
    const bool is_right = json(locs(sitemap.urls)) == test["urls"] &&
                          json(locs(sitemap.sitemaps)) == test["sitemaps"];
    auto& [passed, total] = needs[test["need"]];
    ++total;
    passed += is_right;
    if (!is_right) misses.push_back(test["what"]);
  }
  for (const auto& [need, count] : needs) {
    std::cout << "sitemaps.json " << need << ": " << count.passed << "/" << count.total << "\n";
  }
  EXPECT_THAT(misses, IsEmpty());
}

TEST(SitemapTest, TellsByTheContentWhatItIs) {
  struct Case {
    std::string given;
    SitemapKind want;
  };
  const Case cases[] = {
      {"<urlset/>", SitemapKind::UrlSet},
      {"<URLSET/>", SitemapKind::UrlSet},
      {" \n\n<?xml version='1.0'?>\n<sitemapindex/>", SitemapKind::Index},
      {"<?xml version='9' nonsense?><urlset/>", SitemapKind::UrlSet},
      {"<br />\n<b>Warning</b>: no such file\n<?xml version='1.0'?><urlset/>", SitemapKind::UrlSet},
      {"\xEF\xBB\xBF\xEF\xBB\xBF<urlset/>", SitemapKind::UrlSet},
      {"<rss/>", SitemapKind::Feed},
      {"<rdf:RDF/>", SitemapKind::Feed},
      {"<feed/>", SitemapKind::Feed},
      {"http://a.example/", SitemapKind::Text},
      {"", SitemapKind::None},
      {"\x1F\x8B", SitemapKind::None},
      {"User-agent: *\nDisallow: /\n", SitemapKind::None},
      {"<!DOCTYPE html><html><body><a href='http://a.example/'>x</a></body></html>",
       SitemapKind::None},
      {"<html><url><loc>http://a.example/</loc></url></html>", SitemapKind::None},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(to_string(parse(given).kind), to_string(want));
    EXPECT_EQ(to_string(parse(gzip(given)).kind), to_string(want));
  }
}

TEST(SitemapTest, ReadsEntriesAsSitesWriteThem) {
  struct Case {
    std::string given;  // in a <urlset>
    std::vector<std::string> want;
  };
  const std::string a = "http://a.example/";
  const std::string b = "http://b.example/";
  const Case cases[] = {
      {"<url><loc>HTTP://A.example:80/x/../#top</loc></url>", {a}},
      {"<URL><LOC>http://a.example</LOC></URL>", {a}},
      {"<x:url><loc>http://a.example</loc></x:url>", {a}},
      {"<url><loc>http://a.example/&amp;amp;</loc></url>", {a + "&amp;"}},
      {"<url><loc>http://a.example/?a&nbsp;&b=&#0;&#xD800;</loc></url>",
       {a + "?a&nbsp;&b=&"}},  // from '#' on it is a fragment
      {"<url><loc>http://a.example/\x01x</loc></url>", {a + "%20x"}},
      {"<url><loc>../up</loc></url>", {"http://site.example/up"}},
      {"<url><loc>//b.example</loc></url>", {b}},
      {"<url><loc>ftp://a.example/</loc></url><url><loc>mailto:a@b</loc></url>", {}},
      {"<url><loc>http://a b/</loc></url><url><loc>http://b.example/</loc></url>", {b}},
      {"<url><loc>http://a.example/</loc><image:image><image:loc>http://x.example/</image:loc>"
       "<loc>http://x.example/</loc></image:image></url>",
       {a}},
      {"<url><loc>http://a.example/</loc><loc>http://b.example/</loc></url>", {a, b}},
      {"<url><loc>http://a.example/</loc><url><loc>http://b.example/</loc></url></url>", {a, b}},
      {"<loc>http://a.example/</loc>", {}},
      // Broken XML costs the entry that it breaks.
      {"<url><loc>http://a.example/</url><url><loc>http://b.example/</loc></url>", {b}},
      {"<url><loc>http://a.example/</loc><x <</url><url><loc>http://b.example/</loc></url>",
       {a, b}},
      {"<url><loc a='1' a='2'>x</loc></url><s:url><loc>http://b.example/</loc></s:url>", {b}},
      {"<url><!-- a -- b --><loc>x</loc></url><url\n><loc>http://b.example/</loc></url>", {b}},
      {"</urlset><urlset><url><loc>http://b.example/</loc></url>", {b}},
      {"<url><loc>http://a.example/</loc></url><url><loc>http://b.example/</lo", {a}},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(locs(parse("<urlset>" + given + "</urlset>").urls), want);
  }
}

TEST(SitemapTest, SaysWhenTheFileIsDamaged) {
  EXPECT_FALSE(parse("<urlset><url><loc>/a&b</loc></url></urlset>").is_damaged);
  EXPECT_TRUE(parse("<urlset><url><loc>/a</loc></url>").is_damaged);
  EXPECT_TRUE(parse("<urlset><url><loc>/a</url></urlset>").is_damaged);
  const std::string packed = gzip("http://a.example/1\nhttp://a.example/2\n");
  EXPECT_FALSE(parse(packed).is_damaged);
  EXPECT_TRUE(parse(packed.substr(0, packed.size() - 1)).is_damaged);
}

TEST(SitemapTest, TellsSitemapsFromPages) {
  // Some indexes have the wrong root, and some lists hold both.
  const Sitemap sitemap = parse(
      "<urlset><sitemap><loc>/s.xml</loc><lastmod> 2020-01-01 </lastmod></sitemap>"
      "<url><lastmod>2021</lastmod><loc>/p</loc></url><url><loc>/q</loc></url></urlset>");
  EXPECT_THAT(locs(sitemap.sitemaps), ElementsAre("http://site.example/s.xml"));
  EXPECT_THAT(locs(sitemap.urls), ElementsAre("http://site.example/p", "http://site.example/q"));
  EXPECT_EQ(sitemap.sitemaps[0].lastmod, "2020-01-01");
  EXPECT_EQ(sitemap.urls[0].lastmod, "2021");
  EXPECT_EQ(sitemap.urls[1].lastmod, "");
}

TEST(SitemapTest, ReadsFeeds) {
  struct Case {
    std::string given;
    std::vector<std::string> want;
  };
  const Case cases[] = {
      {"<rss><channel><item><atom:link href='http://x.example/'/><link> http://a.example </link>"
       "<guid>http://x.example/</guid></item></channel></rss>",
       {"http://a.example/"}},
      {"<rss><item><guid isPermaLink='true'>http://a.example/</guid></item></rss>",
       {"http://a.example/"}},
      {"<rss><item><guid>post-1</guid></item></rss>", {}},  // no URL, and not a relative one
      {"<rss><item><link>/a</link></item></rss>", {"http://site.example/a"}},
      {"<rdf:RDF><item rdf:about='http://a.example/'/></rdf:RDF>", {"http://a.example/"}},
      // RFC 4287 §4.2.7.2: no rel is rel="alternate".
      {"<feed><link href='/feed'/><entry><link rel='self' href='/x'/><link href='/a?b&amp;c'/>"
       "<link rel='alternate' href='/x'/><id>http://x.example/</id></entry></feed>",
       {"http://site.example/a?b&c"}},
      {"<feed xml:base='http://b.example/1/'><entry><link href='a'/></entry>"
       "<entry xml:base='2/'><link href='a'/></entry><entry><link href='b'/></entry></feed>",
       {"http://b.example/1/a", "http://b.example/1/2/a", "http://b.example/1/b"}},
      {"<!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'http://x.example/rss.dtd'>"
       "<rss><item><link>/a</link></item></rss>",
       {"http://site.example/a"}},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(locs(parse(given).urls), want);
  }
}

TEST(SitemapTest, ReadsTheDatesOfFeeds) {
  const auto lastmod = [](const std::string& feed) { return parse(feed).urls.at(0).lastmod; };
  EXPECT_EQ(lastmod("<rss><item><link>/a</link><pubDate>Sat, 07 Sep 2002 00:00:01 GMT</pubDate>"
                    "</item></rss>"),
            "Sat, 07 Sep 2002 00:00:01 GMT");
  EXPECT_EQ(lastmod("<rdf:RDF><item><link>/a</link><dc:date>2002-09-07</dc:date></item></rdf:RDF>"),
            "2002-09-07");
  EXPECT_EQ(lastmod("<feed><entry><link href='/a'/><updated>2003</updated>"
                    "<published>2002</published></entry></feed>"),
            "2003");
  EXPECT_EQ(lastmod("<feed><entry><link href='/a'/><published>2002</published></entry></feed>"),
            "2002");
}

TEST(SitemapTest, TakesOnlyWholeUrlsFromText) {
  EXPECT_THAT(locs(parse("http://a.example/1\rHTTPS://a.example/2\n/3\na.example/4\n"
                         "# http://a.example/5\nhttp:6\nftp://a.example/7\n")
                       .urls),
              ElementsAre("http://a.example/1", "https://a.example/2"));
}

TEST(SitemapTest, ReadsTheEncodingThatTheHeaderNames) {
  const std::string body = "<urlset><url><loc>http://a.example/\xE9</loc></url></urlset>";
  EXPECT_THAT(locs(parse_sitemap(body, here(), "iso-8859-1").urls),
              ElementsAre("http://a.example/%C3%A9"));
  EXPECT_THAT(locs(parse_sitemap(body, here(), "iso-8859-5").urls),
              ElementsAre("http://a.example/%D1%89"));
}

TEST(SitemapTest, ReadsNothingBehindDeclarationsOfItsOwn) {
  const std::string entry = "<urlset><url><loc>http://a.example/&x;</loc></url></urlset>";
  const std::string dtds[] = {
      "<!DOCTYPE urlset [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
      "<!DOCTYPE urlset [<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;]>",
      "<!DOCTYPE urlset [<!ENTITY y 'yyyyyyyy'><!ENTITY x '&y;&y;&y;&y;&y;&y;'>]>",
  };
  for (const std::string& dtd : dtds) {
    SCOPED_TRACE(dtd);
    const Sitemap sitemap = parse(dtd + entry);
    EXPECT_TRUE(sitemap.has_dtd);
    EXPECT_THAT(sitemap.urls, IsEmpty());
  }
  // An external one is never asked for.
  const Sitemap sitemap = parse("<!DOCTYPE urlset SYSTEM 'file:///etc/passwd'>" + entry);
  EXPECT_FALSE(sitemap.has_dtd);
  EXPECT_THAT(locs(sitemap.urls), ElementsAre("http://a.example/&x;"));
}

TEST(SitemapTest, StopsAtItsLimits) {
  const std::string entries = repeat("<url><loc>/a</loc></url>", 10);
  const Sitemap few = parse("<urlset>" + entries + "</urlset>", {.max_entries = 9});
  EXPECT_THAT(few.urls, SizeIs(9));
  EXPECT_TRUE(few.is_entry_limit_hit);
  EXPECT_FALSE(few.is_damaged);
  EXPECT_FALSE(parse("<urlset>" + entries + "</urlset>", {.max_entries = 10}).is_entry_limit_hit);

  const std::string lines = repeat("http://a.example/12\n", 10);
  for (const std::string& body : {lines, gzip(lines)}) {
    const Sitemap cut = parse(body, {.max_bytes = 199});
    EXPECT_THAT(cut.urls, SizeIs(9));  // half a line is another URL
    EXPECT_TRUE(cut.is_byte_limit_hit);
    EXPECT_FALSE(parse(body, {.max_bytes = 200}).is_byte_limit_hit);
  }
  EXPECT_TRUE(parse("<urlset>" + repeat("&", 1000), {.max_bytes = 1008}).is_byte_limit_hit);

  const Sitemap long_loc = parse("<urlset><url><loc>/" + std::string(kMaxSitemapLocBytes, 'a') +
                                 "</loc></url><url><loc>/b</loc></url></urlset>");
  EXPECT_THAT(locs(long_loc.urls), ElementsAre("http://site.example/b"));
}

// Each aims at a cost that grows faster than the file.
TEST(SitemapTest, IsNotWornOutByHostileFiles) {
  constexpr std::size_t kMany = kIsSanitized ? 40'000 : 400'000;
  const std::string one = "<url><loc>/a</loc></url>";
  std::string names = "<urlset>" + one;
  for (std::size_t i = 0; i < 400'000; ++i) names += "<a" + std::to_string(i) + "/>";
  const Sitemap new_names = parse(names + one + "</urlset>");
  EXPECT_TRUE(new_names.is_damaged);
  EXPECT_THAT(new_names.urls, SizeIs(1));

  const std::string hostile[] = {
      "<urlset>" + repeat("<a>", kMany),
      "<urlset>" + repeat("<url>", kMany),
      "<urlset>" + repeat("<url><!-- ", kMany),
      "<urlset>" + repeat("<url><![CDATA[", kMany),
      "<urlset>" + repeat("<url><?xml ", kMany) + "?>",
      "<urlset>" + repeat("<url><a b=\"", kMany),
      "<urlset>" + repeat("<url></resumed>\"", kMany),
      "<urlset>" + repeat("<url></x>", kMany),
      "<urlset><url a='" + std::string(10'000'000, 'a') + "'/></urlset>",
      "<urlset><url><loc>" + std::string(10'000'000, ' ') + "</loc></url></urlset>",
      repeat("&", 2'000'000),
      "<urlset>" + repeat("&", 2'000'000),
      gzip(std::string(60'000'000, '\0')),
  };
  for (const std::string& body : hostile) {
    SCOPED_TRACE(body.substr(0, 30));
    EXPECT_THAT(parse(body).urls, IsEmpty());
  }
  const std::string far = "http://site.example/" + std::string(1'000'000, 'd') + "/";
  const Sitemap far_away = parse_sitemap("<urlset>" + repeat(one, 50'000), *parse_url(far));
  EXPECT_THAT(far_away.urls, IsEmpty());
}

}  // namespace
}  // namespace skitter::parser
