#include "parser/scanner.h"

#include <cstdint>
#include <string>

#include "parser/byte_search.h"
#include "parser/charset_legacy.h"
#include "parser/construction.h"
#include "parser/page_builder.h"

namespace skitter::parser {
namespace {

constexpr std::uint8_t byte_at(std::string_view text, std::size_t at) noexcept {
  return at < text.size() ? static_cast<std::uint8_t>(text[at]) : 0;
}

// Bytes of the control character or noncharacter at `at` that gumbo reads as U+FFFD; 0 where there
// is none. NUL is left: what it means depends on where it stands.
std::size_t invalid_size(std::string_view text, std::size_t at) noexcept {
  const std::uint8_t first = byte_at(text, at);
  if (first < 0x20) {
    const bool is_fine =
        first == 0 || first == '\t' || first == '\n' || first == '\f' || first == '\r';
    return is_fine ? 0 : 1;
  }
  if (first < 0x7F) return 0;
  if (first == 0x7F) return 1;
  const std::uint8_t second = byte_at(text, at + 1);
  if (first == 0xC2) return second < 0xA0 ? 2 : 0;
  const std::uint8_t third = byte_at(text, at + 2);
  if (first == 0xEF) {
    const bool is_last = second == 0xBF && third >= 0xBE;                    // U+FFFE, U+FFFF
    const bool is_inner = second == 0xB7 && third >= 0x90 && third <= 0xAF;  // U+FDD0 to U+FDEF
    return is_last || is_inner ? 3 : 0;
  }
  if (first < 0xF0) return 0;
  const bool is_last = (second & 0x0F) == 0x0F && third == 0xBF && byte_at(text, at + 3) >= 0xBE;
  return is_last ? 4 : 0;
}

#if defined(__SSE2__)
// Sixteen bytes in which no character is invalid; false also where this cannot be said at once: where
// there are control characters but for breaks and tabs, or lead bytes of 0xC2 and from 0xEF.
bool is_plain_block(const char* at) noexcept {
  const __m128i bytes = sse2::load(at);
  const __m128i controls = _mm_or_si128(
      _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes), sse2::equals(bytes, '\x7F'));
  const __m128i leads =
      _mm_or_si128(_mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8('\xEF')), bytes),
                   sse2::equals(bytes, '\xC2'));
  const __m128i spaces = _mm_or_si128(sse2::equals(bytes, '\n'), sse2::equals(bytes, '\t'));
  return sse2::mask(_mm_andnot_si128(spaces, _mm_or_si128(controls, leads))) == 0;
}
#endif

// The first invalid character from `at`, or the size.
std::size_t find_invalid(std::string_view text, std::size_t at) noexcept {
  while (at < text.size()) {
#if defined(__SSE2__)
    constexpr std::size_t kStep = 16;
    if (text.size() - at >= kStep && is_plain_block(text.data() + at)) {
      at += kStep;
      continue;
    }
    const std::size_t end = text.size() - at >= kStep ? at + kStep : text.size();
#else
    const std::size_t end = text.size();
#endif
    for (; at < end; ++at) {
      if (invalid_size(text, at) > 0) return at;
    }
  }
  return text.size();
}

// `html` with U+FFFD for its invalid characters; a copy only where there are any.
std::string_view replace_invalid(std::string_view html, std::string& storage) {
  std::size_t found = find_invalid(html, 0);
  if (found == html.size()) return html;
  std::size_t begin = 0;
  storage.reserve(html.size() + 64);
  while (found < html.size()) {
    storage.append(html, begin, found - begin);
    storage += kReplacementCharacter;
    begin = found + invalid_size(html, found);
    found = find_invalid(html, begin);
  }
  storage.append(html, begin);
  return storage;
}

}  // namespace

void scan_html(std::string_view html, Arena& arena, PageBuilder& builder) {
  std::string storage;
  Construction(replace_invalid(html, storage), arena, builder).run();
  builder.finish();
}

}  // namespace skitter::parser
