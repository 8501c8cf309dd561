#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crawler/huge_pages.h"
#include "storage/record.h"

namespace skitter::crawler {

using storage::HostId;
using storage::Outcome;
using storage::UrlId;

// The seen set: every URL ever found, by the fingerprint of its canonical form, with what the crawl
// must remember of it. The texts are in the database.
//
// The one structure that grows with the crawl: 16 bytes a URL in rows, and 8 bytes a slot in a
// table that is between three eighths and three quarters full: 27 to 37 bytes in all. Rows lie in
// blocks, so that growing does not copy them.
//
// Thread:  loop.
class KnownUrls {
 public:
  struct Row {
    std::uint64_t fingerprint = 0;
    HostId host = 0;
    std::uint16_t depth = 0;  // least number of links from a seed, as known by now
    std::uint8_t hops = 0;    // least number of redirects since the last link
    std::uint8_t state = 0;

    // nullopt: only the target of a link that is not followed.
    [[nodiscard]] std::optional<Outcome> outcome() const noexcept {
      const unsigned word = state & kOutcomeMask;
      return word == kTargetOnly ? std::nullopt : std::optional(static_cast<Outcome>(word));
    }
    void set_outcome(std::optional<Outcome> outcome) noexcept {
      const unsigned word = outcome ? static_cast<unsigned>(*outcome) : kTargetOnly;
      state = static_cast<std::uint8_t>((state & ~kOutcomeMask) | word);
    }
    // Queued, and in a host's window, a retry or in flight: a refill need not bring it.
    [[nodiscard]] bool is_in_memory() const noexcept { return (state & kInMemory) != 0; }
    void set_in_memory(bool value) noexcept { set_flag(kInMemory, value); }
    // Only links that forbid following it were found; of a trap: only links too many of their page.
    [[nodiscard]] bool is_nofollow() const noexcept { return (state & kNofollow) != 0; }
    void set_nofollow(bool value) noexcept { set_flag(kNofollow, value); }
    // Its links are to be offered again, since it was found nearer.
    [[nodiscard]] bool is_nearer() const noexcept { return (state & kNearer) != 0; }
    void set_nearer(bool value) noexcept { set_flag(kNearer, value); }

   private:
    static constexpr unsigned kOutcomeMask = 0x1f;
    static constexpr unsigned kTargetOnly = 0x1f;
    static constexpr unsigned kNofollow = 0x20;
    static constexpr unsigned kNearer = 0x40;
    static constexpr unsigned kInMemory = 0x80;
    static_assert(storage::kOutcomeCount <= static_cast<int>(kTargetOnly));

    void set_flag(unsigned flag, bool value) noexcept {
      state = static_cast<std::uint8_t>(value ? state | flag : state & ~flag);
    }
  };

  KnownUrls();

  [[nodiscard]] UrlId find(std::uint64_t fingerprint) const noexcept;  // 0: never seen
  // The same for many, whose waits for memory overlap: ids[i] of fingerprints[i].
  void find_all(std::span<const std::uint64_t> fingerprints, std::vector<UrlId>& ids) const;
  // Ids are given out from 1 without gaps. The fingerprint must not be there.
  UrlId add(Row row);
  [[nodiscard]] Row& operator[](UrlId id) noexcept {
    return blocks_[(id - 1) / kBlock][(id - 1) % kBlock];
  }
  [[nodiscard]] const Row& operator[](UrlId id) const noexcept {
    return blocks_[(id - 1) / kBlock][(id - 1) % kBlock];
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t kBlock = 131'072;  // rows of 2 MiB

  // Of a table with open addressing. A tag is mistaken for that of another URL once in hundreds of
  // times, so that finding one takes two waits for memory: for its slot and for its row. The tag's
  // first bits say where its slot is, so that growing reads no row.
  struct Slot {
    std::uint32_t tag = 0;  // the fingerprint's first half
    UrlId id = 0;           // 0: free
  };
  static constexpr std::size_t kFirstSlots = 1024;

  [[nodiscard]] static std::uint32_t tag_of(std::uint64_t fingerprint) noexcept {
    return static_cast<std::uint32_t>(fingerprint >> 32);
  }
  [[nodiscard]] std::size_t home_of(std::uint32_t tag) const noexcept { return tag >> shift_; }
  [[nodiscard]] std::size_t after(std::size_t slot) const noexcept {
    return (slot + 1) & (slots_.size() - 1);
  }
  // The first slot from `slot` on that is free or has the tag.
  [[nodiscard]] std::size_t probe(std::uint32_t tag, std::size_t slot) const noexcept;
  void put(Slot slot) noexcept;
  void grow();

  std::vector<std::vector<Row, HugePages<Row>>> blocks_;  // of kBlock rows
  std::size_t size_ = 0;
  std::vector<Slot, HugePages<Slot>> slots_;  // a power of two of them
  int shift_ = 0;                             // of a tag, to the number of a slot
};

}  // namespace skitter::crawler
