#include "parser/charset.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "parser/ascii.h"
#include "parser/byte_search.h"
#include "parser/charset_labels.h"
#include "parser/charset_legacy.h"
#include "parser/charset_prescan.h"

namespace skitter::parser {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::size_t kPrescanBytes = 1024;
// Browsers act on a meta element wherever it stands, by starting over. Pages that open with long
// scripts need that, and are only looked at so when they are not UTF-8.
constexpr std::size_t kLatePrescanBytes = 64 * 1024;

struct Sequence {
  std::size_t size;  // of a wrong one: the bytes that one U+FFFD stands for
  bool is_valid;
};

// The sequence at the front of `text`, which does not begin with ASCII (Encoding Standard §8.1.1).
Sequence first_sequence(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // Only the second byte may be narrowed: no overlong forms, no surrogates, nothing past U+10FFFF.
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < size; ++i) {
    if (i == text.size() || byte(i) < low || byte(i) > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {size, true};
}

// Sixteen bytes at a time: pages are mostly ASCII.
std::size_t ascii_run(std::string_view text) noexcept {
  std::size_t at = 0;
#if defined(__SSE2__)
  constexpr std::size_t kStep = 16;
  for (; text.size() - at >= kStep; at += kStep) {
    const unsigned found = sse2::mask(sse2::load(text.data() + at));  // the high bit of each
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found));
  }
#endif
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

// Length of the longest front part that is valid UTF-8.
std::size_t valid_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (true) {
    at += ascii_run(text.substr(at));
    // Other scripts come in runs as well.
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
      const auto [size, is_valid] = first_sequence(text.substr(at));
      if (!is_valid) return at;
      at += size;
    }
    if (at == text.size()) return at;
  }
}

void append_lossy_utf8(std::string& out, std::string_view bytes) {
  out.reserve(bytes.size() + 64);
  while (true) {
    const std::size_t valid = valid_prefix(bytes);
    out.append(bytes.substr(0, valid));
    bytes.remove_prefix(valid);
    if (bytes.empty()) return;
    out += kReplacementCharacter;
    bytes.remove_prefix(first_sequence(bytes).size);
  }
}

void append_utf16(std::string& out, std::string_view bytes, std::endian order) {
  const auto unit_at = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(order == std::endian::little ? first | second << 8
                                                              : first << 8 | second);
  };
  out.reserve(bytes.size());
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    const char32_t unit = unit_at(i);
    if (unit < 0xD800 || unit > 0xDFFF) {
      append_utf8(out, unit);
      continue;
    }
    const char32_t next = unit <= 0xDBFF && i + 3 < bytes.size() ? unit_at(i + 2) : 0;
    if (next >= 0xDC00 && next <= 0xDFFF) {
      append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00));
      i += 2;
    } else if (i + 3 == bytes.size() && unit <= 0xDBFF) {
      break;  // the half unit after it is part of the same error
    } else {
      out += kReplacementCharacter;
    }
  }
  if (i < bytes.size()) out += kReplacementCharacter;
}

std::optional<std::string_view> encoding_from_mark(std::string_view bytes) noexcept {
  if (bytes.starts_with(kUtf8Mark)) return "utf-8";
  if (bytes.starts_with("\xFE\xFF")) return "utf-16be";
  if (bytes.starts_with("\xFF\xFE")) return "utf-16le";
  return std::nullopt;
}

std::optional<std::string_view> encoding_from_transport(std::string_view bytes,
                                                        std::string_view http_charset) noexcept {
  const auto marked = encoding_from_mark(bytes);
  return marked ? marked : encoding_from_label(http_charset);
}

}  // namespace

std::optional<std::string_view> encoding_from_label(std::string_view label) noexcept {
  constexpr std::string_view kBlanks = "\t\n\f\r ";
  const auto begin = label.find_first_not_of(kBlanks);
  if (begin == label.npos) return std::nullopt;
  label = label.substr(begin, label.find_last_not_of(kBlanks) - begin + 1);
  std::array<char, 32> lower;  // longer than any label
  if (label.size() > lower.size()) return std::nullopt;
  std::transform(label.begin(), label.end(), lower.begin(), ascii::to_lower);
  return find_label({lower.data(), label.size()});
}

std::optional<std::string_view> declared_encoding(std::string_view bytes,
                                                  std::string_view http_charset) {
  const auto known = encoding_from_transport(bytes, http_charset);
  return known ? known : prescan_meta(bytes.substr(0, kPrescanBytes));
}

std::string_view sniff_encoding(std::string_view bytes, std::string_view http_charset) {
  if (const auto declared = declared_encoding(bytes, http_charset)) return *declared;
  if (is_valid_utf8(bytes)) return "utf-8";
  return prescan_meta(bytes.substr(0, kLatePrescanBytes)).value_or("windows-1252");
}

std::string_view sniff_text_encoding(std::string_view bytes, std::string_view http_charset) {
  if (const auto known = encoding_from_transport(bytes, http_charset)) return *known;
  if (const auto declared = xml_encoding(bytes.substr(0, kPrescanBytes))) return *declared;
  return is_valid_utf8(bytes) ? "utf-8" : "windows-1252";
}

std::string_view to_utf8(std::string_view bytes, std::string_view encoding, std::string& storage) {
  if (encoding_from_mark(bytes) == encoding) bytes.remove_prefix(encoding == "utf-8" ? 3 : 2);
  storage.clear();
  if (encoding == "utf-16le") {
    append_utf16(storage, bytes, std::endian::little);
  } else if (encoding == "utf-16be") {
    append_utf16(storage, bytes, std::endian::big);
  } else if (encoding == "replacement") {
    if (!bytes.empty()) storage = kReplacementCharacter;
  } else if (encoding == "x-user-defined") {
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      append_utf8(storage, byte < 0x80 ? byte : 0xF700u + byte);
    }
  } else if (!append_legacy(storage, bytes, encoding)) {
    if (is_valid_utf8(bytes)) return bytes;
    append_lossy_utf8(storage, bytes);
  }
  return storage;
}

bool is_valid_utf8(std::string_view text) noexcept {
  return valid_prefix(text) == text.size();
}

}  // namespace skitter::parser
