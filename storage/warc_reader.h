#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "parser/headers.h"

namespace skitter::storage {

// The records of a WARC file, one after the other, as the bytes come: nothing is sought, and no
// more is held than kMostHeld, whatever a record says its length is.
//
//     while (reader.next()) {
//       for (auto piece = reader.read(); !piece.empty(); piece = reader.read()) take(piece);
//       if (reader.finish()) keep();   // else it was told, and is to be forgotten
//     }
//
// Plain or gzip, by the first bytes; of gzip a member a record, or several records a member. What is
// damaged is told with its offset and passed over, up to the next gzip member or the next line that
// says "WARC/1.", in time linear in the file. A record of a plain file whose length is wrong takes
// those with it that it reaches over.
//
// Thread:  one at a time.
// Errors:  what the source throws. All else is told, and is not the end.
// Source:  ISO 28500:2009 and 2017 (WARC/1.0 and 1.1), §4; RFC 1952.
class WarcReader {
 public:
  static constexpr std::size_t kMaxHeaderBytes = 64 * 1024;  // of one record
  static constexpr std::size_t kMostHeld = 2u << 20;

  // Puts up to `size` bytes at `room` and gives how many; 0 at the end.
  using Source = std::function<std::size_t(char* room, std::size_t size)>;
  // Where, in the file, the damaged record or its gzip member begins; and what is wrong.
  using OnDamage = std::function<void(std::uint64_t offset, std::string_view what)>;

  WarcReader(Source source, OnDamage on_damage);
  WarcReader(const WarcReader&) = delete;
  WarcReader& operator=(const WarcReader&) = delete;
  ~WarcReader();

  // On to the next record, past what is left of the one before. False at the end of the file.
  [[nodiscard]] bool next();
  // Of the record in hand. There is a WARC-Type.
  [[nodiscard]] const parser::Headers& header() const noexcept;
  [[nodiscard]] std::uint64_t length() const noexcept;  // of its block, by Content-Length
  [[nodiscard]] std::uint64_t offset() const noexcept;  // as OnDamage has it
  // The next piece of its block, which holds until the next call; empty when there is no more.
  [[nodiscard]] std::string_view read();
  // Reads to the record's end. True where it is whole, and its gzip member's checksum, where that
  // ends with it, is right.
  bool finish();

  // The file ends within a record. It was told.
  [[nodiscard]] bool is_truncated() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Does a file that begins so hold records, by all that can be seen?
[[nodiscard]] bool is_warc(std::string_view first_bytes) noexcept;

}  // namespace skitter::storage
