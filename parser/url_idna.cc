#include <idn2.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "parser/punycode.h"
#include "parser/url_ascii.h"
#include "parser/url_encode.h"
#include "parser/url_internal.h"

// libidn2 maps and checks. Its tables are those of an older Unicode: what UTS 46 has changed since
// is mapped before it is asked. And it lets through what IDNA 2008 does, which is less than UTS 46
// with the flags of the URL Standard: symbols ("i❤.ws" is a working name) and hyphens in any place
// are refused. Where it refuses, those code points are swapped for ideographs that the domain does
// not use, libidn2 is asked again, and they are swapped back in its answer.

namespace skitter::parser {
namespace {

// DNS names end at 253; what maps to nothing may make the input longer. Bounds the work above.
constexpr std::size_t kMaxDomainBytes = 1024;
constexpr char32_t kFirstIdeograph = 0x4e00;
constexpr char32_t kLongSolidusOverlay = 0x338;

struct Range {
  char32_t first;
  char32_t last;
};

// Symbols and punctuation that UTS 46 calls valid and IDNA 2008 disallows, and that map to
// themselves. Source: UTS 46, IdnaMappingTable (status "valid ; NV8"), of Unicode 14.
constexpr Range kSymbols[] = {
    {0xa1, 0xa7},       {0xa9, 0xa9},       {0xab, 0xac},       {0xae, 0xae},
    {0xb0, 0xb1},       {0xb6, 0xb6},       {0xbb, 0xbb},       {0xbf, 0xbf},
    {0xd7, 0xd7},       {0xf7, 0xf7},       {0x2010, 0x2010},   {0x2012, 0x2016},
    {0x2018, 0x2023},   {0x2027, 0x2027},   {0x2030, 0x2032},   {0x2035, 0x2035},
    {0x2038, 0x203b},   {0x203d, 0x203d},   {0x203f, 0x2046},   {0x204a, 0x2056},
    {0x2058, 0x205e},   {0x20a0, 0x20a7},   {0x20a9, 0x20c0},   {0x2190, 0x222b},
    {0x222e, 0x222e},   {0x2231, 0x225f},   {0x2261, 0x226d},   {0x2270, 0x2328},
    {0x232b, 0x2426},   {0x2440, 0x244a},   {0x24eb, 0x2a0b},   {0x2a0d, 0x2a73},
    {0x2a77, 0x2adb},   {0x2add, 0x2b73},   {0x2b76, 0x2b95},   {0x2b97, 0x2bff},
    {0x1f000, 0x1f02b}, {0x1f030, 0x1f093}, {0x1f0a0, 0x1f0ae}, {0x1f0b1, 0x1f0bf},
    {0x1f0c1, 0x1f0cf}, {0x1f0d1, 0x1f0f5}, {0x1f150, 0x1f169}, {0x1f170, 0x1f18f},
    {0x1f191, 0x1f1ad}, {0x1f1e6, 0x1f1ff}, {0x1f300, 0x1f6d7}, {0x1f6dd, 0x1f6ec},
    {0x1f6f0, 0x1f6fc}, {0x1f700, 0x1f773}, {0x1f780, 0x1f7d8}, {0x1f7e0, 0x1f7eb},
    {0x1f7f0, 0x1f7f0}, {0x1f800, 0x1f80b}, {0x1f810, 0x1f847}, {0x1f850, 0x1f859},
    {0x1f860, 0x1f887}, {0x1f890, 0x1f8ad}, {0x1f8b0, 0x1f8b1}, {0x1f900, 0x1fa53},
    {0x1fa60, 0x1fa6d}, {0x1fa70, 0x1fa74}, {0x1fa78, 0x1fa7c}, {0x1fa80, 0x1fa86},
    {0x1fa90, 0x1faac}, {0x1fab0, 0x1faba}, {0x1fac0, 0x1fac5}, {0x1fad0, 0x1fad9},
    {0x1fae0, 0x1fae7}, {0x1faf0, 0x1faf6}, {0x1fb00, 0x1fb92}, {0x1fb94, 0x1fbca},
};

bool is_symbol(char32_t c) noexcept {
  const auto* range = std::partition_point(std::begin(kSymbols), std::end(kSymbols),
                                           [c](const Range& r) { return r.last < c; });
  return range != std::end(kSymbols) && range->first <= c;
}

// What UTS 46 maps in another way since Unicode 15.1 and 16: ẞ to ß and no longer to "ss"; capitals
// that were disallowed to their small letters; invisible controls to nothing (0).
struct Mapping {
  char32_t first;
  char32_t last;
  char32_t to;  // for `first`; the others follow in order, unless it is 0
};
constexpr Mapping kNewMappings[] = {
    {0x4c0, 0x4c0, 0x4cf},    {0x10a0, 0x10c5, 0x2d00},   {0x180e, 0x180e, 0},
    {0x1e9e, 0x1e9e, 0xdf},   {0x206a, 0x206f, 0},        {0x2132, 0x2132, 0x214e},
    {0x2183, 0x2183, 0x2184}, {0x2f868, 0x2f868, 0x36fc},
};

std::u32string apply_new_mappings(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    const auto* found = std::find_if(std::begin(kNewMappings), std::end(kNewMappings),
                                     [c](const Mapping& m) { return m.first <= c && c <= m.last; });
    if (found == std::end(kNewMappings)) {
      out += c;
    } else if (found->to != 0) {
      out += found->to + (c - found->first);
    }
  }
  return out;
}

struct Idn2Free {
  void operator()(std::uint8_t* text) const noexcept { idn2_free(text); }
};

std::optional<std::string> look_up(const std::string& domain) {
  constexpr int kFlags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP;
  std::uint8_t* raw = nullptr;
  const int status =
      idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(domain.c_str()), &raw, kFlags);
  const std::unique_ptr<std::uint8_t, Idn2Free> ascii(raw);
  if (status != IDN2_OK) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(ascii.get()));
}

bool is_label_end(char32_t c) noexcept {
  return c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61;  // all four map to a dot
}

bool has_ace_prefix(std::u32string_view label) noexcept {
  return label.size() >= 4 && (label[0] == 'x' || label[0] == 'X') &&
         (label[1] == 'n' || label[1] == 'N') && label[2] == '-' && label[3] == '-';
}

// What was put in place of what.
using StandIns = std::vector<std::pair<char32_t, char32_t>>;  // original, stand-in

StandIns put_stand_ins(std::u32string& text) {
  const std::u32string original = text;
  StandIns stand_ins;
  char32_t next = kFirstIdeograph;
  std::size_t label = 0;
  bool is_ace = false;  // the hyphens of "xn--" stay, and what it holds is libidn2's to judge
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == label) is_ace = has_ace_prefix(std::u32string_view(original).substr(i));
    if (is_label_end(text[i])) label = i + 1;
    if (is_ace || (text[i] != '-' && !is_symbol(text[i]))) continue;
    auto known = std::find_if(stand_ins.begin(), stand_ins.end(),
                              [&](const auto& pair) { return pair.first == original[i]; });
    if (known == stand_ins.end()) {
      while (original.find(next) != std::u32string::npos) ++next;
      known = stand_ins.insert(known, {original[i], next++});
    }
    text[i] = known->second;
  }
  return stand_ins;
}

std::optional<std::string> take_back(std::string_view label, const StandIns& stand_ins) {
  if (!label.starts_with("xn--")) return std::string(label);
  auto text = punycode_decode(label.substr(4));
  if (!text) return std::nullopt;
  bool is_all_ascii = true;
  for (char32_t& c : *text) {
    for (const auto& [original, stand_in] : stand_ins) {
      if (c == stand_in) {
        c = original;
        break;
      }
    }
    is_all_ascii &= c < 0x80;
  }
  if (is_all_ascii) return std::string(text->begin(), text->end());
  const auto encoded = punycode_encode(*text);
  return encoded ? std::optional("xn--" + *encoded) : std::nullopt;
}

std::optional<std::string> look_up_with_stand_ins(std::u32string text) {
  // Normalisation joins the overlay with many symbols, which a stand-in would hide from it.
  if (text.find(kLongSolidusOverlay) != std::u32string::npos) return std::nullopt;
  const StandIns stand_ins = put_stand_ins(text);
  if (stand_ins.empty()) return std::nullopt;
  const auto ascii = look_up(to_utf8(text));
  if (!ascii) return std::nullopt;
  std::string out;
  for (std::string_view rest = *ascii;;) {
    const std::size_t dot = rest.find('.');
    const auto label = take_back(rest.substr(0, dot), stand_ins);
    if (!label) return std::nullopt;
    out += *label;
    if (dot == std::string_view::npos) return out;
    out += '.';
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace

std::optional<std::string> domain_to_ascii(std::string_view domain) {
  std::string text(domain);
  if (is_ascii(text)) {
    std::transform(text.begin(), text.end(), text.begin(), to_lower);
    return text;
  }
  // A NUL would end the C string; it is forbidden in any domain.
  if (text.size() > kMaxDomainBytes || text.find('\0') != std::string::npos) return std::nullopt;
  const std::u32string mapped = apply_new_mappings(to_code_points(text));
  if (auto ascii = look_up(to_utf8(mapped))) return ascii;
  return look_up_with_stand_ins(mapped);
}

}  // namespace skitter::parser
