#include <gumbo.h>

#include "parser/construction.h"

namespace skitter::parser {

// Whether a start tag is read by the rules of HTML; the others are foreign.
bool Construction::is_html_start() const noexcept {
  if (open_.empty() || open_.top().is_html()) return true;
  const OpenElement& top = open_.top();
  if (top.is_html_integration) return true;
  if (top.is_text_integration) return tag_ != GUMBO_TAG_MGLYPH && tag_ != GUMBO_TAG_MALIGNMARK;
  return top.space == Namespace::MathMl && top.tag == GUMBO_TAG_ANNOTATION_XML &&
         tag_ == GUMBO_TAG_SVG;
}

Construction::Reprocess Construction::start_tag() {
  if (!is_html_start()) return start_foreign();
  switch (mode_) {
    case Mode::Initial:
    case Mode::BeforeHtml:
    case Mode::BeforeHead:
      return start_before_head();
    case Mode::InHead:
      return start_in_head();
    case Mode::InHeadNoscript:
      return start_in_head_noscript();
    case Mode::AfterHead:
      return start_after_head();
    case Mode::InBody:
      return start_in_body();
    case Mode::InTable:
      return start_in_table();
    case Mode::InCaption:
      return start_in_caption();
    case Mode::InColumnGroup:
      return start_in_column_group();
    case Mode::InTableBody:
      return start_in_table_body();
    case Mode::InRow:
      return start_in_row();
    case Mode::InCell:
      return start_in_cell();
    case Mode::InSelect:
    case Mode::InSelectInTable:
      return start_in_select();
    case Mode::InTemplate:
      return start_in_template();
    case Mode::AfterBody:
    case Mode::AfterAfterBody:
      if (tag_ != GUMBO_TAG_HTML) return word_outside_body();
      start_html();
      return Reprocess::No;
    case Mode::InFrameset:
    case Mode::AfterFrameset:
    case Mode::AfterAfterFrameset:
      return start_in_frameset();
    case Mode::Text:         // only its end tag ends it
    case Mode::InTableText:  // left in front of any tag
      return Reprocess::No;
  }
  return Reprocess::No;
}

Construction::Reprocess Construction::end_tag() {
  if (!open_.empty() && !open_.top().is_html()) return end_foreign();
  return end_html_tag();
}

Construction::Reprocess Construction::end_html_tag() {
  switch (mode_) {
    case Mode::Initial:
    case Mode::BeforeHtml:
    case Mode::BeforeHead:
      return end_before_head();
    case Mode::InHead:
    case Mode::InHeadNoscript:
    case Mode::AfterHead:
      return end_in_head();
    case Mode::Text:
      pop();
      mode_ = original_mode_;
      return Reprocess::No;
    case Mode::InBody:
      return end_in_body();
    case Mode::InTable:
      return end_in_table();
    case Mode::InCaption:
      return end_in_caption();
    case Mode::InColumnGroup:
      return end_in_column_group();
    case Mode::InTableBody:
      return end_in_table_body();
    case Mode::InRow:
      return end_in_row();
    case Mode::InCell:
      return end_in_cell();
    case Mode::InSelect:
    case Mode::InSelectInTable:
      return end_in_select();
    case Mode::InTemplate:
      if (tag_ == GUMBO_TAG_TEMPLATE) end_template();
      return Reprocess::No;
    case Mode::AfterBody:
      if (tag_ != GUMBO_TAG_HTML) return word_outside_body();
      mode_ = Mode::AfterAfterBody;
      return Reprocess::No;
    case Mode::AfterAfterBody:
      return word_outside_body();
    case Mode::InFrameset:
    case Mode::AfterFrameset:
    case Mode::AfterAfterFrameset:
      end_in_frameset();
      return Reprocess::No;
    case Mode::InTableText:  // left in front of any tag
      return Reprocess::No;
  }
  return Reprocess::No;
}

Construction::Reprocess Construction::start_before_head() {
  if (mode_ == Mode::BeforeHtml && tag_ == GUMBO_TAG_HTML) {
    push_html();
    mode_ = Mode::BeforeHead;
    return Reprocess::No;
  }
  if (mode_ == Mode::BeforeHead && tag_ == GUMBO_TAG_HEAD) {
    push_html();
    has_head_ = true;
    mode_ = Mode::InHead;
    return Reprocess::No;
  }
  return word_outside_body();
}

Construction::Reprocess Construction::end_before_head() {
  const bool counts = tag_ == GUMBO_TAG_HEAD || tag_ == GUMBO_TAG_BODY || tag_ == GUMBO_TAG_HTML ||
                      tag_ == GUMBO_TAG_BR;
  return mode_ == Mode::Initial || counts ? word_outside_body() : Reprocess::No;
}

Construction::Reprocess Construction::start_in_head() {
  switch (tag_) {
    case GUMBO_TAG_HTML:
      start_html();
      return Reprocess::No;
    case GUMBO_TAG_BASE:
    case GUMBO_TAG_BASEFONT:
    case GUMBO_TAG_BGSOUND:
    case GUMBO_TAG_MENUITEM:
    case GUMBO_TAG_LINK:
    case GUMBO_TAG_META:
      insert_void();
      return Reprocess::No;
    case GUMBO_TAG_TITLE:
      start_content(Tokenizer::Content::Rcdata);
      return Reprocess::No;
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_STYLE:
      start_content(Tokenizer::Content::RawText);
      return Reprocess::No;
    case GUMBO_TAG_SCRIPT:
      start_content(Tokenizer::Content::Script);
      return Reprocess::No;
    case GUMBO_TAG_NOSCRIPT:  // scripting is off
      push_html();
      mode_ = Mode::InHeadNoscript;
      return Reprocess::No;
    case GUMBO_TAG_TEMPLATE:
      start_template();
      return Reprocess::No;
    case GUMBO_TAG_HEAD:
      return Reprocess::No;
    default:
      return word_outside_body();
  }
}

Construction::Reprocess Construction::start_in_head_noscript() {
  switch (tag_) {
    case GUMBO_TAG_HTML:
    case GUMBO_TAG_BASEFONT:
    case GUMBO_TAG_BGSOUND:
    case GUMBO_TAG_LINK:
    case GUMBO_TAG_META:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_STYLE:
      return start_in_head();
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_NOSCRIPT:
      return Reprocess::No;
    default:
      return word_outside_body();
  }
}

Construction::Reprocess Construction::start_after_head() {
  switch (tag_) {
    case GUMBO_TAG_BODY:
      push_html();
      is_frameset_ok_ = false;
      mode_ = Mode::InBody;
      return Reprocess::No;
    case GUMBO_TAG_FRAMESET:
      push_html();
      mode_ = Mode::InFrameset;
      return Reprocess::No;
    case GUMBO_TAG_HTML:
    case GUMBO_TAG_BASE:
    case GUMBO_TAG_BASEFONT:
    case GUMBO_TAG_BGSOUND:
    case GUMBO_TAG_LINK:
    case GUMBO_TAG_META:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_TITLE:
      return start_in_head();
    case GUMBO_TAG_HEAD:
      return Reprocess::No;
    default:
      return word_outside_body();
  }
}

Construction::Reprocess Construction::end_in_head() {
  const bool is_noscript = mode_ == Mode::InHeadNoscript;
  switch (tag_) {
    case GUMBO_TAG_BR:
      return word_outside_body();
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_HTML:
      return is_noscript ? Reprocess::No : word_outside_body();
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_NOSCRIPT:
      if ((tag_ == GUMBO_TAG_HEAD) == (mode_ == Mode::InHead) && mode_ != Mode::AfterHead) {
        (void)word_outside_body();
      }
      return Reprocess::No;
    case GUMBO_TAG_TEMPLATE:
      if (!is_noscript) end_template();
      return Reprocess::No;
    default:
      return Reprocess::No;
  }
}

void Construction::start_template() {
  push_html();
  formatting_.add_marker();
  is_frameset_ok_ = false;
  mode_ = Mode::InTemplate;
  template_modes_.push_back(Mode::InTemplate);
}

void Construction::end_template() {
  if (!open_.has(GUMBO_TAG_TEMPLATE)) return;
  pop_until(GUMBO_TAG_TEMPLATE);
  formatting_.clear_to_marker();
  if (!template_modes_.empty()) template_modes_.pop_back();
  reset_mode();
}

Construction::Reprocess Construction::start_in_template() {
  switch (tag_) {
    case GUMBO_TAG_BASE:
    case GUMBO_TAG_BASEFONT:
    case GUMBO_TAG_BGSOUND:
    case GUMBO_TAG_LINK:
    case GUMBO_TAG_META:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_TITLE:
      return start_in_head();
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_COLGROUP:
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_TFOOT:
    case GUMBO_TAG_THEAD:
      mode_ = Mode::InTable;
      break;
    case GUMBO_TAG_COL:
      mode_ = Mode::InColumnGroup;
      break;
    case GUMBO_TAG_TR:
      mode_ = Mode::InTableBody;
      break;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
      mode_ = Mode::InRow;
      break;
    default:
      mode_ = Mode::InBody;
      break;
  }
  template_modes_.back() = mode_;
  return Reprocess::Yes;
}

// In, behind and long behind a frameset.
Construction::Reprocess Construction::start_in_frameset() {
  if (tag_ == GUMBO_TAG_HTML) start_html();
  if (tag_ == GUMBO_TAG_NOFRAMES) return start_in_head();
  if (mode_ != Mode::InFrameset) return Reprocess::No;
  if (tag_ == GUMBO_TAG_FRAMESET) push_html();
  if (tag_ == GUMBO_TAG_FRAME) insert_void();
  return Reprocess::No;
}

void Construction::end_in_frameset() {
  if (mode_ == Mode::AfterFrameset && tag_ == GUMBO_TAG_HTML) mode_ = Mode::AfterAfterFrameset;
  if (mode_ != Mode::InFrameset || tag_ != GUMBO_TAG_FRAMESET || top_is(GUMBO_TAG_HTML)) return;
  pop();
  if (!top_is(GUMBO_TAG_FRAMESET)) mode_ = Mode::AfterFrameset;
}

}  // namespace skitter::parser
