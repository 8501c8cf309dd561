#pragma once

#include <cstddef>
#include <cstdint>

#include "parser/html_space.h"

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

// Searches that a scanner makes for every few bytes of a page: too short for a call of memchr() to
// pay. With SSE2 (every x86-64) sixteen bytes at a time, otherwise byte by byte.
//
// Internal to parser/.
namespace skitter::parser {

#if defined(__SSE2__)
namespace sse2 {

inline constexpr std::ptrdiff_t kStep = 16;

[[nodiscard]] inline __m128i load(const char* at) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}
[[nodiscard]] inline __m128i equals(__m128i bytes, char c) noexcept {
  return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));
}
// One bit for each byte, the first byte lowest.
[[nodiscard]] inline unsigned mask(__m128i bytes) noexcept {
  return static_cast<unsigned>(_mm_movemask_epi8(bytes));
}
// Which of the bytes are white space as HTML means it.
[[nodiscard]] inline unsigned html_spaces(__m128i bytes) noexcept {
  const __m128i breaks = _mm_or_si128(equals(bytes, '\n'), equals(bytes, '\r'));
  const __m128i others = _mm_or_si128(equals(bytes, '\t'), equals(bytes, '\f'));
  return mask(_mm_or_si128(equals(bytes, ' '), _mm_or_si128(breaks, others)));
}

}  // namespace sse2
#endif

// Which of the bytes at [at, at + 64) are white space, one bit for each, the first byte lowest.
[[nodiscard]] inline std::uint64_t html_spaces_of_64(const char* at) noexcept {
  std::uint64_t spaces = 0;
#if defined(__SSE2__)
  for (int i = 0; i < 64; i += sse2::kStep) {
    spaces |= std::uint64_t{sse2::html_spaces(sse2::load(at + i))} << i;
  }
#else
  for (int i = 0; i < 64; ++i) spaces |= std::uint64_t{is_html_space(at[i])} << i;
#endif
  return spaces;
}

// The first ASCII digit in [at, end), or end.
[[nodiscard]] inline const char* find_digit(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  for (; end - at >= sse2::kStep; at += sse2::kStep) {
    // Moved so that the digits are the ten least of all signed bytes.
    const __m128i moved = _mm_add_epi8(sse2::load(at), _mm_set1_epi8(0x80 - '0'));
    const unsigned found = sse2::mask(_mm_cmplt_epi8(moved, _mm_set1_epi8(-128 + 10)));
    if (found != 0) return at + std::countr_zero(found);
  }
#endif
  while (at != end && !(*at >= '0' && *at <= '9')) ++at;
  return at;
}

// The first `c` in [at, end), or end.
[[nodiscard]] inline const char* find_byte(const char* at, const char* end, char c) noexcept {
#if defined(__SSE2__)
  for (; end - at >= sse2::kStep; at += sse2::kStep) {
    const unsigned found = sse2::mask(sse2::equals(sse2::load(at), c));
    if (found != 0) return at + std::countr_zero(found);
  }
#endif
  while (at != end && *at != c) ++at;
  return at;
}

// The first byte that must be decoded in a text or an attribute's value, or end.
[[nodiscard]] inline const char* find_special(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  for (; end - at >= sse2::kStep; at += sse2::kStep) {
    const __m128i bytes = sse2::load(at);
    const unsigned found =
        sse2::mask(_mm_or_si128(sse2::equals(bytes, '&'), _mm_or_si128(sse2::equals(bytes, '\0'),
                                                                       sse2::equals(bytes, '\r'))));
    if (found != 0) return at + std::countr_zero(found);
  }
#endif
  while (at != end && *at != '&' && *at != '\0' && *at != '\r') ++at;
  return at;
}

// Where text ends, and whether it holds anything that must be decoded.
struct TextRun {
  const char* end;   // the next '<', or the end of the page
  bool has_special;  // '&' or NUL in front of it
};

[[nodiscard]] inline TextRun find_text_end(const char* at, const char* end) noexcept {
  bool has_special = false;
#if defined(__SSE2__)
  for (; end - at >= sse2::kStep; at += sse2::kStep) {
    const __m128i bytes = sse2::load(at);
    const unsigned special =
        sse2::mask(_mm_or_si128(sse2::equals(bytes, '&'), sse2::equals(bytes, '\0')));
    const unsigned tag = sse2::mask(sse2::equals(bytes, '<'));
    if (tag != 0)
      return {at + std::countr_zero(tag), has_special || (special & (tag - 1) & ~tag) != 0};
    has_special |= special != 0;
  }
#endif
  for (; at != end && *at != '<'; ++at) has_special |= *at == '&' || *at == '\0';
  return {at, has_special};
}

}  // namespace skitter::parser
