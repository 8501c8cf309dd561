#include "parser/charset_prescan.h"

#include <algorithm>

#include "parser/ascii.h"
#include "parser/charset.h"

namespace skitter::parser {
namespace {

// The prescan's white space: without the vertical tab that ascii::is_space() counts.
bool is_blank(char c) noexcept {
  return c != '\v' && ascii::is_space(c);
}
bool is_blank_or_slash(char c) noexcept {
  return c == '/' || is_blank(c);
}

// A page that could be read as ASCII so far cannot be UTF-16, whatever it says.
std::optional<std::string_view> read_as_ascii(std::optional<std::string_view> encoding) noexcept {
  if (encoding == "utf-16le" || encoding == "utf-16be") return "utf-8";
  if (encoding == "x-user-defined") return "windows-1252";
  return encoding;
}

std::string_view skip_blanks(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

// "text/html; charset=x" -> the encoding of x. Source: HTML §2.5.2, "extracting a character
// encoding from a meta element".
std::optional<std::string_view> encoding_from_content(std::string_view content) noexcept {
  constexpr std::string_view kWord = "charset";
  while (content.size() >= kWord.size()) {
    if (!ascii::starts_with_ignore_case(content, kWord)) {
      content.remove_prefix(1);
      continue;
    }
    content = skip_blanks(content.substr(kWord.size()));
    if (!content.starts_with('=')) continue;
    content = skip_blanks(content.substr(1));
    if (content.starts_with('"') || content.starts_with('\'')) {
      const auto end = content.find(content.front(), 1);
      if (end == content.npos) return std::nullopt;
      return encoding_from_label(content.substr(1, end - 1));
    }
    const auto end = std::find_if(content.begin(), content.end(),
                                  [](char c) { return c == ';' || is_blank(c); });
    return encoding_from_label({content.begin(), end});
  }
  return std::nullopt;
}

struct Attribute {
  std::string_view name;
  std::string_view value;
};

// Walks the bytes once. Where they run out, in the middle of whatever, the scan has found nothing.
class Prescan {
 public:
  explicit Prescan(std::string_view bytes) noexcept : rest_(bytes) {}

  std::optional<std::string_view> run() noexcept {
    while (true) {
      rest_ = rest_.substr(std::min(rest_.find('<'), rest_.size()));
      if (rest_.empty()) return std::nullopt;
      if (rest_.starts_with("<!--")) {
        skip_comment();
      } else if (ascii::starts_with_ignore_case(rest_, "<meta") && rest_.size() > 5 &&
                 is_blank_or_slash(rest_[5])) {
        rest_.remove_prefix(5);
        if (const auto encoding = read_meta()) return encoding;
      } else if (is_tag()) {
        skip_until([](char c) { return c == '>' || is_blank(c); });
        while (next_attribute()) {
        }
      } else if (rest_.size() > 1 && (rest_[1] == '!' || rest_[1] == '/' || rest_[1] == '?')) {
        skip_until([](char c) { return c == '>'; });
      }
      if (rest_.empty()) return std::nullopt;
      rest_.remove_prefix(1);
    }
  }

 private:
  [[nodiscard]] bool is_tag() const noexcept {
    const std::size_t name = rest_.size() > 1 && rest_[1] == '/' ? 2 : 1;
    return rest_.size() > name && ascii::is_alpha(rest_[name]);
  }

  template <typename Test>
  void skip_until(Test test) noexcept {
    const auto at = std::find_if(rest_.begin(), rest_.end(), test);
    rest_.remove_prefix(static_cast<std::size_t>(at - rest_.begin()));
  }

  // To the '>' of "-->"; its hyphens may be those of "<!--".
  void skip_comment() noexcept {
    const auto end = rest_.find("-->", 2);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 2);
  }

  std::optional<std::string_view> read_meta() noexcept {
    enum class Need { Nothing, Pragma, NoPragma };
    Need need = Need::Nothing;
    bool has_pragma = false;
    bool seen_pragma = false;
    bool seen_content = false;
    bool seen_charset = false;
    std::optional<std::string_view> encoding;
    while (const auto attribute = next_attribute()) {
      const auto is_first = [&](std::string_view name, bool& seen) {
        if (seen || !ascii::equals_ignore_case(attribute->name, name)) return false;
        return seen = true;
      };
      if (is_first("http-equiv", seen_pragma)) {
        has_pragma = ascii::equals_ignore_case(attribute->value, "content-type");
      } else if (is_first("content", seen_content)) {
        const auto found = encoding_from_content(attribute->value);
        if (found && !seen_charset) {
          encoding = found;
          need = Need::Pragma;
        }
      } else if (is_first("charset", seen_charset)) {
        encoding = encoding_from_label(attribute->value);
        need = Need::NoPragma;
      }
    }
    // A tag that the bytes end in was no tag.
    if (rest_.empty() || need == Need::Nothing || (need == Need::Pragma && !has_pragma)) {
      return std::nullopt;
    }
    return read_as_ascii(encoding);
  }

  // "get an attribute". Nothing at the '>' of the tag, and where the bytes run out.
  std::optional<Attribute> next_attribute() noexcept {
    skip_until([](char c) { return !is_blank_or_slash(c); });
    if (rest_.empty() || rest_.front() == '>') return std::nullopt;
    const std::string_view from_name = rest_;
    rest_.remove_prefix(1);  // a '=' that comes first belongs to the name
    skip_until([](char c) { return c == '=' || c == '>' || is_blank_or_slash(c); });
    const std::string_view name = from_name.substr(0, from_name.size() - rest_.size());
    skip_until([](char c) { return !is_blank(c); });
    if (!rest_.starts_with('=')) return Attribute{name, {}};
    rest_.remove_prefix(1);
    skip_until([](char c) { return !is_blank(c); });
    if (rest_.empty()) return std::nullopt;

    const char quote = rest_.front();
    if (quote == '"' || quote == '\'') {
      const auto end = rest_.find(quote, 1);
      if (end == rest_.npos) {
        rest_ = {};
        return std::nullopt;
      }
      const std::string_view value = rest_.substr(1, end - 1);
      rest_.remove_prefix(end + 1);
      return Attribute{name, value};
    }
    const std::string_view from_value = rest_;
    skip_until([](char c) { return c == '>' || is_blank(c); });
    return Attribute{name, from_value.substr(0, from_value.size() - rest_.size())};
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::string_view> prescan_meta(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("<\0?\0x\0"sv)) return "utf-16le";
  if (bytes.starts_with("\0<\0?\0x"sv)) return "utf-16be";
  if (const auto encoding = Prescan(bytes).run()) return encoding;
  return xml_encoding(bytes);
}

std::optional<std::string_view> xml_encoding(std::string_view bytes) noexcept {
  constexpr std::string_view kWord = "encoding";
  if (!bytes.starts_with("<?xml")) return std::nullopt;
  const auto end = bytes.find('>');
  if (end == bytes.npos) return std::nullopt;
  std::string_view rest = bytes.substr(0, end);
  const auto word = rest.find(kWord);
  if (word == rest.npos) return std::nullopt;
  const auto skip_low = [&rest] {
    while (!rest.empty() && static_cast<unsigned char>(rest.front()) <= ' ') rest.remove_prefix(1);
  };
  rest.remove_prefix(word + kWord.size());
  skip_low();
  if (!rest.starts_with('=')) return std::nullopt;
  rest.remove_prefix(1);
  skip_low();
  if (!rest.starts_with('"') && !rest.starts_with('\'')) return std::nullopt;
  const auto quote = rest.find(rest.front(), 1);
  if (quote == rest.npos) return std::nullopt;
  const std::string_view label = rest.substr(1, quote - 1);
  if (std::any_of(label.begin(), label.end(),
                  [](char c) { return static_cast<unsigned char>(c) <= ' '; })) {
    return std::nullopt;
  }
  const auto encoding = encoding_from_label(label);
  if (encoding == "utf-16le" || encoding == "utf-16be") return "utf-8";
  return encoding;
}

}  // namespace skitter::parser
