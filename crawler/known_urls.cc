#include "crawler/known_urls.h"

#include <bit>
#include <utility>

namespace skitter::crawler {

static_assert(sizeof(KnownUrls::Row) == 16);

namespace {

constexpr int kTagBits = 32;

}  // namespace

KnownUrls::KnownUrls() : slots_(kFirstSlots), shift_(kTagBits - std::countr_zero(kFirstSlots)) {}

std::size_t KnownUrls::probe(std::uint32_t tag, std::size_t slot) const noexcept {
  while (slots_[slot].id != 0 && slots_[slot].tag != tag) slot = after(slot);
  return slot;
}

UrlId KnownUrls::find(std::uint64_t fingerprint) const noexcept {
  const std::uint32_t tag = tag_of(fingerprint);
  std::size_t slot = probe(tag, home_of(tag));
  while (slots_[slot].id != 0 && (*this)[slots_[slot].id].fingerprint != fingerprint) {
    slot = probe(tag, after(slot));
  }
  return slots_[slot].id;
}

// In three passes, so that the waits for all slots overlap, and then those for all rows.
void KnownUrls::find_all(std::span<const std::uint64_t> fingerprints,
                         std::vector<UrlId>& ids) const {
  for (const std::uint64_t fingerprint : fingerprints) {
    __builtin_prefetch(&slots_[home_of(tag_of(fingerprint))]);
  }
  ids.clear();
  for (const std::uint64_t fingerprint : fingerprints) {
    const std::uint32_t tag = tag_of(fingerprint);
    const UrlId id = slots_[probe(tag, home_of(tag))].id;
    if (id != 0) __builtin_prefetch(&(*this)[id]);
    ids.push_back(id);
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool is_another = ids[i] != 0 && (*this)[ids[i]].fingerprint != fingerprints[i];
    if (is_another) ids[i] = find(fingerprints[i]);
  }
}

UrlId KnownUrls::add(Row row) {
  if (size_ == blocks_.size() * kBlock) blocks_.emplace_back(kBlock);
  if ((size_ + 1) * 4 > slots_.size() * 3) grow();
  const auto id = static_cast<UrlId>(++size_);
  (*this)[id] = row;
  put({tag_of(row.fingerprint), id});
  return id;
}

void KnownUrls::put(Slot slot) noexcept {
  std::size_t free = home_of(slot.tag);
  while (slots_[free].id != 0) free = after(free);
  slots_[free] = slot;
}

// Tags in order of their slots stay so, nearly: both tables are gone through from front to back.
void KnownUrls::grow() {
  decltype(slots_) before(slots_.size() * 2);
  std::swap(slots_, before);
  --shift_;
  for (const Slot& slot : before) {
    if (slot.id != 0) put(slot);
  }
}

}  // namespace skitter::crawler
