#include "crawler/decoder.h"

#include <brotli/encode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <vector>

namespace skitter::crawler {
namespace {

using End = Decoder::End;
using Codings = std::vector<Coding>;

constexpr std::uint64_t kNoInnerLimit = std::uint64_t{1} << 40;

std::string zlib_packed(const std::string& text, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  (void)deflateEnd(&stream);
  return out;
}

std::string packed(const std::string& text, Coding coding) {
  switch (coding) {
    case Coding::Gzip:
      return zlib_packed(text, MAX_WBITS + 16);
    case Coding::Deflate:
      return zlib_packed(text, MAX_WBITS);
    case Coding::Brotli: {
      std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 64;
      std::string out(size, '\0');
      EXPECT_EQ(BrotliEncoderCompress(9, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, text.size(),
                                      reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                      reinterpret_cast<std::uint8_t*>(out.data())),
                BROTLI_TRUE);
      out.resize(size);
      return out;
    }
    case Coding::Zstd: {
      std::string out(ZSTD_compressBound(text.size()), '\0');
      out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 9));
      return out;
    }
  }
  return {};
}

std::string packed(std::string text, const Codings& codings) {
  for (const Coding coding : codings) text = packed(text, coding);
  return text;
}

struct Decoded {
  std::string text;
  End end = End::None;
  bool is_complete = false;
};

Decoded decode(const std::string& bytes, const Codings& codings, std::size_t piece = 1 << 20,
               std::uint64_t max_inner = kNoInnerLimit) {
  Decoder decoder(codings, max_inner);
  Decoded result;
  const auto sink = [](void* context, std::string_view text) {
    static_cast<std::string*>(context)->append(text);
    return true;
  };
  for (std::size_t i = 0; i < bytes.size() && result.end == End::None; i += piece) {
    result.end = decoder.feed(std::string_view(bytes).substr(i, piece), sink, &result.text);
  }
  result.is_complete = decoder.is_complete();
  return result;
}

constexpr Coding kCodings[] = {Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd};

std::string sample() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

TEST(DecoderTest, GivesBackWhatWentIn) {
  const std::string text = sample();
  for (const Coding coding : kCodings) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20}) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(coding) << " in pieces of " << piece);
      const Decoded result = decode(packed(text, coding), {coding}, piece);
      EXPECT_EQ(result.end, End::None);
      EXPECT_TRUE(result.is_complete);
      EXPECT_EQ(result.text, text);
    }
  }
}

TEST(DecoderTest, UndoesTheLastCodingFirst) {
  const Codings codings = {Coding::Gzip, Coding::Brotli, Coding::Zstd};
  const Decoded result = decode(packed(sample(), codings), codings, 7);
  EXPECT_EQ(result.end, End::None);
  EXPECT_TRUE(result.is_complete);
  EXPECT_EQ(result.text, sample());
}

TEST(DecoderTest, TakesDeflateWithoutItsHeader) {
  const Decoded result = decode(zlib_packed("raw", -MAX_WBITS), {Coding::Deflate});
  EXPECT_EQ(result.text, "raw");
  EXPECT_TRUE(result.is_complete);
}

TEST(DecoderTest, TakesOneMemberAfterTheOther) {
  for (const Coding coding : {Coding::Gzip, Coding::Zstd}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 20}) {
      const Decoded result = decode(packed("a", coding) + packed("b", coding), {coding}, piece);
      EXPECT_EQ(result.text, "ab");
      EXPECT_TRUE(result.is_complete);
    }
  }
}

TEST(DecoderTest, IgnoresWhatFollowsTheEnd) {
  for (const Coding coding : kCodings) {
    const Decoded result = decode(packed("text", coding) + "\n<!-- cached -->", {coding});
    EXPECT_EQ(result.end, End::None);
    EXPECT_EQ(result.text, "text");
    EXPECT_TRUE(result.is_complete);
  }
  for (const Coding coding : kCodings) {  // wherever the pieces are cut
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 20}) {
      const std::string bytes = packed("text", coding) + "\n" + packed("more", coding);
      EXPECT_EQ(decode(bytes, {coding}, piece).text, "text") << piece;
    }
  }
}

TEST(DecoderTest, SaysWhatBreaksOff) {
  for (const Coding coding : kCodings) {
    SCOPED_TRACE(static_cast<int>(coding));
    std::string bytes = packed(sample(), coding);
    bytes.resize(bytes.size() - 2);
    EXPECT_FALSE(decode(bytes, {coding}).is_complete);
  }
  EXPECT_TRUE(decode("", {Coding::Gzip}).is_complete);  // an empty body is a whole one
}

TEST(DecoderTest, SaysWhatDoesNotDecode) {
  for (const Coding coding : kCodings) {
    SCOPED_TRACE(static_cast<int>(coding));
    EXPECT_EQ(decode("<p>not packed at all, and long enough to be seen as such", {coding}).end,
              End::Damaged);
  }
}

TEST(DecoderTest, StopsWhereNoMoreIsWanted) {
  const std::string zeros(64 << 20, '\0');
  for (const Coding coding : kCodings) {
    SCOPED_TRACE(static_cast<int>(coding));
    Decoder decoder(Codings{coding}, kNoInnerLimit);
    std::size_t taken = 0;
    const auto sink = [](void* context, std::string_view text) {
      auto& sum = *static_cast<std::size_t*>(context);
      sum += text.size();
      return sum < 1'000'000;
    };
    EXPECT_EQ(decoder.feed(packed(zeros, coding), sink, &taken), End::Stopped);
    EXPECT_LT(taken, 1'100'000u);
  }
}

// Empty stored blocks: they decode to nothing, so that who takes the bytes never sees any.
TEST(DecoderTest, HoldsInnerCodingsToTheirLimit) {
  std::string nothing;
  for (int i = 0; i < 4'000'000; ++i) nothing += std::string_view("\0\0\0\xff\xff", 5);
  const Decoded result = decode(packed(nothing, Coding::Brotli), {Coding::Deflate, Coding::Brotli},
                                1 << 20, 1'000'000);
  EXPECT_EQ(result.end, End::TooLarge);
  EXPECT_EQ(result.text, "");
}

TEST(ParseCodingsTest, ReadsFields) {
  struct Case {
    std::vector<std::string_view> given;
    Codings want;
  };
  const Case cases[] = {
      {{}, {}},
      {{"gzip"}, {Coding::Gzip}},
      {{"X-GZIP"}, {Coding::Gzip}},
      {{"deflate, br"}, {Coding::Deflate, Coding::Brotli}},
      {{"zstd", "gzip"}, {Coding::Zstd, Coding::Gzip}},
      {{"identity, ,utf-8,\tgzip "}, {Coding::Gzip}},
  };
  for (const Case& c : cases) EXPECT_EQ(parse_codings(c.given, 3), c.want);
  const std::string_view many[] = {"gzip,gzip", "gzip,gzip"};
  EXPECT_EQ(parse_codings(many, 3), std::nullopt);
}

}  // namespace
}  // namespace skitter::crawler
