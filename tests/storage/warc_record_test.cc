#include "storage/warc_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "parser/gunzip.h"
#include "storage/sha1.h"

namespace skitter::storage {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Sha1Test, GivesTheDigestsOfTheStandard) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"", "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"},     // da39a3ee...
      {"abc", "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5"},  // FIPS 180, appendix A.1
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(digest_label(sha1(given)), want);
  }
}

TEST(Sha1Test, TakesPiecesAndBeginsAnew) {
  Sha1 hash;
  hash.add("left over");
  (void)hash.end();
  hash.add("a");
  hash.add("");
  hash.add("bc");
  EXPECT_EQ(hash.end(), sha1("abc"));
}

WarcRecord a_record() {
  WarcRecord record;
  record.type = "response";
  record.date = "2026-01-02T03:04:05.678Z";
  record.target_uri = "http://a.example/";
  record.content_type = "application/http; msgtype=response";
  record.fields = {{"WARC-Truncated", "length"}};
  record.block = "HTTP/1.1 200 OK\r\n\r\nbody";
  record.payload = record.block.size() - 4;
  return record;
}

TEST(WarcRecordTest, IsFramedAsTheStandardSays) {
  const std::string bytes = warc_bytes(a_record(), "<urn:uuid:x>");
  EXPECT_EQ(bytes,
            "WARC/1.1\r\n"
            "WARC-Type: response\r\n"
            "WARC-Record-ID: <urn:uuid:x>\r\n"
            "WARC-Date: 2026-01-02T03:04:05.678Z\r\n"
            "WARC-Target-URI: http://a.example/\r\n"
            "WARC-Truncated: length\r\n"
            "WARC-Block-Digest: " +
                digest_label(sha1("HTTP/1.1 200 OK\r\n\r\nbody")) +
                "\r\n"
                "WARC-Payload-Digest: " +
                digest_label(sha1("body")) +
                "\r\n"
                "Content-Type: application/http; msgtype=response\r\n"
                "Content-Length: 23\r\n"
                "\r\n"
                "HTTP/1.1 200 OK\r\n\r\nbody"
                "\r\n\r\n");
}

TEST(WarcRecordTest, WithoutPayloadAndUriSaysNothingOfThem) {
  WarcRecord record;
  record.type = "warcinfo";
  const std::string bytes = warc_bytes(record, "<urn:uuid:x>");
  EXPECT_THAT(bytes, Not(HasSubstr("WARC-Payload-Digest")));
  EXPECT_THAT(bytes, Not(HasSubstr("WARC-Target-URI")));
  EXPECT_THAT(bytes, HasSubstr("Content-Length: 0\r\n\r\n\r\n\r\n"));
}

TEST(WarcRecordTest, TheIdIsThatOfTheContent) {
  const std::string id = warc_id(a_record());
  EXPECT_EQ(id.size(), std::string("<urn:uuid:00000000-0000-5000-8000-000000000000>").size());
  EXPECT_THAT(id, StartsWith("<urn:uuid:"));
  EXPECT_EQ(id[24], '5');  // the version
  EXPECT_EQ(warc_id(a_record()), id);
  using Change = void (*)(WarcRecord&);
  const Change changes[] = {
      [](WarcRecord& record) { record.type = "request"; },
      [](WarcRecord& record) { record.date = "2026-01-02T03:04:05Z"; },
      [](WarcRecord& record) { record.target_uri += "b"; },
      [](WarcRecord& record) { record.block += "b"; },
  };
  for (const Change change : changes) {
    WarcRecord other = a_record();
    change(other);
    EXPECT_NE(warc_id(other), id);
  }
}

TEST(GzipMembersTest, EachIsWholeByItself) {
  GzipMembers members;
  const std::string first = members.member("one");
  const std::string second = members.member(std::string(1'000'000, 'x'));
  EXPECT_EQ(parser::gunzip(first, 100).bytes, "one");
  EXPECT_EQ(parser::gunzip(second, 2'000'000).bytes.size(), 1'000'000u);
  EXPECT_EQ(parser::gunzip(first + second, 2'000'000).bytes.size(), 1'000'003u);
  EXPECT_EQ(first.substr(4, 4), std::string(4, '\0'));  // no time: the same bytes each time
  EXPECT_EQ(members.member("one"), first);
}

}  // namespace
}  // namespace skitter::storage
