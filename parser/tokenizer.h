#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "parser/attributes.h"

namespace skitter::parser {

// Markup as a row of tags and texts: HTML's tokenisation, each byte looked at once.
//
//     tokenizer.next() -> StartTag   tokenizer.tag(), tokenizer.attribute(...)
//     tokenizer.next() -> Text       tokenizer.text(), references not decoded
//
// What text after a start tag is, only the tree construction knows: it says so by set_content().
//
// Internal to parser/.
// Owns:    nothing; every view is into the markup, which must outlive it.
// Source:  HTML §13.2.5 (tokenisation).
class Tokenizer {
 public:
  enum class Token : std::uint8_t { Text, StartTag, EndTag, Comment, Doctype, End };
  // What the text up to the end tag of the last start tag is.
  enum class Content : std::uint8_t { Markup, Rcdata, RawText, Script, PlainText };
  enum class Cdata : std::uint8_t { Bogus, Section };

  struct Tag {
    std::string_view name;
    std::string_view raw;  // all of it, from '<' to '>'; with gumbo, from a "</>" in front of it
    std::uint8_t number;   // element_number() of the name
    bool is_self_closing;
  };
  struct Text {
    std::string_view raw;
    bool has_references;  // '&' means something in it, and stands there or a NUL does
    bool is_raw;          // of an element such as script or title: NUL is U+FFFD
    bool is_cdata;
  };
  struct Doctype {
    std::string_view name;
    std::string_view public_id;
    std::string_view system_id;
    bool is_malformed;  // "force quirks"
  };

  explicit Tokenizer(std::string_view markup) noexcept
      : at_(markup.data()), end_(markup.data() + markup.size()) {}

  // `cdata` says what "<![CDATA[" is here: a section where the current node is foreign.
  [[nodiscard]] Token next(Cdata cdata);
  // After a start tag.
  void set_content(Content content) noexcept { content_ = content; }

  [[nodiscard]] const Tag& tag() const noexcept { return tag_; }
  [[nodiscard]] const Text& text() const noexcept { return text_; }
  [[nodiscard]] const Doctype& doctype() const noexcept { return doctype_; }
  // The raw value of the start tag in hand; kept for elements with has_attributes() only.
  [[nodiscard]] std::optional<std::string_view> attribute(AttributeName name) const noexcept {
    if ((present_ & bit_of(name)) == 0) return std::nullopt;
    return values_[index_of(name)];
  }
  // Where both href and xlink:href stand.
  [[nodiscard]] bool is_xlink_first() const noexcept { return is_xlink_first_; }
  // Attributes of the tag in hand, twins included.
  [[nodiscard]] std::size_t attribute_count() const noexcept { return attribute_count_; }
  [[nodiscard]] const char* position() const noexcept { return at_; }

 private:
  enum class Keep : bool { No, Yes };

  [[nodiscard]] static constexpr std::uint32_t bit_of(AttributeName name) noexcept {
    return std::uint32_t{1} << index_of(name);
  }
  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  [[nodiscard]] std::string_view rest() const noexcept { return {at_, left()}; }
  [[nodiscard]] Token read_text(const char* from);
  [[nodiscard]] Token take_text(const char* begin, const char* end) noexcept;
  [[nodiscard]] bool read_content();
  [[nodiscard]] const char* content_end() const noexcept;
  [[nodiscard]] const char* script_end() const noexcept;
  [[nodiscard]] bool is_own_end_tag(const char* at) const noexcept;
  [[nodiscard]] Token read_tag(Token kind, const char* begin);
  void read_name(const char* name) noexcept;
  [[nodiscard]] bool read_attributes(Keep keep);
  void read_attribute(Keep keep);
  [[nodiscard]] std::string_view read_value() noexcept;
  [[nodiscard]] Token read_declaration(Cdata cdata);
  void skip_comment() noexcept;
  void skip_bogus_comment() noexcept;
  void read_doctype() noexcept;
  [[nodiscard]] bool read_identifier(std::string_view& id) noexcept;
  void skip_space() noexcept;

  const char* at_;
  const char* end_;
  Tag tag_{};
  Text text_{};
  Doctype doctype_{};
  std::string_view last_start_;  // name of the last start tag
  std::array<std::string_view, kAttributeNames> values_;
  std::uint32_t present_ = 0;
  std::size_t attribute_count_ = 0;
  Content content_ = Content::Markup;
  bool is_xlink_first_ = false;
};

}  // namespace skitter::parser
