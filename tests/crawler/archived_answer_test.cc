#include "crawler/archived_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "crawler/archived_head.h"
#include "storage/warc_record.h"

namespace skitter::crawler {
namespace {

using storage::Outcome;
using ::testing::HasSubstr;

std::string gzipped(std::string_view bytes) {
  storage::GzipMembers members;
  return members.member(bytes);
}

TEST(ArchivedHeadTest, SaysWhatIsTrueOfTheStoredBody) {
  struct Case {
    std::string_view header;
    std::optional<std::uint64_t> body;
    std::string_view want;
  };
  const Case cases[] = {
      {"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n", 5,
       "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\n"},
      {"HTTP/1.0 200 OK\r\nA: b\r\n", 5, "HTTP/1.0 200 OK\r\nA: b\r\n\r\n"},  // till the close
      {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\nA: b\r\n", 5,
       "HTTP/1.1 200 OK\r\nX-Archive-Orig-Content-Encoding: gzip\r\n"
       "X-Archive-Orig-Content-Length: 4\r\nA: b\r\nContent-Length: 5\r\n\r\n"},
      // As long packed as not: also then the one that is true is ours.
      {"HTTP/1.1 200 OK\r\ncontent-encoding:gzip\r\ncontent-length: 5\r\n", 5,
       "HTTP/1.1 200 OK\r\nX-Archive-Orig-content-encoding:gzip\r\n"
       "X-Archive-Orig-content-length: 5\r\nContent-Length: 5\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked,\r\n gzip\r\nA: b\r\n", 5,
       "HTTP/1.1 200 OK\r\nX-Archive-Orig-Transfer-Encoding: chunked,\r\n gzip\r\nA: b\r\n"
       "Content-Length: 5\r\n\r\n"},
      // A body came and is not stored: the head is of that one.
      {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n", std::nullopt,
       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"},
      // A replay of another archive.
      {"HTTP/1.1 200 OK\r\nX-Archive-Orig-Content-Length: 9\r\n", 5,
       "HTTP/1.1 200 OK\r\nX-Archive-Orig-X-Archive-Orig-Content-Length: 9\r\n\r\n"},
      {"HTTP/2 200 \r\nA: b\r\n", 5, "HTTP/1.1 200 \r\nA: b\r\n\r\n"},
      {"HTTP/1.1 200 OK\nContent-Length: 4\nA: b\n", 5,
       "HTTP/1.1 200 OK\nX-Archive-Orig-Content-Length: 4\nA: b\nContent-Length: 5\r\n\r\n"},
  };
  for (const auto& [header, body, want] : cases) {
    SCOPED_TRACE(header);
    const ArchivedHead head = archive_head(header, body);
    EXPECT_EQ(head.text, want);
    EXPECT_EQ(head.was_http2, header.starts_with("HTTP/2"));
    const std::string_view without_empty_line(head.text.data(), head.text.size() - 2);
    EXPECT_EQ(restore_head(without_empty_line, head.was_http2), header);
  }
}

// In pieces of that size.
std::optional<Response> read(std::string_view bytes, std::size_t piece,
                             ArchiveOrigin origin = ArchiveOrigin::Others, bool is_cut = false) {
  TransferOptions limits;
  limits.max_body_bytes = 1'000;
  limits.max_header_bytes = 500;
  ArchivedAnswer answer(limits, BodyTypes::Readable, origin);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    answer.feed(bytes.substr(0, piece));
  }
  return answer.end(is_cut);
}

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

TEST(ArchivedAnswerTest, UndoesChunksAndCodingsAndSaysWhatIsMissing) {
  const std::string page = "<p>Some text that is long enough to be packed";
  const std::string packed = gzipped(page);
  const auto chunked = [](std::string_view body) {
    std::string chunks;
    for (; !body.empty(); body.remove_prefix(std::min<std::size_t>(7, body.size()))) {
      const std::string_view chunk = body.substr(0, 7);
      chunks += std::to_string(chunk.size()) + ";x=y\r\n" + std::string(chunk) + "\r\n";
    }
    return chunks + "0\r\nTrailer: t\r\n\r\n";
  };
  struct Case {
    std::string_view name;
    std::string fields;
    std::string body;
    Outcome outcome;
    std::string want;  // the body, or a part of the words
  };
  const std::string gzip = "Content-Encoding: gzip\r\n";
  const std::string chunks = "Transfer-Encoding: chunked\r\n";
  const Case cases[] = {
      {"plain", "", page, Outcome::Ok, page},
      {"empty", "Content-Length: 0\r\n", "", Outcome::Ok, ""},
      {"packed", gzip, packed, Outcome::Ok, page},
      {"packed, with its length", gzip + "Content-Length: 9999\r\n", packed, Outcome::Ok, page},
      {"chunked", chunks, chunked(page), Outcome::Ok, page},
      {"packed and chunked", gzip + chunks, chunked(packed), Outcome::Ok, page},
      {"chunks undone by the archive", chunks, page, Outcome::Ok, page},
      {"coding undone by the archive", gzip, page, Outcome::Ok, page},
      {"both undone by the archive", gzip + chunks, page, Outcome::Ok, page},
      {"brotli undone by the archive", "Content-Encoding: br\r\n", page, Outcome::Ok, page},
      {"short, and no coding", gzip, "<p>", Outcome::Ok, "<p>"},
      {"two codings", "Content-Encoding: gzip, gzip\r\n", gzipped(packed), Outcome::Ok, page},
      {"a length too large", "Content-Length: 99\r\n", page, Outcome::Truncated, "45 of 99"},
      {"a chunk cut off", chunks, "5\r\nabc", Outcome::Truncated, "a chunk"},
      {"no last chunk", chunks, "3\r\nabc\r\n", Outcome::Truncated, "a chunk"},
      {"a chunk that is too long", chunks, "3\r\nabcdef\r\n0\r\n\r\n", Outcome::Truncated,
       "a chunk"},
      {"packed, cut off", gzip, packed.substr(0, 30), Outcome::Truncated, "breaks off"},
      {"packed, damaged", gzip, packed.substr(0, 10) + "\x07" + packed.substr(11),
       Outcome::Truncated, "does not decode"},
      {"too large", "", std::string(1'001, 'x'), Outcome::TooLarge, "larger than 1000"},
      {"too large, packed", gzip, gzipped(std::string(1'001, 'x')), Outcome::TooLarge, "larger"},
      {"too many codings", "Content-Encoding: gzip, gzip, gzip, gzip\r\n", "x", Outcome::TooLarge,
       "more than 3"},
  };
  for (const Case& given : cases) {
    for (const std::size_t piece : {1u, 3u, 10'000u}) {
      SCOPED_TRACE(std::string(given.name) + " in pieces of " + std::to_string(piece));
      const std::string head = std::string(kHead) + given.fields;
      const auto response = read(head + "\r\n" + given.body, piece);
      ASSERT_TRUE(response);
      EXPECT_EQ(response->status, 200);
      EXPECT_EQ(response->outcome, given.outcome);
      EXPECT_EQ(response->header_text, head);
      if (given.outcome == Outcome::Ok) {
        EXPECT_EQ(response->body, given.want);
        EXPECT_EQ(response->body_bytes, given.want.size());
      } else {
        EXPECT_THAT(response->error, HasSubstr(given.want));
        EXPECT_EQ(response->body, "");
      }
    }
  }
}

TEST(ArchivedAnswerTest, TakesOnlyBodiesOfPages) {
  const auto moved = read("HTTP/1.1 302 Found\r\nLocation: /a\r\n\r\ngone", 5);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->headers.get("location"), "/a");
  EXPECT_EQ(moved->body, "");
  EXPECT_EQ(moved->body_bytes, 4u);
  const auto image = read("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\npng", 5);
  ASSERT_TRUE(image);
  EXPECT_EQ(image->outcome, Outcome::UnsupportedType);
  const auto cut = read(std::string(kHead) + "\r\nbody", 5, ArchiveOrigin::Others, true);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->outcome, Outcome::Truncated);
}

TEST(ArchivedAnswerTest, RestoresTheHeadsOfOurs) {
  const std::string header = "HTTP/2 200 \r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n";
  const std::string text = archive_head(header, 11).text + "not packed.";
  const auto response = read(text, 4, ArchiveOrigin::OursHttp2);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->header_text, header);
  EXPECT_EQ(response->body, "not packed.");
  EXPECT_EQ(response->outcome, Outcome::Ok);
}

TEST(ArchivedAnswerTest, WhatIsNoAnswerIsNone) {
  const std::string cases[] = {
      "",
      "\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "HTTP/1.1\r\n\r\n",
      "HTTP/1.1 two\r\n\r\n",
      "HTTP/1.1 99 X\r\n\r\n",
      "<html>\r\n\r\n",
      std::string(kHead) + "A: " + std::string(600, 'x') + "\r\n\r\n",  // above the limit
  };
  for (const std::string& given : cases) {
    for (const std::size_t piece : {1u, 10'000u}) {
      SCOPED_TRACE(given.substr(0, 60));
      EXPECT_FALSE(read(given, piece));
    }
  }
  // Its empty line may be missing, and its lines may end in other ways.
  for (const char* const given : {"HTTP/1.0 404 Not Found\r\nA: b", "HTTP/1.0 404\n\nx"}) {
    SCOPED_TRACE(given);
    const auto response = read(given, 3);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 404);
  }
}

}  // namespace
}  // namespace skitter::crawler
