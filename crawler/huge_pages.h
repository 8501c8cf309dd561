#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace skitter::crawler {

// Allocates what is asked for all over, at random: from 2 MiB on it lies on huge pages where the
// system gives them (madvise(2), MADV_HUGEPAGE), so that a look-up waits for its line of memory
// only, and not for the page table's as well.
//
// Errors:  std::bad_alloc.
template <typename T>
struct HugePages {
  using value_type = T;

  HugePages() = default;
  template <typename U>
  HugePages(const HugePages<U>&) noexcept {}

  [[nodiscard]] T* allocate(std::size_t count) {
    std::size_t bytes = count * sizeof(T);
    void* memory = nullptr;
    if (bytes < kPage) {
      memory = std::malloc(bytes);
    } else {
      bytes = (bytes + kPage - 1) / kPage * kPage;
      memory = std::aligned_alloc(kPage, bytes);
      if (memory != nullptr) (void)madvise(memory, bytes, MADV_HUGEPAGE);  // a wish
    }
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) noexcept { std::free(memory); }

  friend bool operator==(const HugePages&, const HugePages&) noexcept { return true; }

 private:
  static constexpr std::size_t kPage = 2u << 20;
};

}  // namespace skitter::crawler
