#include "parser/url_encode.h"

#include <array>

#include "parser/url_ascii.h"

namespace skitter::parser {
namespace {

constexpr std::uint8_t bit(EncodeSet set) {
  return static_cast<std::uint8_t>(set);
}

// A byte's sets. Each set but the fragment's adds to the one before it.
constexpr std::array<std::uint8_t, 256> make_sets() {
  constexpr std::uint8_t kPathUp = bit(EncodeSet::Path) | bit(EncodeSet::Userinfo);
  constexpr std::uint8_t kQueryUp = bit(EncodeSet::Query) | bit(EncodeSet::SpecialQuery) | kPathUp;
  constexpr std::uint8_t kAll = bit(EncodeSet::C0Control) | bit(EncodeSet::Fragment) | kQueryUp;

  std::array<std::uint8_t, 256> sets{};
  const auto add = [&sets](std::string_view bytes, std::uint8_t bits) {
    for (const char byte : bytes) sets[static_cast<unsigned char>(byte)] |= bits;
  };
  for (std::size_t i = 0; i < 0x20; ++i) sets[i] = kAll;
  for (std::size_t i = 0x7f; i < 0x100; ++i) sets[i] = kAll;
  add(" \"<>`", bit(EncodeSet::Fragment));
  add(" \"#<>", kQueryUp);
  add("'", bit(EncodeSet::SpecialQuery));
  add("?^`{}", kPathUp);
  add("/:;=@[\\]|", bit(EncodeSet::Userinfo));
  return sets;
}

constexpr std::array<std::uint8_t, 256> kSets = make_sets();

constexpr char kUpperHex[] = "0123456789ABCDEF";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// How many bytes at `at` are one code point; 0 where they are malformed, and then `*bad` says how
// many of them one replacement stands for.
std::size_t sequence_length(std::string_view text, std::size_t at, std::size_t* bad) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  std::size_t length = 0;
  unsigned low = 0x80;  // what the second byte may be: no overlong form, surrogate or > U+10FFFF
  unsigned high = 0xbf;
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  }
  *bad = 1;
  if (length == 0) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) {
      *bad = i;
      return 0;
    }
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

}  // namespace

bool is_in_set(char byte, EncodeSet set) noexcept {
  return (kSets[static_cast<unsigned char>(byte)] & bit(set)) != 0;
}

std::size_t find_in_set(std::string_view text, std::size_t from, EncodeSet set) noexcept {
  while (from < text.size() && !is_in_set(text[from], set)) ++from;
  return from;
}

void append_encoded(std::string& out, std::string_view text, EncodeSet set) {
  std::size_t from = 0;
  for (;;) {
    const std::size_t at = find_in_set(text, from, set);
    out.append(text, from, at - from);
    if (at == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[at]);
    const char encoded[] = {'%', kUpperHex[byte >> 4], kUpperHex[byte & 0xf]};
    out.append(encoded, sizeof encoded);
    from = at + 1;
  }
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    if (escape) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_ascii(std::string_view text) noexcept {
  unsigned char all = 0;
  for (const char byte : text) all |= static_cast<unsigned char>(byte);
  return all < 0x80;
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t bad = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t length = sequence_length(text, at, &bad); length != 0) {
      out.append(text, at, length);
      at += length;
    } else {
      out += kReplacement;
      at += bad;
    }
  }
  return out;
}

}  // namespace skitter::parser
