#include "cli/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace skitter::cli {
namespace {

bool is_bare(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

constexpr std::size_t kMostTables = 32;  // one in the other; the parser calls itself for them

class TomlParser {
 public:
  explicit TomlParser(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  std::vector<TomlEntry> parse() {
    for (skip_blank_lines(); !is_done(); skip_blank_lines()) {
      if (take('[')) {
        parse_table();
      } else {
        parse_entry();
      }
      end_line();
    }
    return std::move(entries_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw TomlError(line_, what); }

  [[nodiscard]] bool is_done() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return is_done() ? '\n' : text_[at_]; }

  bool take(char c) {
    if (is_done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  void skip_comment() {
    skip_blanks();
    if (peek() != '#') return;
    while (peek() != '\n') ++at_;
  }
  void skip_blank_lines() {
    for (;;) {
      skip_comment();
      take('\r');
      if (!take('\n')) return;
      ++line_;
    }
  }
  void end_line() {
    skip_comment();
    take('\r');
    if (!is_done() && peek() != '\n') fail("one setting a line, please");
  }

  void parse_table() {
    if (peek() == '[') fail("arrays of tables mean nothing here");
    path_ = parse_path();
    if (!take(']')) fail("a table's name ends with ']'");
  }

  // name, or name.name.name
  std::vector<std::string> parse_path() {
    std::vector<std::string> path;
    do {
      skip_blanks();
      path.push_back(parse_key());
      skip_blanks();
    } while (take('.'));
    return path;
  }

  void parse_entry() {
    TomlEntry entry;
    entry.line = line_;
    entry.path = path_;
    for (std::string& key : parse_path()) entry.path.push_back(std::move(key));
    entry.key = std::move(entry.path.back());
    entry.path.pop_back();
    for (const std::string& table : entry.path) {
      entry.table += (entry.table.empty() ? "" : ".") + table;
    }
    if (!take('=')) fail("expected '=' after '" + entry.key + "'");
    skip_blanks();
    if (take('{')) return parse_inline_table(std::move(entry));
    if (take('[')) {
      entry.kind = TomlKind::Array;
      parse_array(entry);
    } else {
      entry.kind = parse_value(entry.values.emplace_back());
    }
    const auto is_same = [&](const TomlEntry& other) {
      return other.path == entry.path && other.key == entry.key;
    };
    if (std::any_of(entries_.begin(), entries_.end(), is_same)) {
      fail("'" + entry.key + "' is set twice");
    }
    entries_.push_back(std::move(entry));
  }

  // { key = value, ... }: as if each stood in a table of that name.
  void parse_inline_table(TomlEntry entry) {
    if (path_.size() > kMostTables) fail("tables in tables in tables ...");
    const std::vector<std::string> outer = std::exchange(path_, std::move(entry.path));
    path_.push_back(std::move(entry.key));
    skip_blanks();
    while (!take('}')) {
      parse_entry();
      skip_blanks();
      if (!take(',') && peek() != '}') fail("expected ',' or '}'; an inline table is one line");
      skip_blanks();
    }
    path_ = outer;
  }

  std::string parse_key() {
    if (peek() == '"' || peek() == '\'') return parse_string();
    const std::size_t start = at_;
    while (is_bare(peek())) ++at_;
    if (at_ == start) fail("expected a name: NAME = VALUE, or [TABLE]");
    return std::string(text_.substr(start, at_ - start));
  }

  void parse_array(TomlEntry& entry) {
    for (skip_blank_lines(); !take(']'); skip_blank_lines()) {
      if (!is_done()) (void)parse_value(entry.values.emplace_back());  // options take text
      skip_blank_lines();
      if (is_done()) fail("']' is missing at the end of '" + entry.key + "'");
      if (!take(',') && peek() != ']') fail("expected ',' or ']' in '" + entry.key + "'");
    }
  }

  TomlKind parse_value(std::string& into) {
    if (peek() == '"' || peek() == '\'') {
      into = parse_string();
      return TomlKind::String;
    }
    const std::size_t start = at_;
    while (is_bare(peek()) || peek() == '.' || peek() == '+' || peek() == ':') ++at_;
    into = text_.substr(start, at_ - start);
    if (into == "true" || into == "false") return TomlKind::Boolean;
    const std::string written = into;
    std::erase(into, '_');
    const std::size_t digits = into.starts_with('-') ? 1 : 0;
    if (into.size() == digits || into.find_first_not_of("0123456789.", digits) != into.npos) {
      fail(fmt::format("'{}' is no value; text stands in quotes: \"{}\"", written, written));
    }
    return TomlKind::Number;
  }

  std::string parse_string() {
    const char quote = text_[at_++];
    if (text_.substr(at_).starts_with(std::string(2, quote))) fail("write strings on one line");
    std::string out;
    while (!take(quote)) {
      if (peek() == '\n') fail("a string does not end on its line");
      const char c = text_[at_++];
      if (c == '\\' && quote == '"') {
        parse_escape(out);
      } else {
        out += c;
      }
    }
    return out;
  }

  void parse_escape(std::string& out) {
    static constexpr std::string_view kLetters = "btnfre\"\\";
    static constexpr std::string_view kMeanings = "\b\t\n\f\r\x1b\"\\";
    const char letter = peek();
    if (letter == 'u' || letter == 'U') {
      ++at_;
      return append_utf8(out, parse_hex(letter == 'u' ? 4 : 8));
    }
    const std::size_t which = kLetters.find(letter);
    if (which == std::string_view::npos) {
      fail("'\\' begins an escape in \"...\"; a regular expression is best put in '...'");
    }
    ++at_;
    out += kMeanings[which];
  }

  std::uint32_t parse_hex(int digits) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::uint32_t value = 0;
    for (; digits > 0; --digits, ++at_) {
      const auto digit = kDigits.find(static_cast<char>(peek() | (peek() >= 'A' ? 0x20 : 0)));
      if (digit == std::string_view::npos) fail("expected hexadecimal digits after \\u");
      value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) fail("no such character");
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<std::string> path_;  // of the table we are in
  std::vector<TomlEntry> entries_;
};

}  // namespace

std::vector<TomlEntry> parse_toml(std::string_view text) {
  return TomlParser(text).parse();
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace skitter::cli
