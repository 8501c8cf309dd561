#include "parser/tokenizer.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "parser/ascii.h"
#include "parser/byte_search.h"
#include "parser/elements.h"
#include "parser/html_space.h"

namespace skitter::parser {
namespace {

// What ends a name or an unquoted value, by byte.
enum Ends : std::uint8_t { kTagName = 1, kAttributeName = 2, kUnquoted = 4, kSpace = 8 };

constexpr std::array<std::uint8_t, 256> make_ends() {
  std::array<std::uint8_t, 256> ends{};
  for (const unsigned char c : {' ', '\t', '\n', '\f', '\r'}) {
    ends[c] = kTagName | kAttributeName | kUnquoted | kSpace;
  }
  ends['/'] = kTagName | kAttributeName;
  ends['>'] = kTagName | kAttributeName | kUnquoted;
  ends['='] = kAttributeName;
  return ends;
}

constexpr std::array<std::uint8_t, 256> kEnds = make_ends();

constexpr bool is_end(char c, Ends what) noexcept {
  return (kEnds[static_cast<unsigned char>(c)] & what) != 0;
}

const char* skip_until(const char* at, const char* end, Ends what) noexcept {
  while (at != end && !is_end(*at, what)) ++at;
  return at;
}

std::optional<AttributeName> attribute_name(std::string_view name) noexcept {
  const auto is = [&](std::string_view word) { return ascii::equals_ignore_case(name, word); };
  using enum AttributeName;
  switch (name.size()) {
    case 3:
      if (is("alt")) return Alt;
      if (is("rel")) return Rel;
      if (is("src")) return Src;
      return std::nullopt;
    case 4:
      if (is("href")) return Href;
      if (is("name")) return Name;
      if (is("type")) return Type;
      if (is("lang")) return Lang;
      if (is("data")) return Data;
      if (is("face")) return Face;
      if (is("size")) return Size;
      return std::nullopt;
    case 5:
      return is("color") ? std::optional(Color) : std::nullopt;
    case 6:
      if (is("srcset")) return Srcset;
      return is("prompt") ? std::optional(Prompt) : std::nullopt;
    case 7:
      return is("content") ? std::optional(Content) : std::nullopt;
    case 8:
      return is("encoding") ? std::optional(Encoding) : std::nullopt;
    case 10:
      if (is("http-equiv")) return HttpEquiv;
      return is("xlink:href") ? std::optional(XlinkHref) : std::nullopt;
    default:
      return std::nullopt;
  }
}

// Whether the tag at `at` (behind its "<" or "</") is that of a script, end of the name included.
bool is_script(const char* at, const char* end) noexcept {
  constexpr std::string_view kScript = "script";
  const std::string_view rest(at, static_cast<std::size_t>(end - at));
  return rest.size() > kScript.size() && ascii::starts_with_ignore_case(rest, kScript) &&
         is_end(rest[kScript.size()], kTagName);
}

}  // namespace

Tokenizer::Token Tokenizer::next(Cdata cdata) {
  if (content_ != Content::Markup && read_content()) return Token::Text;
  const char* const begin = at_;
  while (at_ != end_) {
    if (*at_ != '<') return read_text(at_);
    if (left() < 2) return read_text(at_ + 1);
    const char following = at_[1];
    if (ascii::is_alpha(following)) return read_tag(Token::StartTag, begin);
    if (following == '!') return read_declaration(cdata);
    if (following == '?') {
      skip_bogus_comment();
      return Token::Comment;
    }
    if (following != '/' || left() < 3) return read_text(at_ + 1);
    if (ascii::is_alpha(at_[2])) return read_tag(Token::EndTag, begin);
    if (at_[2] != '>') {
      skip_bogus_comment();
      return Token::Comment;
    }
    at_ += 3;  // "</>" is nothing at all
  }
  return Token::End;
}

// Text from at_; before `from` no tag begins.
Tokenizer::Token Tokenizer::read_text(const char* from) {
  const TextRun run = find_text_end(from, end_);
  text_ = {{at_, static_cast<std::size_t>(run.end - at_)}, run.has_special, false, false};
  at_ = run.end;
  return Token::Text;
}

Tokenizer::Token Tokenizer::take_text(const char* begin, const char* end) noexcept {
  text_ = {{begin, static_cast<std::size_t>(end - begin)}, false, false, false};
  return Token::Text;
}

// Takes an element's text as one token; false where it is empty.
bool Tokenizer::read_content() {
  const char* const end = content_end();
  const bool is_decoded = content_ == Content::Rcdata;
  content_ = Content::Markup;
  if (end == at_) return false;
  (void)take_text(at_, end);
  text_.has_references = is_decoded;
  text_.is_raw = true;
  at_ = end;
  return true;
}

const char* Tokenizer::content_end() const noexcept {
  if (content_ == Content::PlainText) return end_;
  if (content_ == Content::Script) return script_end();
  const char* at = find_byte(at_, end_, '<');
  while (at != end_ && !is_own_end_tag(at)) at = find_byte(at + 1, end_, '<');
  return at;
}

// HTML §13.2.5.18-31: in "<!-- ... -->" a script may hold the tags of another one.
const char* Tokenizer::script_end() const noexcept {
  enum class Escape { None, Comment, Script };
  Escape escape = Escape::None;
  int dashes = 0;  // that end in front of `at`
  for (const char* at = at_; at != end_;) {
    if (escape == Escape::None) {
      at = find_byte(at, end_, '<');
      if (at == end_ || is_own_end_tag(at)) return at;
      const bool opens =
          std::string_view(at, static_cast<std::size_t>(end_ - at)).starts_with("<!--");
      at += opens ? 4 : 1;
      if (opens) escape = Escape::Comment;
      dashes = opens ? 2 : 0;
      continue;
    }
    const char c = *at;
    if (c == '>' && dashes >= 2) escape = Escape::None;
    dashes = c == '-' ? dashes + 1 : 0;
    if (c == '<' && escape == Escape::Comment) {
      if (is_own_end_tag(at)) return at;
      if (is_script(at + 1, end_)) escape = Escape::Script;
    } else if (c == '<' && end_ - at > 1 && at[1] == '/' && is_script(at + 2, end_)) {
      escape = Escape::Comment;
    }
    ++at;
  }
  return end_;
}

// Whether the end tag of the last start tag begins at `at`, a '<'.
bool Tokenizer::is_own_end_tag(const char* at) const noexcept {
  const std::size_t size = last_start_.size();
  if (static_cast<std::size_t>(end_ - at) < size + 3 || at[1] != '/') return false;
  return ascii::equals_ignore_case({at + 2, size}, last_start_) && is_end(at[size + 2], kTagName);
}

Tokenizer::Token Tokenizer::read_tag(Token kind, const char* begin) {
  const char* const name = at_ + (kind == Token::StartTag ? 1 : 2);
  read_name(name);
  const bool keep = kind == Token::StartTag && traits_of(tag_.number).has_attributes;
  if (!read_attributes(keep ? Keep::Yes : Keep::No)) return Token::End;
  tag_.raw = {begin, static_cast<std::size_t>(at_ - begin)};
  if (kind == Token::StartTag) last_start_ = tag_.name;
  return kind;
}

// The name of a tag and its number, which cost most of what a short tag costs.
void Tokenizer::read_name(const char* name) noexcept {
#if defined(__SSE2__)
  if (end_ - name >= sse2::kStep) {
    const __m128i bytes = sse2::load(name);
    const __m128i marks = _mm_or_si128(sse2::equals(bytes, '>'), sse2::equals(bytes, '/'));
    // White space, and what is looked at again below: other controls and bytes above 0x7F.
    const unsigned found =
        sse2::mask(_mm_or_si128(marks, _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x21))));
    const int size = std::countr_zero(found | 0x10000u);
    if (size < sse2::kStep && is_end(name[size], kTagName)) {
      at_ = name + size;
      tag_.name = {name, static_cast<std::size_t>(size)};
      std::uint64_t first = 0;
      std::memcpy(&first, name, sizeof first);
      if (size < 8) first &= (std::uint64_t{1} << (8 * size)) - 1;
      tag_.number = static_cast<std::uint8_t>(element_number(tag_.name, first));
      return;
    }
  }
#endif
  at_ = skip_until(name, end_, kTagName);
  tag_.name = {name, static_cast<std::size_t>(at_ - name)};
  tag_.number = static_cast<std::uint8_t>(element_number(tag_.name));
}

// Up to and with the '>'. False where the page ends before it: such a tag is dropped.
bool Tokenizer::read_attributes(Keep keep) {
  attribute_count_ = 0;
  present_ = 0;
  is_xlink_first_ = false;
  tag_.is_self_closing = false;
  while (at_ != end_) {
    const char c = *at_;
    if (c == '>') {
      ++at_;
      return true;
    }
    if (c == '/') {
      ++at_;
      tag_.is_self_closing = at_ != end_ && *at_ == '>';
    } else if (is_end(c, kSpace)) {
      ++at_;
    } else {
      read_attribute(keep);
    }
  }
  return false;
}

void Tokenizer::read_attribute(Keep keep) {
  const char* const begin = at_;
  at_ = skip_until(at_ + 1, end_, kAttributeName);  // a leading '=' belongs to the name
  const std::string_view name(begin, static_cast<std::size_t>(at_ - begin));
  skip_space();
  std::string_view value;
  if (at_ != end_ && *at_ == '=') {
    ++at_;
    skip_space();
    value = read_value();
  }
  ++attribute_count_;
  if (keep == Keep::No) return;
  const auto known = attribute_name(name);
  if (!known || (present_ & bit_of(*known)) != 0) return;
  if (*known == AttributeName::XlinkHref) {
    is_xlink_first_ = (present_ & bit_of(AttributeName::Href)) == 0;
  }
  present_ |= bit_of(*known);
  values_[index_of(*known)] = value;
}

std::string_view Tokenizer::read_value() noexcept {
  if (at_ == end_) return {};
  const char quote = *at_;
  const bool is_quoted = quote == '"' || quote == '\'';
  const char* const begin = is_quoted ? at_ + 1 : at_;
  const char* const end =
      is_quoted ? find_byte(begin, end_, quote) : skip_until(begin, end_, kUnquoted);
  at_ = is_quoted && end != end_ ? end + 1 : end;
  return {begin, static_cast<std::size_t>(end - begin)};
}

// "<!": a comment, a document type, a CDATA section, or what is read as a comment.
Tokenizer::Token Tokenizer::read_declaration(Cdata cdata) {
  const std::string_view markup = rest();
  if (markup.starts_with("<!--")) {
    skip_comment();
    return Token::Comment;
  }
  if (ascii::starts_with_ignore_case(markup, "<!doctype")) {
    read_doctype();
    return Token::Doctype;
  }
  constexpr std::string_view kCdata = "<![CDATA[";
  if (cdata == Cdata::Bogus || !markup.starts_with(kCdata)) {
    skip_bogus_comment();
    return Token::Comment;
  }
  const char* const begin = at_ + kCdata.size();
  const std::size_t size = markup.find("]]>", kCdata.size());
  const char* const end = size == markup.npos ? end_ : at_ + size;
  at_ = size == markup.npos ? end_ : end + 3;
  (void)take_text(begin, end);
  text_.is_cdata = true;
  return Token::Text;
}

// At "<!--". The end is "-->" or "--!>"; "<!-->" and "<!--->" are whole.
void Tokenizer::skip_comment() noexcept {
  const char* const begin = at_ + 4;
  for (const char* at = begin;; ++at) {
    at = find_byte(at, end_, '>');
    if (at == end_) break;
    const std::string_view inside(begin, static_cast<std::size_t>(at - begin));
    if (inside.empty() || inside == "-" || inside.ends_with("--") || inside.ends_with("--!")) {
      at_ = at + 1;
      return;
    }
  }
  at_ = end_;
}

void Tokenizer::skip_bogus_comment() noexcept {
  const char* const end = find_byte(at_, end_, '>');
  at_ = end == end_ ? end_ : end + 1;
}

// At "<!doctype". Source: HTML §13.2.5.53-68.
void Tokenizer::read_doctype() noexcept {
  doctype_ = {{}, {}, {}, true};
  at_ += 9;
  skip_space();
  const char* const name = at_;
  at_ = at_ == end_ || *at_ == '>' ? at_ : skip_until(at_ + 1, end_, kUnquoted);
  doctype_.name = {name, static_cast<std::size_t>(at_ - name)};
  skip_space();
  bool is_whole = !doctype_.name.empty();
  if (ascii::starts_with_ignore_case(rest(), "public")) {
    at_ += 6;
    is_whole = read_identifier(doctype_.public_id);
    skip_space();
    if (is_whole && at_ != end_ && *at_ != '>') is_whole = read_identifier(doctype_.system_id);
  } else if (ascii::starts_with_ignore_case(rest(), "system")) {
    at_ += 6;
    is_whole = read_identifier(doctype_.system_id);
  } else if (at_ != end_ && *at_ != '>') {
    is_whole = false;
  }
  const char* const end = find_byte(at_, end_, '>');
  doctype_.is_malformed = !is_whole || end == end_;
  at_ = end == end_ ? end_ : end + 1;
}

bool Tokenizer::read_identifier(std::string_view& id) noexcept {
  skip_space();
  if (at_ == end_ || (*at_ != '"' && *at_ != '\'')) return false;
  const char quote = *at_;
  const char* const begin = ++at_;
  while (at_ != end_ && *at_ != quote && *at_ != '>') ++at_;
  id = {begin, static_cast<std::size_t>(at_ - begin)};
  if (at_ == end_ || *at_ == '>') return false;
  ++at_;
  return true;
}

void Tokenizer::skip_space() noexcept {
  while (at_ != end_ && is_end(*at_, kSpace)) ++at_;
}

}  // namespace skitter::parser
