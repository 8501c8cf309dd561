#include "crawler/stored_body.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <random>
#include <string>

namespace skitter::crawler {
namespace {

// `count` words of a language in which few follow from the ones before.
std::string words(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    for (auto letters = 2 + random() % 8; letters > 0; --letters) {
      text += static_cast<char>('a' + random() % 26);
    }
    text += ' ';
  }
  return text;
}

std::string body_of(std::string_view text) {
  std::string body = "<!doctype html><title>t</title>";
  constexpr std::size_t kParagraph = 300;
  for (std::size_t at = 0; at < text.size(); at += kParagraph) {
    body.append("<p class=\"x\">").append(text.substr(at, kParagraph)).append("</p>\n");
  }
  return body;
}

TEST(StoredBodyTest, ABodyComesBackWithTheTextItWasStoredBehind) {
  const std::string text = words(5'000, 1);
  const std::string bodies[] = {body_of(text), text, "x", std::string("\0\xff<b>", 5),
                                std::string(100'000, 'a')};
  BodyCompressor compressor;
  for (const std::string& body : bodies) {
    for (const std::string_view behind : {std::string_view(text), std::string_view()}) {
      SCOPED_TRACE(body.substr(0, 20));
      const std::string frame = compressor.compress(body, behind);
      EXPECT_EQ(decompress_body(frame, behind), body);
    }
  }
}

TEST(StoredBodyTest, WhatTheTextSaysIsNotStoredTwice) {
  // The second is above what is put side by side; its first words are all of the text away.
  for (const std::size_t count : {5'000u, 300'000u}) {
    const std::string text = words(count, 2);
    const std::string body = body_of(text);
    BodyCompressor compressor;
    const std::size_t alone = compressor.compress(body, "").size();
    const std::string frame = compressor.compress(body, text);
    EXPECT_LT(frame.size() * 10, alone) << count;
    EXPECT_EQ(decompress_body(frame, text), body);
  }
}

TEST(StoredBodyTest, WithoutATextAnyZstdReadsIt) {
  const std::string body = body_of(words(1'000, 3));
  const std::string frame = BodyCompressor().compress(body, "");
  std::string bytes(body.size(), '\0');
  EXPECT_EQ(ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size()), body.size());
  EXPECT_EQ(bytes, body);
}

TEST(StoredBodyTest, NoBodyHasNoFrame) {
  EXPECT_EQ(BodyCompressor().compress("", "text"), "");
}

TEST(StoredBodyTest, WhatIsNoFrameHoldsNoBody) {
  const std::string text = words(500, 4);
  const std::string frame = BodyCompressor().compress(body_of(text), text);
  EXPECT_EQ(decompress_body("", text), std::nullopt);
  EXPECT_EQ(decompress_body("no zstd frame", text), std::nullopt);
  EXPECT_EQ(decompress_body(frame.substr(0, frame.size() - 1), text), std::nullopt);
  EXPECT_EQ(decompress_body(frame, ""), std::nullopt) << "it reaches back into the text";
}

}  // namespace
}  // namespace skitter::crawler
