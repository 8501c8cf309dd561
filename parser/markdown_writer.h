#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/markdown.h"

namespace skitter::parser {

// Puts Markdown together out of blocks and of what stands in a line. Internal to parser/.
//
// Emphasis and links are written when text comes and closed where text ends, so that no white space
// stands inside their marks, empty ones leave nothing, and a block's end closes and reopens them.
class MarkdownWriter {
 public:
  enum class Mark { Strong, Emphasis, Link };

  // In a line.
  void text(std::string_view text);
  void code(std::string_view code);
  void image(std::string_view alt, std::string_view url);
  void space() noexcept;
  void line_break() noexcept;
  void open(Mark mark, std::string url = {});  // a link without a URL is only its text
  void close(Mark mark);

  // Blocks. Inside a cell they are only spaces.
  void end_block();
  void heading(int level);  // what comes before the next end_block() is one
  void rule();
  void fenced(std::string_view code, std::string_view language);
  void begin_quote();
  void begin_item(const std::string& marker);
  void end_nested();  // of a quote or an item
  void end_list() noexcept { after_item_ = false; }

  void begin_cell();
  void end_cell();
  void end_row();
  void end_table();

  [[nodiscard]] std::string take();

 private:
  enum class Gap { None, Space, Break };
  struct OpenMark {
    Mark mark;
    std::string url;
    int depth;        // of marks of this kind inside one another: only the outermost is written
    bool is_written;  // its begin stands in the line
  };
  struct Nested {
    std::string first, rest;  // in front of its first line, and of the others
    bool is_begun = false;
  };

  void write_gap();
  void close_written(OpenMark& mark);
  void emit(std::string_view block);
  [[nodiscard]] std::string prefix();

  std::string out_;
  std::string line_;
  std::string lead_;  // "## "
  Gap gap_ = Gap::None;
  std::vector<OpenMark> marks_;
  std::vector<Nested> nested_;
  int deeper_ = 0;           // quotes and items beyond kMaxMarkdownNesting
  bool after_item_ = false;  // the last block stood in a list that goes on
  bool in_cell_ = false;
  std::vector<std::string> row_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace skitter::parser
