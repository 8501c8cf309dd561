#include "parser/xml_repair.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "parser/ascii.h"

namespace skitter::parser {
namespace {

bool is_xml_character(std::uint32_t code_point) noexcept {
  if (code_point < 0x20) return code_point == '\t' || code_point == '\n' || code_point == '\r';
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return !is_surrogate && code_point != 0xFFFE && code_point != 0xFFFF && code_point <= 0x10FFFF;
}

// What stands between "&#" and ';'.
bool is_character_number(std::string_view digits) noexcept {
  const bool is_hex = digits.starts_with('x');
  if (is_hex) digits.remove_prefix(1);
  if (digits.empty() || digits.size() > 8) return false;
  std::uint32_t number = 0;
  for (const char c : digits) {
    if (!is_hex && !ascii::is_digit(c)) return false;
    const int value = ascii::hex_value(c);
    if (value < 0) return false;
    number = number * (is_hex ? 16 : 10) + static_cast<std::uint32_t>(value);
  }
  return is_xml_character(number);
}

// `text` begins with '&'.
bool is_reference(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 5> kPredefined = {"amp", "lt", "gt", "quot", "apos"};
  constexpr std::size_t kLongest = 12;  // "&#x0010FFFF;"
  const std::size_t end = text.substr(0, kLongest).find(';');
  if (end == text.npos) return false;
  const std::string_view name = text.substr(1, end - 1);
  if (name.starts_with('#')) return is_character_number(name.substr(1));
  return std::find(kPredefined.begin(), kPredefined.end(), name) != kPredefined.end();
}

// Bytes that are looked at; all others are passed over, which is most of the time spent here.
constexpr std::array<bool, 256> kIsStop = [] {
  std::array<bool, 256> is_stop = {};
  for (std::size_t byte = 0; byte < is_stop.size(); ++byte) {
    const char c = static_cast<char>(byte);
    // ']', '-' and '?' begin what ends a section.
    is_stop[byte] = (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == '&' || c == '<' ||
                    c == ']' || c == '-' || c == '?' || c == '\xEF';
  }
  return is_stop;
}();

// What ends the section that begins here; empty where none does.
std::string_view section_end(std::string_view text) noexcept {
  if (text.starts_with("<![CDATA[")) return "]]>";
  if (text.starts_with("<!--")) return "-->";
  if (text.starts_with("<?")) return "?>";
  return {};
}

// One pass over the text: finds what needs repair, and copies what lies between.
class Repair {
 public:
  Repair(std::string_view text, std::size_t max_bytes, std::string& storage)
      : text_(text), max_bytes_(max_bytes), storage_(storage) {
    storage_.clear();
  }

  std::string_view run() {
    for (std::size_t at = 0; at < text_.size() && storage_.size() < max_bytes_; ++at) {
      if (kIsStop[static_cast<unsigned char>(text_[at])]) look_at(at);
    }
    if (copied_ == 0) return text_.substr(0, max_bytes_);
    copy_until(text_.size());
    return std::string_view(storage_).substr(0, max_bytes_);
  }

 private:
  void look_at(std::size_t at) {
    const std::string_view rest = text_.substr(at);
    const char c = rest.front();
    if (!is_xml_character(static_cast<unsigned char>(c))) {
      replace(at, 1, " ");
    } else if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
      replace(at, 3, " ");
    } else if (!section_end_.empty()) {
      if (rest.starts_with(section_end_)) section_end_ = {};
    } else if (c == '<') {
      section_end_ = section_end(rest);
    } else if (c == '&') {
      if (!is_reference(rest)) replace(at, 1, "&amp;");
    }
  }

  void replace(std::size_t at, std::size_t size, std::string_view with) {
    if (copied_ == 0) storage_.reserve(std::min(text_.size() + text_.size() / 8, max_bytes_));
    copy_until(at);
    storage_ += with;
    copied_ = at + size;
  }
  void copy_until(std::size_t end) {
    storage_.append(text_.substr(copied_, end - copied_));
    copied_ = end;
  }

  std::string_view text_;
  std::size_t max_bytes_;
  std::string& storage_;
  std::size_t copied_ = 0;        // so much of text_ is in storage_
  std::string_view section_end_;  // of the CDATA section, comment or instruction we are in
};

}  // namespace

std::string_view repair_xml(std::string_view text, std::size_t max_bytes, std::string& storage) {
  return Repair(text, max_bytes, storage).run();
}

}  // namespace skitter::parser
