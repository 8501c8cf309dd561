#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skitter::parser {

// Markup as a row of tags and texts, without a tree: each byte is looked at once.
//
// It follows HTML's tokeniser closely enough for estimates and for pages that are given no tree;
// it is no replacement for it. Internal to parser/.
//
// Owns:    the attribute list of the tag in hand; every view is into the text, which must outlive
//          the reader.
// Source:  HTML §13.2.5 (tokenisation).
class TagReader {
 public:
  enum class Token : std::uint8_t { Text, StartTag, EndTag, End };
  struct Attribute {
    std::string_view name;
    std::string_view value;  // without its quotes, references not decoded
  };
  // Attributes of one tag that are kept; the others are only counted.
  static constexpr std::size_t kKeptAttributes = 100;

  explicit TagReader(std::string_view markup) noexcept : markup_(markup) {}

  [[nodiscard]] Token next();
  // After a start tag: read what follows as markup, even where its name says text (<title> in
  // SVG).
  void expect_markup() noexcept { raw_text_end_ = {}; }

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<Attribute>& attributes() const noexcept { return attributes_; }
  [[nodiscard]] std::size_t attribute_count() const noexcept { return attribute_count_; }
  [[nodiscard]] bool is_self_closing() const noexcept { return self_closing_; }
  [[nodiscard]] std::size_t position() const noexcept { return at_; }

 private:
  [[nodiscard]] Token read_text();
  [[nodiscard]] Token read_raw_text();
  [[nodiscard]] Token read_tag(Token kind);
  void read_attribute();
  [[nodiscard]] std::string_view read_value();
  void skip_declaration();
  void skip_space() noexcept;
  [[nodiscard]] bool is_at_end() const noexcept { return at_ >= markup_.size(); }

  std::string_view markup_;
  std::size_t at_ = 0;
  std::string_view text_;
  std::string_view name_;
  std::string_view raw_text_end_;  // the name whose end tag ends the raw text that follows
  std::vector<Attribute> attributes_;
  std::size_t attribute_count_ = 0;
  bool self_closing_ = false;
};

// `text` with its numeric and the five predefined character references (and &nbsp;) decoded; any
// other stays as it is. Valid UTF-8 gives valid UTF-8.
[[nodiscard]] std::string decode_references(std::string_view text);

}  // namespace skitter::parser
