#include "storage/warc_record.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cassert>
#include <new>
#include <stdexcept>

#include "storage/sha1.h"

namespace skitter::storage {
namespace {

// The namespace of URLs. Source: RFC 9562 §6.6.
constexpr std::string_view kUrlNamespace(
    "\x6b\xa7\xb8\x11\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8", 16);

std::string uuid_of(std::string_view name) {
  Sha1 hash;
  hash.add(kUrlNamespace);
  hash.add(name);
  Sha1::Digest digest = hash.end();
  digest[6] = static_cast<std::uint8_t>((digest[6] & 0x0f) | 0x50);  // version 5
  digest[8] = static_cast<std::uint8_t>((digest[8] & 0x3f) | 0x80);  // variant
  std::string uuid;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) uuid += '-';
    uuid += fmt::format("{:02x}", digest[i]);
  }
  return uuid;
}

}  // namespace

std::string warc_id(const WarcRecord& record) {
  const std::string name = fmt::format("{}\n{}\n{}\n{}", record.type, record.date,
                                       record.target_uri, digest_label(sha1(record.block)));
  return fmt::format("<urn:uuid:{}>", uuid_of(name));
}

std::string warc_bytes(const WarcRecord& record, const std::string& id) {
  std::string bytes =
      fmt::format("WARC/1.1\r\nWARC-Type: {}\r\nWARC-Record-ID: {}\r\n", record.type, id);
  const auto add = [&bytes](std::string_view name, std::string_view value) {
    assert(value.find_first_of("\r\n") == std::string_view::npos);
    bytes.append(name).append(": ").append(value).append("\r\n");
  };
  add("WARC-Date", record.date);
  if (!record.target_uri.empty()) add("WARC-Target-URI", record.target_uri);
  for (const auto& [name, value] : record.fields) add(name, value);
  add("WARC-Block-Digest", digest_label(sha1(record.block)));
  if (record.payload != WarcRecord::kNoPayload) {
    const std::string_view payload = std::string_view(record.block).substr(record.payload);
    add("WARC-Payload-Digest", digest_label(sha1(payload)));
  }
  if (!record.content_type.empty()) add("Content-Type", record.content_type);
  add("Content-Length", std::to_string(record.block.size()));
  return bytes.append("\r\n").append(record.block).append("\r\n\r\n");
}

struct GzipMembers::Impl {
  z_stream stream = {};
};

GzipMembers::GzipMembers() : impl_(std::make_unique<Impl>()) {
  constexpr int kGzip = 16;
  constexpr int kMemory = 8;  // zlib's own default
  if (deflateInit2(&impl_->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, kMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

GzipMembers::~GzipMembers() {
  (void)deflateEnd(&impl_->stream);  // it says that data was left, which is then not wanted
}

std::string GzipMembers::member(std::string_view bytes) {
  z_stream& stream = impl_->stream;
  (void)deflateReset(&stream);  // fails for a stream that was never there
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (bytes.size() != stream.avail_in || deflate(&stream, Z_FINISH) != Z_STREAM_END) {
    throw std::length_error("a record is too large for one gzip member");  // above 4 GiB
  }
  packed.resize(packed.size() - stream.avail_out);
  return packed;
}

}  // namespace skitter::storage
