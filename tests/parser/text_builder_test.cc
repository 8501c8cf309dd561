#include "parser/text_builder.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "parser/html_space.h"
#include "parser/word_reader.h"

namespace skitter::parser {
namespace {

// Letters and white space from a fixed seed: white space is rare, alone or in runs.
class Texts {
 public:
  std::string next(std::size_t size) {
    std::string text;
    while (text.size() < size) {
      const bool is_space = random(6) == 0;
      text += is_space ? kSpaces[random(kSpaces.size())] : static_cast<char>('a' + random(26));
      while (is_space && random(3) == 0) text += kSpaces[random(kSpaces.size())];
    }
    text.resize(size);
    return text;
  }

 private:
  static constexpr std::string_view kSpaces = " \t\n\f\r";

  std::uint64_t random(std::uint64_t below) {
    seed_ = seed_ * 6364136223846793005u + 1442695040888963407u;
    return (seed_ >> 33) % below;
  }

  std::uint64_t seed_ = 1;
};

std::string joined_words(std::string_view text) {
  std::string joined;
  for (auto word = take_token(text); !word.empty(); word = take_token(text)) {
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  return joined;
}

// All sizes around the steps in which bytes are looked at, with white space everywhere.
TEST(TextBuilderTest, CollapsesToWordsWithOneSpaceBetween) {
  Texts texts;
  for (std::size_t size = 0; size < 150; ++size) {
    for (int i = 0; i < 50; ++i) {
      const std::string text = texts.next(size);
      EXPECT_EQ(collapse(text), joined_words(text)) << '"' << text << '"';
    }
  }
  EXPECT_EQ(collapse("a\vb\xC2\xA0 c"), "a\vb\xC2\xA0 c");  // VT and no-break space are none
}

// However the text is cut into pieces: white space at a cut is one gap.
TEST(TextBuilderTest, PiecesMakeTheSameText) {
  Texts texts;
  for (std::size_t cut = 0; cut < 80; ++cut) {
    const std::string text = texts.next(80);
    TextBuilder builder;
    builder.add(std::string_view(text).substr(0, cut));
    builder.add(std::string_view(text).substr(cut));
    EXPECT_EQ(builder.take(), joined_words(text)) << cut << " of \"" << text << '"';
  }
}

TEST(TextBuilderTest, TheStrongerGapWins) {
  TextBuilder builder;
  builder.line_break();
  builder.add(" a ");
  builder.line_break();
  builder.add("\n b");
  builder.space();
  builder.add("c");
  builder.line_break();
  EXPECT_EQ(builder.take(), "a\nb c");
}

TEST(WordReaderTest, GivesTheWordsOfTakeToken) {
  Texts texts;
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string text = texts.next(size) + std::string(size % 7 == 0 ? 130 : 0, 'x');
    std::string_view rest = text;
    WordReader reader(text);
    while (true) {
      const std::string_view wanted = take_token(rest);
      const std::string_view word = reader.next();
      ASSERT_EQ(word, wanted) << size;
      if (wanted.empty()) break;
    }
    EXPECT_TRUE(reader.next().empty()) << size;  // and it stays at the end
  }
}

}  // namespace
}  // namespace skitter::parser
