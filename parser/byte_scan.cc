#include "parser/byte_scan.h"

#include <deque>
#include <optional>
#include <string>

#include "parser/ascii.h"
#include "parser/page_builder.h"
#include "parser/tag_reader.h"

namespace skitter::parser {
namespace {

// The attributes of the reader's tag. Keeps decoded values for as long as it lives.
class ScannedAttributes final : public Attributes {
 public:
  explicit ScannedAttributes(const TagReader& reader) : reader_(reader) {}

  std::optional<std::string_view> find(const char* name) const override {
    for (const auto& attribute : reader_.attributes()) {
      if (ascii::equals_ignore_case(attribute.name, name)) return decoded(attribute.value);
    }
    return std::nullopt;
  }

 private:
  std::string_view decoded(std::string_view value) const {
    if (value.find('&') == std::string_view::npos) return value;
    return decoded_.emplace_back(decode_references(value));
  }

  const TagReader& reader_;
  mutable std::deque<std::string> decoded_;  // a deque: views into it must stay valid
};

}  // namespace

void scan_page(std::string_view html, PageBuilder& builder) {
  TagReader reader(html);
  const ScannedAttributes attributes(reader);
  int open_templates = 0;
  bool is_silent = false;  // between the tags of a script, style, ...: raw text, one token
  for (auto token = reader.next(); token != TagReader::Token::End; token = reader.next()) {
    if (token == TagReader::Token::Text) {
      if (!is_silent && open_templates == 0) builder.text(decode_references(reader.text()));
      continue;
    }
    const bool is_start = token == TagReader::Token::StartTag;
    const Traits& traits = traits_of(element_number(reader.name()));
    is_silent = is_start && traits.display == Display::Silent;
    if (ascii::equals_ignore_case(reader.name(), "template")) {
      if (is_start) ++open_templates;
      if (!is_start && open_templates > 0) --open_templates;
    }
    if (open_templates > 0) continue;
    // A link ends where the next begins.
    if (!is_start || traits.element == Element::A) builder.end(traits);
    if (is_start) builder.start(traits, attributes);
  }
  builder.finish();
}

}  // namespace skitter::parser
