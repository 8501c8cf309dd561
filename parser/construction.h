#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/attributes.h"
#include "parser/elements.h"
#include "parser/formatting.h"
#include "parser/open_elements.h"
#include "parser/page_builder.h"
#include "parser/tokenizer.h"

namespace skitter::parser {

class Arena;
class TagSet;

// The attributes of the tokenizer's start tag, decoded where they are asked for.
class TokenAttributes final : public Attributes {
 public:
  TokenAttributes(const Tokenizer& tokenizer, Arena& arena) noexcept
      : tokenizer_(tokenizer), arena_(arena) {}

  [[nodiscard]] std::optional<std::string_view> find(AttributeName name) const override;
  // In SVG and MathML xlink:href is href; the first of the two counts.
  void set_foreign(bool is_foreign) noexcept { is_foreign_ = is_foreign; }

 private:
  [[nodiscard]] std::string_view decode(std::string_view raw) const;

  const Tokenizer& tokenizer_;
  Arena& arena_;
  bool is_foreign_ = false;
};

// HTML's tree construction without the tree: which elements are open, what an end tag closes, where
// text may stand. What a page's values come from is told to a PageBuilder as it passes, in document
// order. It follows gumbo, of whose tree the same values are taken, in what gumbo does otherwise
// than the standard.
//
// What only a tree can do is not done: what a late <frameset> throws away has been told already.
//
// Internal to parser/.
// Owns:    its stacks, all of bounded depth; decoded values are in the arena.
// Source:  HTML §13.2.6 (tree construction).
class Construction {
 public:
  Construction(std::string_view markup, Arena& arena, PageBuilder& builder);

  void run();

 private:
  enum class Mode : std::uint8_t {
    Initial,
    BeforeHtml,
    BeforeHead,
    InHead,
    InHeadNoscript,
    AfterHead,
    InBody,
    Text,
    InTable,
    InTableText,
    InCaption,
    InColumnGroup,
    InTableBody,
    InRow,
    InCell,
    InSelect,
    InSelectInTable,
    InTemplate,
    AfterBody,
    InFrameset,
    AfterFrameset,
    AfterAfterBody,
    AfterAfterFrameset,
  };
  enum class Reprocess : bool { No, Yes };
  using Index = OpenElements::Index;
  // An element that left the stack while others in it were still open.
  struct Outlasted {
    const Traits* traits;
    CaptureId capture;
    std::int32_t next;
  };

  // construction.cc: tokens, text, the stack.
  void take_text();
  void take_start_tag();
  void take_end_tag();
  void take_doctype();
  void finish();
  void decode_text(const Tokenizer::Text& text);
  void characters(std::string_view text);
  void characters_outside_body(std::string_view text);
  void space_outside_body(std::string_view spaces);
  [[nodiscard]] Reprocess word_outside_body();
  void null_character(bool is_raw);
  void body_text(std::string_view text);
  void insert_text(std::string_view text);
  void flush_text();
  void leave_table_text();
  [[nodiscard]] bool is_foreign_text() const noexcept;
  [[nodiscard]] bool is_html_start() const noexcept;

  void push_html(const Attributes& attributes, int tag);
  void push_html() { push_html(attributes_, tag_); }
  void push_implied(int tag);
  void push_foreign(Namespace space);
  void push(OpenElement element, const Attributes& attributes);
  void insert_void();
  void pop();
  void pop_until(int tag);
  void pop_to(Index index);
  void end_element(const OpenElement& element);
  void end_outlasted(std::int32_t first);
  void erase(Index index);
  void start_content(Tokenizer::Content content);
  void reset_mode();
  [[nodiscard]] bool top_is(int tag) const noexcept { return open_.top().is_html(tag); }
  [[nodiscard]] bool attribute_is(AttributeName name, std::string_view value) const;

  // construction_head.cc: what comes before and behind the body.
  [[nodiscard]] Reprocess start_tag();
  [[nodiscard]] Reprocess end_tag();
  [[nodiscard]] Reprocess end_html_tag();
  [[nodiscard]] Reprocess start_before_head();
  [[nodiscard]] Reprocess start_in_head();
  [[nodiscard]] Reprocess start_in_head_noscript();
  [[nodiscard]] Reprocess start_after_head();
  [[nodiscard]] Reprocess start_in_template();
  [[nodiscard]] Reprocess start_in_frameset();
  [[nodiscard]] Reprocess end_before_head();
  [[nodiscard]] Reprocess end_in_head();
  void end_in_frameset();
  void start_template();
  void end_template();

  // construction_body.cc
  [[nodiscard]] Reprocess start_in_body();
  [[nodiscard]] Reprocess end_in_body();
  void start_html();
  void start_frameset();
  void start_form();
  void start_list_item();
  [[nodiscard]] Reprocess start_button();
  void start_link();
  void start_formatting();
  void start_nobr();
  void start_isindex();
  void start_select();
  void start_ruby();
  void start_other();
  void end_form();
  void end_heading();
  void end_other();
  void close_paragraph();
  void generate_implied_end_tags(int except);
  [[nodiscard]] Reprocess start_foreign();
  [[nodiscard]] Reprocess end_foreign();

  // construction_formatting.cc
  void reconstruct();
  void add_formatting();
  void adopt(int tag);
  [[nodiscard]] bool adopt_once(int tag);
  void split(OpenElement& link, const OpenElement& block, PageBuilder::Rest rest);
  void move_out(std::size_t entry, Index index, Index block);
  [[nodiscard]] std::size_t clone_between(Index index, Index& block, std::size_t bookmark);
  void forget_link();

  // construction_table.cc
  [[nodiscard]] bool begin_fostering();
  void end_fostering();
  [[nodiscard]] Reprocess start_in_table();
  [[nodiscard]] Reprocess start_in_table_body();
  [[nodiscard]] Reprocess start_in_row();
  [[nodiscard]] Reprocess start_in_cell();
  [[nodiscard]] Reprocess start_in_caption();
  [[nodiscard]] Reprocess start_in_column_group();
  [[nodiscard]] Reprocess start_in_select();
  [[nodiscard]] Reprocess end_in_table();
  [[nodiscard]] Reprocess end_in_table_body();
  [[nodiscard]] Reprocess end_in_row();
  [[nodiscard]] Reprocess end_in_cell();
  [[nodiscard]] Reprocess end_in_caption();
  [[nodiscard]] Reprocess end_in_column_group();
  [[nodiscard]] Reprocess end_in_select();
  [[nodiscard]] bool close_table();
  void clear_to(const TagSet& context);
  [[nodiscard]] Reprocess close_section();
  [[nodiscard]] bool close_row();
  [[nodiscard]] Reprocess close_cell();
  [[nodiscard]] bool close_caption();
  void close_select();
  [[nodiscard]] Reprocess leave_column_group();

  Arena& arena_;
  PageBuilder& builder_;
  Tokenizer tokenizer_;
  TokenAttributes attributes_;
  OpenElements open_;
  FormattingList formatting_;
  std::vector<Mode> template_modes_;
  std::vector<PageBuilder::TablePlace> table_places_;  // one for each open table
  std::vector<Index> fostering_;  // sizes of the stack to which fostered content must shrink
  std::vector<Outlasted> outlasted_;
  std::vector<std::string_view> pending_;  // text that no element has closed off yet
  std::string decoded_;
  Mode mode_ = Mode::Initial;
  Mode original_mode_ = Mode::Initial;
  int tag_ = 0;  // of the tag in hand
  std::uint32_t last_id_ = 0;
  std::uint32_t form_ = 0;  // id of the open form; 0: none
  int silent_ = 0;          // open elements whose content does not count
  bool has_head_ = false;
  bool is_quirky_ = false;
  bool fosters_ = false;  // what is put into a table now belongs in front of it
  bool is_frameset_ok_ = true;
  bool skips_line_feed_ = false;
  bool has_table_words_ = false;  // text in a table that is not all white space
};

}  // namespace skitter::parser
