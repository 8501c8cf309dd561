#include "parser/charset_legacy.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <iterator>

namespace skitter::parser {
namespace {

enum class Width { Single, Multi, Escaped };

// The glibc converters that come nearest to the standard's tables.
struct Converter {
  std::string_view encoding;
  const char* iconv_name;
  Width width;
};

constexpr Converter kConverters[] = {
    {"big5", "BIG5-HKSCS", Width::Multi},
    {"euc-jp", "EUC-JP-MS", Width::Multi},
    {"euc-kr", "UHC", Width::Multi},
    {"gb18030", "GB18030", Width::Multi},
    {"gbk", "GB18030", Width::Multi},
    {"ibm866", "IBM866", Width::Single},
    {"iso-2022-jp", "EUC-JP-MS", Width::Escaped},
    {"iso-8859-2", "ISO-8859-2", Width::Single},
    {"iso-8859-3", "ISO-8859-3", Width::Single},
    {"iso-8859-4", "ISO-8859-4", Width::Single},
    {"iso-8859-5", "ISO-8859-5", Width::Single},
    {"iso-8859-6", "ISO-8859-6", Width::Single},
    {"iso-8859-7", "ISO-8859-7", Width::Single},
    {"iso-8859-8", "ISO-8859-8", Width::Single},
    {"iso-8859-8-i", "ISO-8859-8", Width::Single},
    {"iso-8859-10", "ISO-8859-10", Width::Single},
    {"iso-8859-13", "ISO-8859-13", Width::Single},
    {"iso-8859-14", "ISO-8859-14", Width::Single},
    {"iso-8859-15", "ISO-8859-15", Width::Single},
    {"iso-8859-16", "ISO-8859-16", Width::Single},
    {"koi8-r", "KOI8-R", Width::Single},
    {"koi8-u", "KOI8-U", Width::Single},
    {"macintosh", "MACINTOSH", Width::Single},
    {"shift_jis", "CP932", Width::Multi},
    {"windows-1250", "CP1250", Width::Single},
    {"windows-1251", "CP1251", Width::Single},
    {"windows-1252", "CP1252", Width::Single},
    {"windows-1253", "CP1253", Width::Single},
    {"windows-1254", "CP1254", Width::Single},
    {"windows-1255", "CP1255", Width::Single},
    {"windows-1256", "CP1256", Width::Single},
    {"windows-1257", "CP1257", Width::Single},
    {"windows-1258", "CP1258", Width::Single},
    {"windows-874", "CP874", Width::Single},
    {"x-mac-cyrillic", "MAC-UK", Width::Single},
};

// Where glibc's tables differ from the standard's indexes.
struct Difference {
  std::string_view encoding;
  unsigned char byte;
  char32_t code_point;
};

constexpr Difference kDifferences[] = {
    {"koi8-u", 0xAE, 0x045E},    {"koi8-u", 0xBE, 0x040E},       {"macintosh", 0xC6, 0x2206},
    {"macintosh", 0xF0, 0xF8FF}, {"windows-1255", 0xCA, 0x05BA}, {"x-mac-cyrillic", 0xFF, 0x20AC},
};

// A conversion to UTF-8.
class Iconv {
 public:
  explicit Iconv(const char* from) noexcept : handle_(iconv_open("UTF-8", from)) {}
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;
  ~Iconv() {
    if (is_open()) iconv_close(handle_);
  }

  [[nodiscard]] bool is_open() const noexcept {
    return handle_ != reinterpret_cast<iconv_t>(-1);  // NOLINT: how iconv says "no"
  }

  // Takes what it can off the front of `input`; 0, or the errno that says why it stopped.
  int convert(std::string_view& input, std::string& out) {
    std::array<char, 16 * 1024> buffer;
    while (true) {
      char* from = const_cast<char*>(input.data());  // iconv only reads it
      std::size_t from_left = input.size();
      char* to = buffer.data();
      std::size_t to_left = buffer.size();
      const std::size_t result = iconv(handle_, &from, &from_left, &to, &to_left);
      const int error = result == static_cast<std::size_t>(-1) ? errno : 0;
      out.append(buffer.data(), to);
      input.remove_prefix(input.size() - from_left);
      if (error != E2BIG) return error;
    }
  }

  // Writes what the converter held back: a letter that an accent might have followed.
  void flush(std::string& out) {
    std::array<char, 64> buffer;
    char* to = buffer.data();
    std::size_t to_left = buffer.size();
    (void)iconv(handle_, nullptr, nullptr, &to, &to_left);  // it has room, and no input to dislike
    out.append(buffer.data(), to);
  }

 private:
  iconv_t handle_;
};

bool is_ascii(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x80;
}

// The bytes that one U+FFFD stands for: a lead byte takes its trail byte along unless that is
// ASCII, which might be the '<' of a tag (Encoding Standard §5.1, and the decoders' last steps).
std::size_t bad_sequence_size(std::string_view input, std::string_view encoding) noexcept {
  const auto lead = static_cast<unsigned char>(input[0]);
  const bool is_lead =
      lead > 0x80 && lead < 0xFF && !(encoding == "shift_jis" && (lead == 0xA0 || lead > 0xFC));
  return is_lead && input.size() > 1 && !is_ascii(input[1]) ? 2 : 1;
}

void append_multi_byte(std::string& out, std::string_view bytes, std::string_view encoding,
                       Iconv& iconv) {
  while (!bytes.empty()) {
    const int error = iconv.is_open() ? iconv.convert(bytes, out) : EILSEQ;
    if (error == 0) break;
    if (error == EINVAL) {  // the last character is cut off
      out += kReplacementCharacter;
      break;
    }
    if (iconv.is_open()) iconv.flush(out);
    const bool is_80 = static_cast<unsigned char>(bytes[0]) == 0x80;
    if (is_ascii(bytes[0])) {
      // glibc takes A2 E8 of UHC off and then complains of what follows.
      if (iconv.is_open()) out += kReplacementCharacter;
      out += bytes[0];
    } else if (is_80 && encoding.starts_with("gb")) {
      out += "\xE2\x82\xAC";  // the euro of code page 936
    } else if (is_80 && encoding == "shift_jis") {
      append_utf8(out, 0x80);
    } else {
      out += kReplacementCharacter;
      bytes.remove_prefix(bad_sequence_size(bytes, encoding) - 1);
    }
    bytes.remove_prefix(1);
  }
  if (iconv.is_open()) iconv.flush(out);
}

// ISO-2022-JP is ASCII in which escapes switch to other sets of 94 characters, and its kanji are
// those of EUC-JP with the high bits off. glibc's own converters know another version of that set.
class EscapedReader {
 public:
  EscapedReader(std::string& out, std::string_view bytes, Iconv& iconv)
      : out_(out), rest_(bytes), iconv_(iconv) {}

  void read() {
    while (!rest_.empty()) {
      if (take_escape()) continue;
      const char c = rest_.front();
      if (set_ == Set::Kanji && is_graphic(c)) {
        take_kanji();
        continue;
      }
      rest_.remove_prefix(1);
      const bool is_error = !is_ascii(c) || c == '\x1B' || c == '\x0E' || c == '\x0F' ||
                            set_ == Set::Kanji ||
                            (set_ == Set::Katakana && (!is_graphic(c) || c > '\x5F'));
      if (is_error) {
        out_ += kReplacementCharacter;
      } else if (set_ == Set::Katakana) {
        append_utf8(out_, 0xFF61 + static_cast<char32_t>(c - '\x21'));
      } else if (set_ == Set::Roman && c == '\\') {
        append_utf8(out_, 0xA5);
      } else if (set_ == Set::Roman && c == '~') {
        append_utf8(out_, 0x203E);
      } else {
        out_ += c;
      }
    }
  }

 private:
  enum class Set { Ascii, Roman, Katakana, Kanji };

  static bool is_graphic(char c) noexcept { return c >= '\x21' && c <= '\x7E'; }

  bool take_escape() noexcept {
    struct Escape {
      std::string_view bytes;
      Set set;
    };
    static constexpr Escape kEscapes[] = {{"\x1B(B", Set::Ascii},
                                          {"\x1B(J", Set::Roman},
                                          {"\x1B(I", Set::Katakana},
                                          {"\x1B$@", Set::Kanji},
                                          {"\x1B$B", Set::Kanji}};
    for (const auto& [bytes, set] : kEscapes) {
      if (!rest_.starts_with(bytes)) continue;
      rest_.remove_prefix(bytes.size());
      set_ = set;
      return true;
    }
    return false;
  }

  void take_kanji() {
    std::string euc;
    while (rest_.size() >= 2 && is_graphic(rest_[0]) && is_graphic(rest_[1])) {
      euc += {static_cast<char>(rest_[0] | 0x80), static_cast<char>(rest_[1] | 0x80)};
      rest_.remove_prefix(2);
    }
    append_multi_byte(out_, euc, "euc-jp", iconv_);
    if (!rest_.empty() && is_graphic(rest_[0])) {  // half a character
      out_ += kReplacementCharacter;
      rest_.remove_prefix(1);
    }
  }

  std::string& out_;
  std::string_view rest_;
  Iconv& iconv_;
  Set set_ = Set::Ascii;
};

void append_single_byte(std::string& out, std::string_view bytes, const Converter& converter,
                        Iconv& iconv) {
  // Asked byte by byte: then iconv has no state, and a letter is never held back for its accent.
  std::array<std::string, 128> upper;
  for (std::size_t i = 0; i < upper.size(); ++i) {
    const char byte = static_cast<char>(0x80 + i);
    std::string_view one(&byte, 1);
    const bool is_known = iconv.is_open() && iconv.convert(one, upper[i]) == 0;
    if (iconv.is_open()) iconv.flush(upper[i]);
    if (is_known) continue;
    if (i < 0x20) {
      append_utf8(upper[i], static_cast<char32_t>(0x80 + i));  // holes of the Windows code pages
    } else {
      upper[i] = kReplacementCharacter;
    }
  }
  for (const auto& [encoding, byte, code_point] : kDifferences) {
    if (encoding != converter.encoding) continue;
    upper[byte - 0x80u].clear();
    append_utf8(upper[byte - 0x80u], code_point);
  }
  out.reserve(out.size() + bytes.size() + bytes.size() / 8);
  while (!bytes.empty()) {
    const auto run = std::find_if_not(bytes.begin(), bytes.end(), is_ascii);
    out.append(bytes.begin(), run);
    bytes.remove_prefix(static_cast<std::size_t>(run - bytes.begin()));
    for (; !bytes.empty() && !is_ascii(bytes[0]); bytes.remove_prefix(1)) {
      out += upper[static_cast<unsigned char>(bytes[0]) - 0x80u];
    }
  }
}

}  // namespace

void append_utf8(std::string& out, char32_t code_point) {
  const auto low_bits = [&](unsigned shift) {
    return static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
  };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += {static_cast<char>(0xC0 | (code_point >> 6)), low_bits(0)};
  } else if (code_point < 0x10000) {
    out += {static_cast<char>(0xE0 | (code_point >> 12)), low_bits(6), low_bits(0)};
  } else {
    out += {static_cast<char>(0xF0 | (code_point >> 18)), low_bits(12), low_bits(6), low_bits(0)};
  }
}

std::size_t legacy_index(std::string_view encoding) noexcept {
  static_assert(std::size(kConverters) == kLegacyEncodings);
  const auto* const converter =
      std::find_if(std::begin(kConverters), std::end(kConverters),
                   [&](const Converter& candidate) { return candidate.encoding == encoding; });
  return static_cast<std::size_t>(converter - std::begin(kConverters));
}

bool append_legacy(std::string& out, std::string_view bytes, std::string_view encoding) {
  const std::size_t index = legacy_index(encoding);
  if (index == kLegacyEncodings) return false;
  const Converter* const converter = &kConverters[index];
  Iconv iconv(converter->iconv_name);
  switch (converter->width) {
    case Width::Single:
      append_single_byte(out, bytes, *converter, iconv);
      break;
    case Width::Multi:
      append_multi_byte(out, bytes, encoding, iconv);
      break;
    case Width::Escaped:
      EscapedReader(out, bytes, iconv).read();
      break;
  }
  return true;
}

}  // namespace skitter::parser
