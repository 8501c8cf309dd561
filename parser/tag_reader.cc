#include "parser/tag_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "parser/ascii.h"
#include "parser/html_space.h"

namespace skitter::parser {
namespace {

constexpr auto kNone = std::string_view::npos;

constexpr std::string_view kRawTextNames[] = {"script", "style",   "title",    "textarea", "xmp",
                                              "iframe", "noembed", "noframes", "plaintext"};

// The name in `kRawTextNames`, or empty.
std::string_view raw_text_name(std::string_view name) noexcept {
  const auto* const found =
      std::find_if(std::begin(kRawTextNames), std::end(kRawTextNames),
                   [&](std::string_view raw) { return ascii::equals_ignore_case(raw, name); });
  return found == std::end(kRawTextNames) ? std::string_view{} : *found;
}

constexpr bool ends_name(char c) noexcept {
  return is_html_space(c) || c == '/' || c == '>';
}

}  // namespace

TagReader::Token TagReader::next() {
  if (!raw_text_end_.empty()) {
    const Token token = read_raw_text();
    if (!text_.empty()) return token;
  }
  while (!is_at_end()) {
    if (markup_[at_] != '<') return read_text();
    const char following = at_ + 1 < markup_.size() ? markup_[at_ + 1] : '\0';
    if (ascii::is_alpha(following)) {
      at_ += 1;
      return read_tag(Token::StartTag);
    }
    if (following == '/' && at_ + 2 < markup_.size() && ascii::is_alpha(markup_[at_ + 2])) {
      at_ += 2;
      return read_tag(Token::EndTag);
    }
    if (following != '!' && following != '?' && following != '/') return read_text();
    skip_declaration();
  }
  return Token::End;
}

TagReader::Token TagReader::read_text() {
  // The first byte is text even where it is '<': next() saw that no tag begins there.
  const std::size_t end = std::min(markup_.find('<', at_ + 1), markup_.size());
  text_ = markup_.substr(at_, end - at_);
  at_ = end;
  return Token::Text;
}

TagReader::Token TagReader::read_raw_text() {
  const std::string_view name = std::exchange(raw_text_end_, {});
  std::size_t end = markup_.find("</", at_);
  while (end != kNone) {
    const std::string_view rest = markup_.substr(end + 2);
    const bool is_name = ascii::starts_with_ignore_case(rest, name) && name != "plaintext";
    if (is_name && rest.size() > name.size() && ends_name(rest[name.size()])) break;
    end = markup_.find("</", end + 2);
  }
  end = std::min(end, markup_.size());
  text_ = markup_.substr(at_, end - at_);
  at_ = end;
  return Token::Text;
}

TagReader::Token TagReader::read_tag(Token kind) {
  const std::size_t begin = at_;
  while (!is_at_end() && !ends_name(markup_[at_])) ++at_;
  name_ = markup_.substr(begin, at_ - begin);
  attributes_.clear();
  attribute_count_ = 0;
  self_closing_ = false;
  while (!is_at_end() && markup_[at_] != '>') {
    if (is_html_space(markup_[at_])) {
      ++at_;
    } else if (markup_[at_] == '/') {
      ++at_;
      self_closing_ = !is_at_end() && markup_[at_] == '>';
    } else {
      read_attribute();
    }
  }
  if (is_at_end()) return Token::End;  // HTML §13.2.5.8: a tag cut off by the end is dropped
  ++at_;
  if (kind == Token::StartTag) raw_text_end_ = raw_text_name(name_);
  return kind;
}

void TagReader::read_attribute() {
  const std::size_t begin = at_;
  ++at_;  // a leading '=' belongs to the name
  while (!is_at_end() && !ends_name(markup_[at_]) && markup_[at_] != '=') ++at_;
  Attribute attribute{markup_.substr(begin, at_ - begin), {}};
  skip_space();
  if (!is_at_end() && markup_[at_] == '=') {
    ++at_;
    skip_space();
    attribute.value = read_value();
  }
  if (++attribute_count_ <= kKeptAttributes) attributes_.push_back(attribute);
}

std::string_view TagReader::read_value() {
  if (is_at_end()) return {};
  const char quote = markup_[at_];
  if (quote == '"' || quote == '\'') {
    const std::size_t begin = ++at_;
    const std::size_t end = std::min(markup_.find(quote, begin), markup_.size());
    at_ = std::min(end + 1, markup_.size());
    return markup_.substr(begin, end - begin);
  }
  const std::size_t begin = at_;
  while (!is_at_end() && !is_html_space(markup_[at_]) && markup_[at_] != '>') ++at_;
  return markup_.substr(begin, at_ - begin);
}

// Comments, doctypes, processing instructions and what is bogus.
void TagReader::skip_declaration() {
  if (markup_.substr(at_, 4) != "<!--") {
    const std::size_t end = markup_.find('>', at_);
    at_ = end == kNone ? markup_.size() : end + 1;
    return;
  }
  // From behind "<!", so that "<!-->" and "<!--->" are whole; "--!>" ends a comment too.
  std::size_t dashes = markup_.find("--", at_ + 2);
  while (dashes != kNone) {
    const std::string_view rest = markup_.substr(dashes + 2);
    if (rest.starts_with('>')) break;
    if (rest.starts_with("!>") && dashes > at_ + 2) break;
    dashes = markup_.find("--", dashes + 1);
  }
  at_ = dashes == kNone ? markup_.size() : markup_.find('>', dashes) + 1;
}

void TagReader::skip_space() noexcept {
  while (!is_at_end() && is_html_space(markup_[at_])) ++at_;
}

namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// The code point of "#65" or "#x41"; nullopt where it is neither.
std::optional<std::uint32_t> numeric_reference(std::string_view body) noexcept {
  if (!body.starts_with('#')) return std::nullopt;
  body.remove_prefix(1);
  const bool hex = !body.empty() && ascii::to_lower(body.front()) == 'x';
  if (hex) body.remove_prefix(1);
  if (body.empty()) return std::nullopt;
  std::uint32_t code = 0;
  for (const char c : body) {
    const int digit = hex || ascii::is_digit(c) ? ascii::hex_value(c) : -1;
    if (digit < 0) return std::nullopt;
    code = std::min(code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit),
                    std::uint32_t{0x110000});
  }
  const bool is_scalar = code != 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
  return is_scalar ? code : 0xFFFD;
}

bool append_reference(std::string& out, std::string_view body) {
  constexpr std::pair<std::string_view, std::string_view> kNamed[] = {
      {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", "\u00A0"}};
  for (const auto& [name, text] : kNamed) {
    if (body != name) continue;
    out.append(text);
    return true;
  }
  const auto code = numeric_reference(body);
  if (code) append_utf8(out, *code);
  return code.has_value();
}

}  // namespace

std::string decode_references(std::string_view text) {
  constexpr std::size_t kLongest = 10;  // "#x0010FFFF": what is longer is no reference
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t ampersand = std::min(text.find('&'), text.size());
    out.append(text, 0, ampersand);
    text.remove_prefix(ampersand);
    if (text.empty()) return out;
    const std::size_t semicolon = text.substr(0, kLongest + 2).find(';');
    if (semicolon != kNone && append_reference(out, text.substr(1, semicolon - 1))) {
      text.remove_prefix(semicolon + 1);
    } else {
      out.push_back('&');
      text.remove_prefix(1);
    }
  }
}

}  // namespace skitter::parser
