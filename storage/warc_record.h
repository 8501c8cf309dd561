#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skitter::storage {

// One record of a WARC file, to be written.
//
//     WARC/1.1 CRLF  field CRLF ...  CRLF  block  CRLF CRLF
//
// What is in the block is for whoever makes it: this knows of no protocol.
//
// Source:  ISO 28500:2017 (WARC/1.1), §4 to §6.
struct WarcRecord {
  static constexpr std::size_t kNoPayload = std::string::npos;

  std::string type;          // "response"
  std::string date;          // UTC, ISO 8601, with a fraction or without
  std::string target_uri;    // empty: none
  std::string content_type;  // of the block
  std::vector<std::pair<std::string, std::string>> fields;  // beside those above; one line each
  std::string block;
  std::size_t payload = kNoPayload;  // where the payload begins in the block
};

// "<urn:uuid:...>", made of all that the record holds but its `fields`: the same record has the
// same id, so that the same export is the same file. Source: RFC 9562 §5.5 (version 5).
[[nodiscard]] std::string warc_id(const WarcRecord& record);

// The record's bytes, with `id` as its WARC-Record-ID, its length and its digests.
[[nodiscard]] std::string warc_bytes(const WarcRecord& record, const std::string& id);

// Compresses records, each to a gzip member of its own, as readers of WARC expect: what stands at
// an offset can be read without what stands before it. No time is written into a member.
//
// Thread:  one at a time.
// Source:  RFC 1952; ISO 28500:2017 annex D. By zlib.
class GzipMembers {
 public:
  GzipMembers();
  GzipMembers(const GzipMembers&) = delete;
  GzipMembers& operator=(const GzipMembers&) = delete;
  ~GzipMembers();

  [[nodiscard]] std::string member(std::string_view bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skitter::storage
