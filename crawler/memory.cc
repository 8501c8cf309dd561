#include "crawler/memory.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <uv.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string_view>

namespace skitter::crawler {
namespace {

thread_local std::uint64_t refusals = 0;

void* noted(void* memory) noexcept {
  if (memory == nullptr) ++refusals;
  return memory;
}

void* curl_malloc(std::size_t bytes) noexcept {
  return noted(std::malloc(bytes));
}
void* curl_calloc(std::size_t count, std::size_t bytes) noexcept {
  return noted(std::calloc(count, bytes));
}
void* curl_realloc(void* memory, std::size_t bytes) noexcept {
  void* const moved = std::realloc(memory, bytes);
  return bytes == 0 ? moved : noted(moved);
}
char* curl_strdup(const char* text) noexcept {
  return static_cast<char*>(noted(::strdup(text)));
}

// libuv 1.44 aborts where its table of descriptors cannot grow, the one thing that it reallocates.
void* uv_realloc_or_end(void* memory, std::size_t bytes) noexcept {
  void* const moved = std::realloc(memory, bytes);
  if (moved == nullptr && bytes > 0) end_out_of_memory();
  return moved;
}

struct Libraries {
  Libraries() {
    // Fails for a null function only.
    (void)uv_replace_allocator(&std::malloc, &uv_realloc_or_end, &std::calloc, &std::free);
    const CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, &curl_malloc, &std::free,
                                               &curl_realloc, &curl_strdup, &curl_calloc);
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code != CURLE_OK) {
      throw std::runtime_error(fmt::format("libcurl: {}", curl_easy_strerror(code)));
    }
  }
};

}  // namespace

void set_up_libraries() {
  static const Libraries libraries;
}

std::uint64_t curl_refusals() noexcept {
  return refusals;
}

void end_out_of_memory() noexcept {
  constexpr std::string_view kWords =
      "skitter: out of memory: what was committed stays; with more memory the same command again "
      "goes on\n";
  (void)::write(STDERR_FILENO, kWords.data(), kWords.size());
  ::_exit(1);
}

}  // namespace skitter::crawler
