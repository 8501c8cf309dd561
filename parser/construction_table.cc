#include <gumbo.h>

#include "parser/construction.h"
#include "parser/tag_set.h"

// Source: HTML §13.2.6.4.9-17 (tables and selects).
namespace skitter::parser {
namespace {

constexpr TagSet kTableContext = {GUMBO_TAG_HTML, GUMBO_TAG_TABLE, GUMBO_TAG_TEMPLATE};
constexpr TagSet kBodyContext = {GUMBO_TAG_HTML, GUMBO_TAG_TBODY, GUMBO_TAG_TFOOT, GUMBO_TAG_THEAD,
                                 GUMBO_TAG_TEMPLATE};
constexpr TagSet kRowContext = {GUMBO_TAG_HTML, GUMBO_TAG_TR, GUMBO_TAG_TEMPLATE};

constexpr TagSet kFostering = {GUMBO_TAG_TABLE, GUMBO_TAG_TBODY, GUMBO_TAG_TFOOT, GUMBO_TAG_THEAD,
                               GUMBO_TAG_TR};

constexpr TagSet kSections = {GUMBO_TAG_TBODY, GUMBO_TAG_TFOOT, GUMBO_TAG_THEAD};
constexpr TagSet kCells = {GUMBO_TAG_TD, GUMBO_TAG_TH};
// Start tags that end a cell or a caption; without the cells, a row; without the row, a section.
constexpr TagSet kTableParts = {GUMBO_TAG_CAPTION, GUMBO_TAG_COL,   GUMBO_TAG_COLGROUP,
                                GUMBO_TAG_TBODY,   GUMBO_TAG_TD,    GUMBO_TAG_TFOOT,
                                GUMBO_TAG_TH,      GUMBO_TAG_THEAD, GUMBO_TAG_TR};
// End tags that mean nothing where they stand in a table.
constexpr TagSet kIgnoredInTable = {GUMBO_TAG_BODY,     GUMBO_TAG_CAPTION, GUMBO_TAG_COL,
                                    GUMBO_TAG_COLGROUP, GUMBO_TAG_HTML,    GUMBO_TAG_TBODY,
                                    GUMBO_TAG_TD,       GUMBO_TAG_TFOOT,   GUMBO_TAG_TH,
                                    GUMBO_TAG_THEAD,    GUMBO_TAG_TR};
constexpr TagSet kIgnoredInCell = {GUMBO_TAG_BODY, GUMBO_TAG_CAPTION, GUMBO_TAG_COL,
                                   GUMBO_TAG_COLGROUP, GUMBO_TAG_HTML};

}  // namespace

void Construction::clear_to(const TagSet& context) {
  while (!open_.top().is_html() || !context.has(open_.top().tag)) pop();
}

// "Foster parenting": what is put into a table and not into a cell stands in front of the table.
// False where that is not so here, or where it is said already.
bool Construction::begin_fostering() {
  const bool is_in_table = open_.top().is_html() && kFostering.has(open_.top().tag);
  if (!is_in_table || open_.last(GUMBO_TAG_TABLE) <= open_.last(GUMBO_TAG_TEMPLATE)) return false;
  fostering_.push_back(open_.size());
  builder_.begin_fostered(table_places_.back());
  return true;
}

void Construction::end_fostering() {
  fostering_.pop_back();
  builder_.end_fostered(table_places_.back());
}

Construction::Reprocess Construction::start_in_table() {
  switch (tag_) {
    case GUMBO_TAG_CAPTION:
      clear_to(kTableContext);
      formatting_.add_marker();
      push_html();
      mode_ = Mode::InCaption;
      return Reprocess::No;
    case GUMBO_TAG_COLGROUP:
      clear_to(kTableContext);
      push_html();
      mode_ = Mode::InColumnGroup;
      return Reprocess::No;
    case GUMBO_TAG_COL:
      clear_to(kTableContext);
      push_implied(GUMBO_TAG_COLGROUP);
      mode_ = Mode::InColumnGroup;
      return Reprocess::Yes;
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_TFOOT:
    case GUMBO_TAG_THEAD:
      clear_to(kTableContext);
      push_html();
      mode_ = Mode::InTableBody;
      return Reprocess::No;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_TR:
      clear_to(kTableContext);
      push_implied(GUMBO_TAG_TBODY);
      mode_ = Mode::InTableBody;
      return Reprocess::Yes;
    case GUMBO_TAG_TABLE:
      return close_table() ? Reprocess::Yes : Reprocess::No;
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_TEMPLATE:
      return start_in_head();
    case GUMBO_TAG_FORM:
      if (form_ != 0 || open_.has(GUMBO_TAG_TEMPLATE)) return Reprocess::No;
      push_html();
      form_ = open_.top().id;
      pop();
      return Reprocess::No;
    case GUMBO_TAG_INPUT:
      if (!attribute_is(AttributeName::Type, "hidden")) break;
      insert_void();
      return Reprocess::No;
    default:
      break;
  }
  fosters_ = true;
  const Reprocess reprocess = start_in_body();
  fosters_ = false;
  return reprocess;
}

Construction::Reprocess Construction::end_in_table() {
  if (tag_ == GUMBO_TAG_TABLE) {
    (void)close_table();
  } else if (tag_ == GUMBO_TAG_TEMPLATE) {
    end_template();
  } else if (!kIgnoredInTable.has(tag_)) {
    fosters_ = true;
    const Reprocess reprocess = end_in_body();
    fosters_ = false;
    return reprocess;
  }
  return Reprocess::No;
}

bool Construction::close_table() {
  if (!open_.is_in_table_scope(GUMBO_TAG_TABLE)) return false;
  pop_until(GUMBO_TAG_TABLE);
  reset_mode();
  return true;
}

Construction::Reprocess Construction::start_in_table_body() {
  if (tag_ == GUMBO_TAG_TR) {
    clear_to(kBodyContext);
    push_html();
    mode_ = Mode::InRow;
    return Reprocess::No;
  }
  if (kCells.has(tag_)) {
    clear_to(kBodyContext);
    push_implied(GUMBO_TAG_TR);
    mode_ = Mode::InRow;
    return Reprocess::Yes;
  }
  return kTableParts.has(tag_) ? close_section() : start_in_table();
}

Construction::Reprocess Construction::end_in_table_body() {
  if (tag_ == GUMBO_TAG_TABLE) return close_section();
  if (!kSections.has(tag_)) return end_in_table();
  if (!open_.is_in_table_scope(tag_)) return Reprocess::No;
  clear_to(kBodyContext);
  pop();
  mode_ = Mode::InTable;
  return Reprocess::No;
}

Construction::Reprocess Construction::close_section() {
  const bool is_open = open_.is_in_table_scope(GUMBO_TAG_TBODY) ||
                       open_.is_in_table_scope(GUMBO_TAG_THEAD) ||
                       open_.is_in_table_scope(GUMBO_TAG_TFOOT);
  if (!is_open) return Reprocess::No;
  clear_to(kBodyContext);
  pop();
  mode_ = Mode::InTable;
  return Reprocess::Yes;
}

Construction::Reprocess Construction::start_in_row() {
  if (kCells.has(tag_)) {
    clear_to(kRowContext);
    push_html();
    formatting_.add_marker();
    mode_ = Mode::InCell;
    return Reprocess::No;
  }
  if (!kTableParts.has(tag_)) return start_in_table();
  return close_row() ? Reprocess::Yes : Reprocess::No;
}

Construction::Reprocess Construction::end_in_row() {
  if (tag_ == GUMBO_TAG_TR) {
    (void)close_row();
    return Reprocess::No;
  }
  if (tag_ == GUMBO_TAG_TABLE || kSections.has(tag_)) {
    if (!open_.is_in_table_scope(tag_) && tag_ != GUMBO_TAG_TABLE) return Reprocess::No;
    return close_row() ? Reprocess::Yes : Reprocess::No;
  }
  return end_in_table();
}

bool Construction::close_row() {
  if (!open_.is_in_table_scope(GUMBO_TAG_TR)) return false;
  clear_to(kRowContext);
  pop();
  mode_ = Mode::InTableBody;
  return true;
}

Construction::Reprocess Construction::start_in_cell() {
  return kTableParts.has(tag_) ? close_cell() : start_in_body();
}

Construction::Reprocess Construction::end_in_cell() {
  if (kCells.has(tag_)) {
    if (!open_.is_in_table_scope(tag_)) return Reprocess::No;
    pop_until(tag_);
    formatting_.clear_to_marker();
    mode_ = Mode::InRow;
    return Reprocess::No;
  }
  if (kIgnoredInCell.has(tag_)) return Reprocess::No;
  if (tag_ != GUMBO_TAG_TABLE && tag_ != GUMBO_TAG_TR && !kSections.has(tag_)) {
    return end_in_body();
  }
  return open_.is_in_table_scope(tag_) ? close_cell() : Reprocess::No;
}

Construction::Reprocess Construction::close_cell() {
  const int cell = open_.is_in_table_scope(GUMBO_TAG_TD) ? GUMBO_TAG_TD : GUMBO_TAG_TH;
  if (!open_.is_in_table_scope(cell)) return Reprocess::No;
  pop_until(cell);
  formatting_.clear_to_marker();
  mode_ = Mode::InRow;
  return Reprocess::Yes;
}

Construction::Reprocess Construction::start_in_caption() {
  if (!kTableParts.has(tag_)) return start_in_body();
  return close_caption() ? Reprocess::Yes : Reprocess::No;
}

Construction::Reprocess Construction::end_in_caption() {
  if (tag_ == GUMBO_TAG_CAPTION) {
    (void)close_caption();
    return Reprocess::No;
  }
  if (tag_ == GUMBO_TAG_TABLE) return close_caption() ? Reprocess::Yes : Reprocess::No;
  return kIgnoredInTable.has(tag_) ? Reprocess::No : end_in_body();
}

bool Construction::close_caption() {
  if (!open_.is_in_table_scope(GUMBO_TAG_CAPTION)) return false;
  pop_until(GUMBO_TAG_CAPTION);
  formatting_.clear_to_marker();
  mode_ = Mode::InTable;
  return true;
}

Construction::Reprocess Construction::start_in_column_group() {
  if (tag_ == GUMBO_TAG_HTML) {
    start_html();
    return Reprocess::No;
  }
  if (tag_ == GUMBO_TAG_TEMPLATE) return start_in_head();
  if (tag_ != GUMBO_TAG_COL) return leave_column_group();
  insert_void();
  return Reprocess::No;
}

Construction::Reprocess Construction::end_in_column_group() {
  if (tag_ == GUMBO_TAG_COLGROUP) {
    (void)leave_column_group();
    return Reprocess::No;
  }
  if (tag_ == GUMBO_TAG_COL) return Reprocess::No;
  if (tag_ != GUMBO_TAG_TEMPLATE) return leave_column_group();
  end_template();
  return Reprocess::No;
}

Construction::Reprocess Construction::leave_column_group() {
  if (!top_is(GUMBO_TAG_COLGROUP)) return Reprocess::No;
  pop();
  mode_ = Mode::InTable;
  return Reprocess::Yes;
}

Construction::Reprocess Construction::start_in_select() {
  const bool is_table_tag = tag_ == GUMBO_TAG_CAPTION || tag_ == GUMBO_TAG_TABLE ||
                            tag_ == GUMBO_TAG_TR || kSections.has(tag_) || kCells.has(tag_);
  if (mode_ == Mode::InSelectInTable && is_table_tag) {
    close_select();
    return Reprocess::Yes;
  }
  switch (tag_) {
    case GUMBO_TAG_HTML:
      start_html();
      return Reprocess::No;
    case GUMBO_TAG_OPTION:
    case GUMBO_TAG_OPTGROUP:
      if (top_is(GUMBO_TAG_OPTION)) pop();
      if (tag_ == GUMBO_TAG_OPTGROUP && top_is(GUMBO_TAG_OPTGROUP)) pop();
      push_html();
      return Reprocess::No;
    case GUMBO_TAG_SELECT:
      if (open_.is_in_select_scope(GUMBO_TAG_SELECT)) close_select();
      return Reprocess::No;
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_KEYGEN:
    case GUMBO_TAG_TEXTAREA:
      if (!open_.is_in_select_scope(GUMBO_TAG_SELECT)) return Reprocess::No;
      close_select();
      return Reprocess::Yes;
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_TEMPLATE:
      return start_in_head();
    default:
      return Reprocess::No;
  }
}

Construction::Reprocess Construction::end_in_select() {
  const bool is_table_tag = tag_ == GUMBO_TAG_CAPTION || tag_ == GUMBO_TAG_TABLE ||
                            tag_ == GUMBO_TAG_TR || kSections.has(tag_) || kCells.has(tag_);
  if (mode_ == Mode::InSelectInTable && is_table_tag) {
    if (!open_.is_in_table_scope(tag_)) return Reprocess::No;
    close_select();
    return Reprocess::Yes;
  }
  switch (tag_) {
    case GUMBO_TAG_OPTGROUP:
      if (top_is(GUMBO_TAG_OPTION) && open_.size() > 1 &&
          open_[open_.size() - 2].is_html(GUMBO_TAG_OPTGROUP)) {
        pop();
      }
      if (top_is(GUMBO_TAG_OPTGROUP)) pop();
      break;
    case GUMBO_TAG_OPTION:
      if (top_is(GUMBO_TAG_OPTION)) pop();
      break;
    case GUMBO_TAG_SELECT:
      if (open_.is_in_select_scope(GUMBO_TAG_SELECT)) close_select();
      break;
    case GUMBO_TAG_TEMPLATE:
      end_template();
      break;
    default:
      break;
  }
  return Reprocess::No;
}

void Construction::close_select() {
  pop_until(GUMBO_TAG_SELECT);
  reset_mode();
}

}  // namespace skitter::parser
