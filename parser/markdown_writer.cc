#include "parser/markdown_writer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "parser/ascii.h"
#include "parser/html_space.h"

namespace skitter::parser {
namespace {

bool is_word(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return false;
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte >= 0x80 || ascii::is_alpha(text[at]) || ascii::is_digit(text[at]);
}

// Whether the character would be read as Markdown there.
bool is_markup(std::string_view text, std::size_t at) noexcept {
  switch (text[at]) {
    case '\\':
    case '`':
    case '*':
    case '[':
    case ']':
    case '|':
      return true;
    case '_':  // inside a word it is plain
      return at == 0 || !is_word(text, at - 1) || !is_word(text, at + 1);
    case '<':
      return at + 1 < text.size() && (ascii::is_alpha(text[at + 1]) || text[at + 1] == '/' ||
                                      text[at + 1] == '!' || text[at + 1] == '?');
    case '&':
      return at + 1 < text.size() && (is_word(text, at + 1) || text[at + 1] == '#');
    case '~':
      return at + 1 < text.size() && text[at + 1] == '~';
    default:
      return false;
  }
}

void append_escaped_word(std::string& out, std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (is_markup(word, i)) out += '\\';
    out += word[i];
  }
}

// At a line's begin: what would make a heading, a list, a quote, a rule or a fence of it.
void append_first_word(std::string& out, std::string_view word) {
  constexpr std::string_view kBegins = "#+-=>~";
  if (kBegins.find(word.front()) != std::string_view::npos) {
    out += '\\';
    out += word.front();
    word.remove_prefix(1);
  } else {
    std::size_t digits = 0;
    while (digits < word.size() && ascii::is_digit(word[digits])) ++digits;
    const bool is_number =
        digits > 0 && digits + 1 == word.size() && (word[digits] == '.' || word[digits] == ')');
    if (is_number) {
      out.append(word.substr(0, digits)).append("\\").append(word.substr(digits));
      return;
    }
  }
  append_escaped_word(out, word);
}

std::size_t longest_run_of_ticks(std::string_view code) noexcept {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : code) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// Parentheses and spaces would end the destination of a link.
std::string destination(std::string_view url) {
  std::string out;
  for (const char c : url) {
    if (c == '(' || c == ')' || c == '<' || c == '>' || c == '\\' || is_html_space(c)) {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view mark_of(MarkdownWriter::Mark mark) noexcept {
  switch (mark) {
    case MarkdownWriter::Mark::Strong:
      return "**";
    case MarkdownWriter::Mark::Emphasis:
      return "*";
    case MarkdownWriter::Mark::Link:
      return "[";
  }
  return "";
}

}  // namespace

void MarkdownWriter::space() noexcept {
  if (gap_ == Gap::None) gap_ = Gap::Space;
}

void MarkdownWriter::line_break() noexcept {
  const bool may_break = !in_cell_ && lead_.empty();
  gap_ = may_break ? Gap::Break : Gap::Space;
}

// What stands between the line so far and what comes next, and the marks that begin there.
void MarkdownWriter::write_gap() {
  if (!line_.empty() && gap_ == Gap::Space) line_ += ' ';
  if (!line_.empty() && gap_ == Gap::Break) line_ += "\\\n";
  gap_ = Gap::None;
  for (OpenMark& mark : marks_) {
    if (mark.is_written || (mark.mark == Mark::Link && mark.url.empty())) continue;
    line_ += mark_of(mark.mark);
    mark.is_written = true;
  }
}

void MarkdownWriter::text(std::string_view text) {
  while (!text.empty()) {
    if (is_html_space(text.front())) {
      space();
      text = skip_html_space(text);
      continue;
    }
    const std::string_view word = take_token(text);
    write_gap();
    if (line_.empty() || line_.back() == '\n') {
      append_first_word(line_, word);
    } else {
      append_escaped_word(line_, word);
    }
  }
}

void MarkdownWriter::code(std::string_view code) {
  std::string words;
  for (auto word = take_token(code); !word.empty(); word = take_token(code)) {
    if (!words.empty()) words += ' ';
    for (const char c : word) {
      if (c == '|' && in_cell_) words += '\\';  // GFM: also in code
      words += c;
    }
  }
  if (words.empty()) return;
  const std::string ticks(longest_run_of_ticks(words) + 1, '`');
  const bool is_padded = words.front() == '`' || words.back() == '`';
  write_gap();
  line_ += ticks;
  if (is_padded) line_ += ' ';
  line_ += words;
  if (is_padded) line_ += ' ';
  line_ += ticks;
}

void MarkdownWriter::image(std::string_view alt, std::string_view url) {
  write_gap();
  line_ += "![";
  bool is_first = true;
  for (auto word = take_token(alt); !word.empty(); word = take_token(alt)) {
    if (!std::exchange(is_first, false)) line_ += ' ';
    append_escaped_word(line_, word);
  }
  line_ += "](" + destination(url) + ")";
}

void MarkdownWriter::open(Mark mark, std::string url) {
  for (OpenMark& open : marks_) {
    if (open.mark != mark) continue;
    ++open.depth;
    return;
  }
  marks_.push_back({mark, std::move(url), 1, false});
}

void MarkdownWriter::close_written(OpenMark& mark) {
  if (!mark.is_written) return;
  mark.is_written = false;
  if (mark.mark == Mark::Link) {
    line_ += "](" + destination(mark.url) + ")";
  } else {
    line_ += mark_of(mark.mark);
  }
}

void MarkdownWriter::close(Mark mark) {
  for (std::size_t i = marks_.size(); i-- > 0;) {
    if (marks_[i].mark != mark) continue;
    if (--marks_[i].depth > 0) return;
    close_written(marks_[i]);
    marks_.erase(marks_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

void MarkdownWriter::end_block() {
  if (in_cell_) return space();
  for (std::size_t i = marks_.size(); i-- > 0;) close_written(marks_[i]);
  gap_ = Gap::None;
  // A no-break space alone only keeps a paragraph open.
  const bool has_words = line_.find_first_not_of(" \xc2\xa0") != std::string::npos;
  if (has_words) emit(lead_ + line_);
  line_.clear();
  lead_.clear();
}

void MarkdownWriter::heading(int level) {
  if (!in_cell_) lead_ = std::string(static_cast<std::size_t>(level), '#') + ' ';
}

void MarkdownWriter::rule() {
  end_block();
  if (!in_cell_) emit("---");
}

void MarkdownWriter::fenced(std::string_view code, std::string_view language) {
  if (in_cell_) return this->code(code);
  end_block();
  while (code.ends_with('\n')) code.remove_suffix(1);
  if (trim_html_space(code).empty()) return;
  const std::string fence(std::max<std::size_t>(longest_run_of_ticks(code) + 1, 3), '`');
  emit(fence + std::string(language) + "\n" + std::string(code) + "\n" + fence);
}

void MarkdownWriter::begin_quote() {
  end_block();
  if (in_cell_) return;
  after_item_ = false;
  if (nested_.size() == kMaxMarkdownNesting) {
    ++deeper_;
  } else {
    nested_.push_back({"> ", "> "});
  }
}

void MarkdownWriter::begin_item(const std::string& marker) {
  end_block();
  if (in_cell_) return;
  if (nested_.size() == kMaxMarkdownNesting) {
    ++deeper_;
  } else {
    nested_.push_back({marker, std::string(marker.size(), ' ')});
  }
}

void MarkdownWriter::end_nested() {
  end_block();
  if (in_cell_) return;
  if (deeper_ > 0) {
    --deeper_;
  } else if (!nested_.empty()) {
    nested_.pop_back();
  }
}

// In front of the next line; what has not begun begins with it.
std::string MarkdownWriter::prefix() {
  std::string prefix;
  for (Nested& nested : nested_) {
    prefix += std::exchange(nested.is_begun, true) ? nested.rest : nested.first;
  }
  return prefix;
}

void MarkdownWriter::emit(std::string_view block) {
  const bool is_item = !nested_.empty() && !nested_.back().is_begun && nested_.back().first != "> ";
  if (!out_.empty() && !(is_item && after_item_)) {
    for (const Nested& nested : nested_) {
      if (!nested.is_begun) break;
      out_ += nested.rest;
    }
    while (out_.ends_with(' ')) out_.pop_back();
    out_ += '\n';
  }
  after_item_ = is_item || after_item_;
  while (true) {
    const std::size_t end = block.find('\n');
    out_ += prefix();
    out_ += block.substr(0, end);
    while (out_.ends_with(' ')) out_.pop_back();
    out_ += '\n';
    if (end == std::string_view::npos) return;
    block.remove_prefix(end + 1);
  }
}

void MarkdownWriter::begin_cell() {
  end_block();
  in_cell_ = true;
}

void MarkdownWriter::end_cell() {
  for (std::size_t i = marks_.size(); i-- > 0;) close_written(marks_[i]);
  gap_ = Gap::None;
  row_.push_back(std::exchange(line_, {}));
  in_cell_ = false;
}

void MarkdownWriter::end_row() {
  if (!row_.empty()) rows_.push_back(std::exchange(row_, {}));
}

void MarkdownWriter::end_table() {
  end_row();
  const auto rows = std::exchange(rows_, {});
  const bool is_empty = std::all_of(rows.begin(), rows.end(), [](const auto& row) {
    return std::all_of(row.begin(), row.end(), [](const auto& cell) { return cell.empty(); });
  });
  if (is_empty) return;
  std::size_t columns = 0;  // the first row decides how many there are
  for (const auto& row : rows) columns = std::max(columns, row.size());
  std::string table;
  for (const auto& row : rows) {
    const bool is_first = table.empty();
    if (!is_first) table += '\n';
    table += '|';
    for (const std::string& cell : row) table += ' ' + cell + " |";
    if (!is_first) continue;
    for (std::size_t i = row.size(); i < columns; ++i) table += "  |";
    table += "\n|";
    for (std::size_t i = 0; i < columns; ++i) table += " --- |";
  }
  emit(table);
}

std::string MarkdownWriter::take() {
  end_block();
  return std::exchange(out_, {});
}

}  // namespace skitter::parser
