#include "parser/punycode.h"

#include <algorithm>
#include <cstdint>

#include "parser/url_ascii.h"

namespace skitter::parser {
namespace {

constexpr std::uint64_t kBase = 36;
constexpr std::uint64_t kTMin = 1;
constexpr std::uint64_t kTMax = 26;
constexpr std::uint64_t kSkew = 38;
constexpr std::uint64_t kDamp = 700;
constexpr std::uint64_t kInitialBias = 72;
constexpr char32_t kInitialCodePoint = 0x80;
constexpr std::uint64_t kMaxDelta =
    0xffffffff;  // 64 bits hold any sum below, so one check is enough
constexpr char32_t kMaxCodePoint = 0x10ffff;

std::uint64_t threshold(std::uint64_t k, std::uint64_t bias) noexcept {
  return k <= bias ? kTMin : std::clamp(k - bias, kTMin, kTMax);
}

std::uint64_t adapt(std::uint64_t delta, std::uint64_t points, bool is_first) noexcept {
  delta /= is_first ? kDamp : 2;
  delta += delta / points;
  std::uint64_t k = 0;
  for (; delta > (kBase - kTMin) * kTMax / 2; k += kBase) delta /= kBase - kTMin;
  return k + (kBase - kTMin + 1) * delta / (delta + kSkew);
}

char digit(std::uint64_t value) noexcept {
  return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
}

std::uint64_t digit_value(char c) noexcept {
  if (is_digit(c)) return static_cast<std::uint64_t>(c - '0') + 26;
  return is_alpha(c) ? static_cast<std::uint64_t>(to_lower(c) - 'a') : kBase;
}

void append_variable_length(std::string& out, std::uint64_t delta, std::uint64_t bias) {
  for (std::uint64_t k = kBase;; k += kBase) {
    const std::uint64_t t = threshold(k, bias);
    if (delta < t) break;
    out += digit(t + (delta - t) % (kBase - t));
    delta = (delta - t) / (kBase - t);
  }
  out += digit(delta);
}

}  // namespace

std::optional<std::string> punycode_encode(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) {
    if (c < kInitialCodePoint) out += static_cast<char>(c);
  }
  const std::size_t basic = out.size();
  if (basic > 0) out += '-';
  std::uint64_t delta = 0;
  std::uint64_t bias = kInitialBias;
  char32_t n = kInitialCodePoint;
  for (std::size_t done = basic; done < text.size(); ++n, ++delta) {
    char32_t next = kMaxCodePoint;
    for (const char32_t c : text) {
      if (c >= n) next = std::min(next, c);
    }
    delta += static_cast<std::uint64_t>(next - n) * (done + 1);
    n = next;
    if (delta > kMaxDelta) return std::nullopt;
    for (const char32_t c : text) {
      if (c < n) ++delta;
      if (c != n) continue;
      append_variable_length(out, delta, bias);
      bias = adapt(delta, done + 1, done == basic);
      delta = 0;
      ++done;
    }
  }
  return out;
}

std::optional<std::u32string> punycode_decode(std::string_view text) {
  std::u32string out;
  if (const std::size_t hyphen = text.rfind('-'); hyphen != std::string_view::npos) {
    out.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(hyphen));
    text.remove_prefix(hyphen + 1);
  }
  std::uint64_t i = 0;
  std::uint64_t n = kInitialCodePoint;
  std::uint64_t bias = kInitialBias;
  while (!text.empty()) {
    const std::uint64_t before = i;
    std::uint64_t weight = 1;
    for (std::uint64_t k = kBase;; k += kBase) {
      if (text.empty()) return std::nullopt;
      const std::uint64_t value = digit_value(text[0]);
      text.remove_prefix(1);
      if (value == kBase) return std::nullopt;
      i += value * weight;
      if (i > kMaxDelta) return std::nullopt;
      const std::uint64_t t = threshold(k, bias);
      if (value < t) break;
      weight *= kBase - t;
      if (weight > kMaxDelta) return std::nullopt;
    }
    const std::uint64_t points = out.size() + 1;
    bias = adapt(i - before, points, before == 0);
    n += i / points;
    i %= points;
    if (n > kMaxCodePoint) return std::nullopt;
    out.insert(static_cast<std::size_t>(i++), 1, static_cast<char32_t>(n));
  }
  return out;
}

std::u32string to_code_points(std::string_view text) {
  std::u32string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += byte;
    } else if (byte < 0xc0) {
      out.back() = out.back() << 6 | (byte & 0x3fU);
    } else {
      out += byte & (byte < 0xe0 ? 0x1fU : byte < 0xf0 ? 0x0fU : 0x07U);
    }
  }
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  const auto add = [&out](char32_t value) { out += static_cast<char>(value); };
  for (const char32_t c : text) {
    if (c < 0x80) {
      add(c);
      continue;
    }
    if (c < 0x800) {
      add(0xc0 | c >> 6);
    } else if (c < 0x10000) {
      add(0xe0 | c >> 12);
      add(0x80 | (c >> 6 & 0x3f));
    } else {
      add(0xf0 | c >> 18);
      add(0x80 | (c >> 12 & 0x3f));
      add(0x80 | (c >> 6 & 0x3f));
    }
    add(0x80 | (c & 0x3f));
  }
  return out;
}

}  // namespace skitter::parser
