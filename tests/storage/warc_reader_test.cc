#include "storage/warc_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "storage/warc_record.h"

namespace skitter::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string record(std::string_view type, std::string_view block,
                   std::string_view version = "1.1") {
  return "WARC/" + std::string(version) + "\r\nWARC-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(block.size()) + "\r\n\r\n" + std::string(block) +
         "\r\n\r\n";
}

std::string packed(std::string_view bytes) {
  GzipMembers members;
  return members.member(bytes);
}

using Whole = std::vector<std::string>;

struct Read {
  Whole whole;                       // "type:block"
  std::vector<std::string> damaged;  // "offset: what"
  bool is_truncated = false;
};

// As the source gives it in pieces of that size.
Read read_all(std::string_view bytes, std::size_t piece = 1 << 20) {
  Read read;
  const auto source = [&](char* room, std::size_t size) {
    const std::size_t got = std::min({size, piece, bytes.size()});
    if (got > 0) std::memcpy(room, bytes.data(), got);
    bytes.remove_prefix(got);
    return got;
  };
  WarcReader reader(source, [&](std::uint64_t offset, std::string_view what) {
    read.damaged.push_back(std::to_string(offset) + ": " + std::string(what));
  });
  while (reader.next()) {
    std::string text(reader.header().get("warc-type"));
    text += ':';
    for (auto part = reader.read(); !part.empty(); part = reader.read()) text += part;
    if (reader.finish()) read.whole.push_back(std::move(text));
  }
  read.is_truncated = reader.is_truncated();
  return read;
}

TEST(WarcReaderTest, ReadsPlainAndPackedFilesInWhateverPiecesTheyCome) {
  const std::string one = record("warcinfo", "a\r\n\r\nb", "1.0");
  const std::string two = record("response", "");
  const std::string three = record("metadata", std::string(200'000, 'x'));
  const std::string files[] = {
      one + two + three,
      packed(one) + packed(two) + packed(three),
      packed(one + two + three),  // all of it one member
      packed(one + two) + packed(three),
      one + "\r\n" + two + "\r\n\r\n" + three,  // some end their records with more
  };
  for (std::size_t file = 0; file < std::size(files); ++file) {
    for (const std::size_t piece : {1u, 7u, 4096u, 1u << 20}) {
      SCOPED_TRACE(std::to_string(file) + " in pieces of " + std::to_string(piece));
      const Read read = read_all(files[file], piece);
      EXPECT_THAT(read.whole, ElementsAre("warcinfo:a\r\n\r\nb",
                                          "response:", "metadata:" + std::string(200'000, 'x')));
      EXPECT_THAT(read.damaged, IsEmpty());
      EXPECT_FALSE(read.is_truncated);
    }
  }
}

TEST(WarcReaderTest, HeadersCompareWithoutCaseAndFold) {
  const std::string file =
      "WARC/1.0\r\nwarc-type: response\r\nWARC-Target-URI: http://a/\r\n b\r\ncontent-length:1\r\n"
      "\r\nx\r\n\r\n";
  std::size_t at = 0;
  WarcReader reader(
      [&](char* room, std::size_t size) {
        const std::size_t got = file.copy(room, size, at);
        at += got;
        return got;
      },
      {});
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.header().get("WARC-Target-URI"), "http://a/ b");
  EXPECT_EQ(reader.length(), 1u);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.is_truncated());
}

TEST(WarcReaderTest, ADamagedRecordCostsNoOther) {
  const std::string one = record("one", "1");
  const std::string two = record("two", "2");
  const auto with = [](std::string text, std::string_view from, std::string_view to) {
    return text.replace(text.find(from), from.size(), to);
  };
  struct Case {
    std::string_view name;
    std::string bad;  // between the two
    std::string_view words;
  };
  const std::string bad = record("bad", "block");
  const Case cases[] = {
      {"no length", with(bad, "Content-Length", "Content-Lenght"), "no valid Content-Length"},
      {"a length that is none", with(bad, ": 5", ": 5x"), "no valid Content-Length"},
      {"a negative length", with(bad, ": 5", ": -5"), "no valid Content-Length"},
      {"a length without end", with(bad, ": 5", ": 99999999999999999999"), "no valid Content-Le"},
      {"a length too small", with(bad, ": 5", ": 3"), "Content-Length is wrong"},
      {"no type", with(bad, "WARC-Type", "WARC-Tipe"), "no WARC-Type"},
      {"another version", with(bad, "WARC/1.1", "WARC/2.0"), "neither 1.0 nor 1.1"},
      {"no version", with(bad, "WARC/1.1", "CRAW/1.1"), "no record begins here"},
      {"a header without end", "WARC/1.1\r\nWARC-Type: x\r\n" + std::string(70'000, 'y') + "\r\n",
       "larger than 64 KiB"},
      {"what is no record", "some text\r\nWARC/1.\r\n WARC/1.1\r\n", "no record begins here"},
  };
  for (const Case& given : cases) {
    SCOPED_TRACE(given.name);
    for (const std::size_t piece : {3u, 1u << 20}) {
      const Read plain = read_all(one + given.bad + two, piece);
      EXPECT_THAT(plain.whole, ElementsAre("one:1", "two:2"));
      EXPECT_THAT(plain.damaged, ElementsAre(HasSubstr(given.words)));
      EXPECT_THAT(plain.damaged.front(), HasSubstr(std::to_string(one.size()) + ": "));
      const Read members = read_all(packed(one) + packed(given.bad) + packed(two), piece);
      EXPECT_THAT(members.whole, ElementsAre("one:1", "two:2"));
      EXPECT_THAT(members.damaged, ElementsAre(HasSubstr(given.words)));
      EXPECT_THAT(members.damaged.front(), HasSubstr(std::to_string(packed(one).size()) + ": "));
      EXPECT_THAT(read_all(packed(one + given.bad + two), piece).whole,
                  ElementsAre("one:1", "two:2"));
    }
  }
}

TEST(WarcReaderTest, ALengthTooLargeEndsAtItsMember) {
  std::string bad = record("bad", "block");
  bad.replace(bad.find(": 5"), 3, ": 5000");
  const Read read = read_all(packed(record("one", "1")) + packed(bad) + packed(record("two", "2")));
  EXPECT_THAT(read.whole, ElementsAre("one:1", "two:2"));
  EXPECT_THAT(read.damaged, ElementsAre(HasSubstr("ends before its Content-Length")));
}

// Every byte of the middle one, each wrong in two ways.
TEST(WarcReaderTest, ADamagedMemberCostsNoOther) {
  const std::string one = packed(record("one", "1"));
  const std::string two = packed(record("two", "2"));
  std::string text;
  for (int i = 0; i < 300; ++i) text += std::to_string(i * i);
  const std::string middle = packed(record("bad", text));
  for (std::size_t i = 0; i < middle.size(); ++i) {
    for (const char flip : {'\x01', '\xff'}) {
      std::string damaged = middle;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      const Read read = read_all(one + damaged + two);
      SCOPED_TRACE(std::to_string(i) + " of " + std::to_string(middle.size()));
      // What no checksum covers (the header's time, the bits behind the last code) may be wrong.
      if (read.whole == Whole{"one:1", "bad:" + text, "two:2"}) continue;
      EXPECT_THAT(read.whole, ElementsAre("one:1", "two:2"));
      EXPECT_GE(read.damaged.size(), 1u);
    }
  }
}

TEST(WarcReaderTest, OfAFileThatIsCutWhatStandsBeforeIsThere) {
  const std::string one = record("one", "1");
  const std::string two = record("two", "22");
  for (const bool is_packed : {false, true}) {
    const std::string first = is_packed ? packed(one) : one;
    const std::string second = is_packed ? packed(two) : two;
    for (std::size_t size = 1; size < second.size(); ++size) {
      SCOPED_TRACE((is_packed ? "packed " : "plain ") + std::to_string(size));
      const Read read = read_all(first + second.substr(0, size));
      EXPECT_THAT(read.whole, ElementsAre("one:1"));
      EXPECT_EQ(read.damaged.size(), 1u);
      EXPECT_THAT(read.damaged.front(), HasSubstr(std::to_string(first.size()) + ": "));
      // Fewer than four bytes tell of no member.
      EXPECT_EQ(read.is_truncated, !is_packed || size >= 4);
    }
  }
}

TEST(WarcReaderTest, AFileOfNothingHasNoRecords) {
  for (const std::string& file : {std::string(), std::string("\r\n\r\n")}) {
    const Read read = read_all(file);
    EXPECT_THAT(read.whole, IsEmpty());
    EXPECT_THAT(read.damaged, IsEmpty());
  }
}

TEST(WarcReaderTest, ManyBrokenMembersAreOneAfterTheOtherPassedOver) {
  std::string file = packed(record("one", "1"));
  constexpr std::string_view kNoSuchBlock("\x1f\x8b\x08\0\0\0\0\0\0\xff\x07", 11);
  for (int i = 0; i < 20'000; ++i) file += kNoSuchBlock;
  const Read read = read_all(file + packed(record("two", "2")));
  EXPECT_THAT(read.whole, ElementsAre("one:1", "two:2"));
  EXPECT_EQ(read.damaged.size(), 20'000u);
}

TEST(WarcReaderTest, TellsAWarcFileByItsFirstBytes) {
  EXPECT_TRUE(is_warc("WARC/1.0\r\n"));
  EXPECT_TRUE(is_warc("\x1f\x8b\x08"));
  EXPECT_FALSE(is_warc("SQLite format 3"));
  EXPECT_FALSE(is_warc(""));
}

}  // namespace
}  // namespace skitter::storage
