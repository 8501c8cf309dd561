#include "parser/main_text.h"

#include <gtest/gtest.h>

#include <string>

#include "parser/parsed_html.h"

namespace skitter::parser {
namespace {

constexpr const char* kSentence =
    "This sentence is one of those that an article is made of, since it goes on for more than "
    "twenty words until it ends.";

std::string paragraph() {
  return "<p>" + std::string(kSentence) + "</p>";
}

TEST(MainTextTest, DropsWhatStandsOnEveryPage) {
  const std::string text = kSentence;
  const struct {
    std::string html, want;
  } cases[] = {
      {"<ul><li><a href=/>Home</a><li><a href=/n>News</a></ul><h1>Title</h1>" + paragraph() +
           paragraph() + "<div><a href=/i>Imprint</a> <a href=/p>Privacy</a></div>",
       "Title\n" + text + "\n" + text},
      {"<nav>" + paragraph() + "</nav>" + paragraph() + "<footer>" + paragraph() + "</footer>" +
           "<aside>" + paragraph() + "</aside>",
       text},
      {paragraph() + "<pre>int a;</pre>" + paragraph(), text + "\nint a;\n" + text},
      {paragraph() + "<h2>Short</h2><p>It ends.</p>" + paragraph(),
       text + "\nShort\nIt ends.\n" + text},
      {paragraph() + "<p><a href=/>" + text + "</a></p>", text},  // all of it a link
  };
  for (const auto& [html, want] : cases) {
    SCOPED_TRACE(html);
    EXPECT_EQ(ParsedHtml(html).main_text(), want);
  }
}

TEST(MainTextTest, WhereNothingIsLeftAllIsGiven) {
  EXPECT_EQ(ParsedHtml("<title>T</title><p>Short.").main_text(), "Short.");
  EXPECT_EQ(ParsedHtml("").main_text(), "");
}

TEST(MainTextTest, CountsWordsThatNoSpaceParts) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "\xe6\xbc\xa2";
  EXPECT_EQ(ParsedHtml("<p>" + text + "<p>x<div><a href=/>y</a></div>").main_text(), text + "\nx");
}

TEST(MainTextTest, NestsAsDeepAsItLikes) {
  std::string html;
  for (int i = 0; i < 3'000; ++i) html += "<div>";
  EXPECT_EQ(ParsedHtml(html + kSentence).main_text(), kSentence);
}

}  // namespace
}  // namespace skitter::parser
