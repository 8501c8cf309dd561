#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/warc_reader.h"

namespace skitter::storage {

// The bytes under a WarcReader: a file, plain or in gzip members, as one window that slides.
//
//     raw_     ......[member_start     raw_pos_|next....]     as they stand in the file
//     window_  ......[pos_|what is there to read]             inflated; of a plain file the same
//
// A member's end is an edge that fill() does not pass: open_member() does.
//
// Internal to storage/. Thread: one at a time. Errors: what the source throws.
class WarcBytes {
 public:
  enum class Edge : std::uint8_t {
    None,    // there may be more
    Member,  // a gzip member has ended, and its checksum is right
    Broken,  // what follows in the member does not inflate, or the checksum is wrong
    End,     // of the file
  };

  explicit WarcBytes(WarcReader::Source source);
  WarcBytes(const WarcBytes&) = delete;  // zlib keeps a pointer to its stream
  WarcBytes& operator=(const WarcBytes&) = delete;
  ~WarcBytes();

  [[nodiscard]] std::string_view view() const noexcept {
    return std::string_view(window_).substr(pos_);
  }
  void consume(std::size_t size) noexcept { pos_ += size; }
  // Adds to view(); false at an edge.
  bool fill();
  [[nodiscard]] Edge edge() const noexcept { return edge_; }
  // The file ends, and its last member does not.
  [[nodiscard]] bool is_cut() const noexcept { return edge_ == Edge::End && is_in_member_; }

  // At Edge::Member: begins the next member, unless the file ends there, or no member begins there
  // (Edge::Broken).
  void open_member();
  // At Edge::Broken, or in a cut member: begins the next member that can be found. It is looked for in
  // all of the broken one, since damaged data may inflate beyond its end; but in no byte twice.
  void find_member();

  // Where in the file view() begins, of gzip its member.
  [[nodiscard]] std::uint64_t offset() const noexcept;

 private:
  bool read_raw();
  [[nodiscard]] std::string_view raw() const noexcept {
    return std::string_view(raw_).substr(raw_pos_);
  }
  [[nodiscard]] std::uint64_t raw_offset() const noexcept { return raw_begin_ + raw_pos_; }
  bool inflate_some();

  WarcReader::Source source_;
  std::string raw_;
  std::size_t raw_pos_ = 0;
  std::uint64_t raw_begin_ = 0;  // where raw_ begins in the file
  bool is_raw_over_ = false;
  std::string window_;
  std::size_t pos_ = 0;
  std::uint64_t filled_ = 0;  // bytes that were put into window_
  Edge edge_ = Edge::None;
  bool is_gzip_ = false;
  bool is_in_member_ = false;
  std::uint64_t member_start_ = 0;
  std::uint64_t searched_ = 0;  // up to here members were looked for within broken ones
  z_stream stream_ = {};
};

}  // namespace skitter::storage
