#include "parser/charset_encode.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "parser/charset.h"
#include "parser/charset_legacy.h"

namespace skitter::parser {
namespace {

// A character, and its bytes as one number.
struct Entry {
  char32_t code_point;
  std::uint32_t bytes;
};
using Table = std::vector<Entry>;  // by code point

std::uint32_t byte_at(std::string_view text, std::size_t i) noexcept {
  return static_cast<unsigned char>(text[i]);
}

// The code point at the front of `text`, which is valid UTF-8 and not empty, and leaves it.
char32_t take_code_point(std::string_view& text) noexcept {
  const std::uint32_t lead = byte_at(text, 0);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code_point = size == 1 ? lead : lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) code_point = code_point << 6 | (byte_at(text, i) & 0x3F);
  text.remove_prefix(size);
  return code_point;
}

void append_bytes(std::string& out, std::uint32_t bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (shift == 0 || bytes >> shift != 0) out += static_cast<char>(bytes >> shift & 0xFF);
  }
}

bool is_private_use(char32_t c) noexcept {
  return c >= 0xE000 && c <= 0xF8FF;
}

// What a decoder reads and an encoder never writes, beside the second of two codes for one
// character.
bool is_read_only(std::string_view encoding, const Entry& entry) noexcept {
  const std::uint32_t lead = entry.bytes >> 8;
  if (encoding == "shift_jis") {  // rows that repeat others, and characters of the user's own
    return lead == 0xED || lead == 0xEE || is_private_use(entry.code_point);
  }
  if (encoding == "big5") return lead < 0xA1;  // the extension of Hong Kong
  if (encoding.starts_with("gb")) return entry.code_point == 0xE5E5 || entry.bytes <= 0xFF;
  return false;
}

// §11.1 (Big5): of these the later code is written.
bool is_later_preferred(std::string_view encoding, char32_t c) noexcept {
  constexpr std::u32string_view kLater = U"\u2550\u255E\u2561\u256A\u5341\u5345";
  return encoding == "big5" && kLater.find(c) != std::u32string_view::npos;
}

// All codes of an encoding that are more than ASCII, in its own order.
std::vector<std::uint32_t> all_codes(std::string_view encoding) {
  std::vector<std::uint32_t> codes;
  for (std::uint32_t byte = 0x80; byte <= 0xFF; ++byte) codes.push_back(byte);
  const bool has_pairs = encoding.starts_with("gb") || encoding == "big5" ||
                         encoding.starts_with("euc-") || encoding == "shift_jis";
  if (!has_pairs) return codes;
  for (std::uint32_t lead = 0x81; lead <= 0xFE; ++lead) {
    for (std::uint32_t trail = 0x40; trail <= 0xFE; ++trail) codes.push_back(lead << 8 | trail);
  }
  if (encoding != "gb18030") return codes;
  constexpr std::uint32_t kInBasicPlane = 39'420;  // codes of four bytes
  for (std::uint32_t i = 0; i < kInBasicPlane; ++i) {
    codes.push_back((0x81 + i / 12'600) << 24 | (0x30 + i / 1'260 % 10) << 16 |
                    (0x81 + i / 10 % 126) << 8 | (0x30 + i % 10));
  }
  return codes;
}

// One look at all codes, each on a line of its own. A line of one character tells what that code
// means.
Table make_table(std::string_view encoding) {
  const std::vector<std::uint32_t> codes = all_codes(encoding);
  std::string bytes;
  for (const std::uint32_t code : codes) {
    append_bytes(bytes, code);
    bytes += '\n';
  }
  std::string text;
  (void)append_legacy(text, bytes, encoding);  // x-user-defined has no table
  Table table;
  std::string_view rest = text;
  for (const std::uint32_t code : codes) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.empty() || line.starts_with(kReplacementCharacter)) continue;
    const Entry entry{take_code_point(line), code};
    const bool is_code = line.empty() && entry.code_point >= 0x80;
    if (is_code && !is_read_only(encoding, entry)) table.push_back(entry);
  }
  std::stable_sort(table.begin(), table.end(),
                   [](const Entry& a, const Entry& b) { return a.code_point < b.code_point; });
  Table unique;
  for (const Entry& entry : table) {
    if (unique.empty() || unique.back().code_point != entry.code_point) {
      unique.push_back(entry);
    } else if (is_later_preferred(encoding, entry.code_point)) {
      unique.back() = entry;
    }
  }
  unique.shrink_to_fit();
  return unique;
}

const Table& table_of(std::string_view encoding) {
  struct Slot {
    std::once_flag once;
    Table table;
  };
  static std::array<Slot, kLegacyEncodings> slots;
  Slot& slot = slots[legacy_index(encoding)];
  std::call_once(slot.once, [&] { slot.table = make_table(encoding); });
  return slot.table;
}

std::optional<std::uint32_t> find(const Table& table, char32_t code_point) {
  const auto found =
      std::lower_bound(table.begin(), table.end(), code_point,
                       [](const Entry& entry, char32_t c) { return entry.code_point < c; });
  if (found == table.end() || found->code_point != code_point) return std::nullopt;
  return found->bytes;
}

// Japanese encodings have no minus but the wide one (§12).
char32_t with_known_minus(char32_t code_point) noexcept {
  return code_point == 0x2212 ? 0xFF0D : code_point;
}

std::optional<std::uint32_t> find_bytes(std::string_view encoding, char32_t c) {
  if (encoding == "x-user-defined") {
    return c >= 0xF780 && c <= 0xF7FF ? std::optional<std::uint32_t>(c - 0xF700) : std::nullopt;
  }
  if (encoding == "gbk" && c == 0x20AC) return 0x80;
  if (encoding == "gb18030" && c >= 0x10000) {
    const std::uint32_t i = c - 0x10000;
    return (0x90 + i / 12'600) << 24 | (0x30 + i / 1'260 % 10) << 16 | (0x81 + i / 10 % 126) << 8 |
           (0x30 + i % 10);
  }
  if (encoding == "shift_jis" || encoding == "euc-jp") {
    if (c == 0xA5) return '\\';
    if (c == 0x203E) return '~';
    c = with_known_minus(c);
  }
  return find(table_of(encoding), c);
}

void append_reference(std::string& out, char32_t code_point) {
  out.append("%26%23").append(std::to_string(static_cast<std::uint32_t>(code_point))).append("%3B");
}

// §12.2 (ISO-2022-JP): escapes switch between ASCII, its Roman variant and the kanji.
class EscapedWriter {
 public:
  std::string write(std::string_view text) {
    while (!text.empty()) add(take_code_point(text));
    switch_to(Set::Ascii);
    return std::move(out_);
  }

 private:
  enum class Set { Ascii, Roman, Kanji };

  void add(char32_t c) {
    if (c < 0x80) {
      const bool is_in_roman = set_ == Set::Roman && c != '\\' && c != '~';
      if (!is_in_roman) switch_to(Set::Ascii);
      const bool is_escape = c == 0x0E || c == 0x0F || c == 0x1B;  // would be read as one
      if (is_escape) return append_reference(out_, 0xFFFD);
      out_ += static_cast<char>(c);
      return;
    }
    if (c == 0xA5 || c == 0x203E) {
      switch_to(Set::Roman);
      out_ += c == 0xA5 ? '\\' : '~';
      return;
    }
    const auto bytes = find(table_of("euc-jp"), as_wide(with_known_minus(c)));
    const bool is_kanji = bytes && (*bytes >> 8) >= 0xA1;
    if (!is_kanji) {
      if (set_ == Set::Kanji) switch_to(Set::Ascii);
      return append_reference(out_, c);
    }
    switch_to(Set::Kanji);
    append_bytes(out_, *bytes & 0x7F7F);
  }

  void switch_to(Set set) {
    if (set == set_) return;
    set_ = set;
    out_ += set == Set::Ascii ? "\x1B(B" : set == Set::Roman ? "\x1B(J" : "\x1B$B";
  }

  // The set has no katakana of half width.
  static char32_t as_wide(char32_t c) noexcept {
    constexpr std::u32string_view kWide =
        U"。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソ"
        U"タチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
    static_assert(kWide.size() == 0xFF9F - 0xFF61 + 1);
    return c >= 0xFF61 && c <= 0xFF9F ? kWide[c - 0xFF61] : c;
  }

  std::string out_;
  Set set_ = Set::Ascii;
};

}  // namespace

bool is_encoded_as_utf8(std::string_view encoding) noexcept {
  return encoding == "utf-8" ||
         (legacy_index(encoding) == kLegacyEncodings && encoding != "x-user-defined");
}

std::string from_utf8(std::string_view text, std::string_view encoding) {
  if (is_encoded_as_utf8(encoding)) return std::string(text);
  if (encoding == "iso-2022-jp") return EscapedWriter().write(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const char32_t c = take_code_point(text);
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (const auto bytes = find_bytes(encoding, c)) {
      append_bytes(out, *bytes);
    } else {
      append_reference(out, c);
    }
  }
  return out;
}

}  // namespace skitter::parser
