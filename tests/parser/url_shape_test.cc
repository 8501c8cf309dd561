#include "parser/url_shape.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace skitter::parser {
namespace {

TEST(UrlShapeTest, PatternFoldsWhatIsCountedOrDrawn) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"http://h1/a/b", "http://h1/a/b"},  // a host is no number
      {"http://h/", "http://h/"},
      {"http://h", "http://h"},
      {"http://h/item/12345", "http://h/item/#"},
      {"http://h/p12.html", "http://h/p#.html"},
      {"http://h/2026/11/27/a", "http://h/#/#/#/a"},
      {"http://h/2026-11-27T10:00", "http://h/#-#-#T#:#"},
      {"http://h/1b4e28ba-2fa1-11d2-883f-0016d3cca427", "http://h/#"},
      {"http://h/1b4e28ba-2fa1-11d2-883f-0016d3cca427x", "http://h/#b#e#ba-#fa#-#d#-#f-#d#cca#x"},
      {"http://h/d41d8cd98f00b204e9800998ecf8427e", "http://h/#"},
      {"http://h/deadbeefdeadbeef", "http://h/deadbeefdeadbeef"},  // without a digit: a word
      {"http://h/aGVsbG8gd29ybGQ5YWJj", "http://h/#"},
      {"http://h/supercalifragilistic9", "http://h/supercalifragilistic#"},
      {"http://h/%20a%C3%A9", "http://h/%20a%C3%A9"},
      {"http://h/?page=2&cat=x", "http://h/?cat=x&page=#"},
      {"http://h/?b=2&a=1", "http://h/?a=#&b=#"},
      {"http://h/a?PHPSESSID=abc", "http://h/a?session=#"},
      {"http://h/a;jsessionid=0F1E.n1?x=1", "http://h/a?x=#&session=#"},
      {"http://h/a#top", "http://h/a"},
  };
  for (const auto& [given, want] : cases) EXPECT_EQ(url_pattern(given), want) << given;
}

TEST(UrlShapeTest, SpellingsOfOneUrlAreTheSame) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"http://h/a", ""},
      {"http://h/a;b", ""},
      {"http://h/a?x=1", ""},
      {"http://h/a?x=1&y=2", "http://h/a?x=1&y=2"},
      {"http://h/a?y=2&x=1", "http://h/a?x=1&y=2"},
      {"http://h/a?&y=2&&x=1&", "http://h/a?x=1&y=2"},
      {"http://h/a?sid=77&x=1", "http://h/a?x=1"},
      {"http://h/a?SID=77", "http://h/a"},
      {"http://h/a;jsessionid=77/b;JSESSIONID=78", "http://h/a/b;JSESSIONID=78"},
      {"http://h/a?side=1", ""},  // a name that begins like one
  };
  for (const auto& [given, want] : cases) EXPECT_EQ(url_spelling(given), want) << given;
}

TEST(UrlShapeTest, TextsThatDifferInDigitsAreAlike) {
  EXPECT_EQ(text_shape("Events of 11-2026"), text_shape("Events of 1-97"));
  EXPECT_NE(text_shape("Events of May"), text_shape("Events of June"));
  EXPECT_EQ(text_shape(""), text_shape(""));
  const std::string begin(kShapeBytes, 'x');
  EXPECT_EQ(text_shape(begin + "a"), text_shape(begin + "b"));
}

}  // namespace
}  // namespace skitter::parser
