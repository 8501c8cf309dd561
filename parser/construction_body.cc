#include <gumbo.h>

#include "parser/ascii.h"
#include "parser/construction.h"
#include "parser/tag_set.h"

namespace skitter::parser {
namespace {

constexpr TagSet kHeadings = {GUMBO_TAG_H1, GUMBO_TAG_H2, GUMBO_TAG_H3,
                              GUMBO_TAG_H4, GUMBO_TAG_H5, GUMBO_TAG_H6};
constexpr TagSet kImpliedEnds = {GUMBO_TAG_DD, GUMBO_TAG_DT,       GUMBO_TAG_LI, GUMBO_TAG_OPTION,
                                 GUMBO_TAG_P,  GUMBO_TAG_OPTGROUP, GUMBO_TAG_RB, GUMBO_TAG_RP,
                                 GUMBO_TAG_RT, GUMBO_TAG_RTC};
// HTML §13.2.6.5: what ends foreign content.
constexpr TagSet kNotForeign = {
    GUMBO_TAG_B,      GUMBO_TAG_BIG,  GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_BODY,  GUMBO_TAG_BR,
    GUMBO_TAG_CENTER, GUMBO_TAG_CODE, GUMBO_TAG_DD,         GUMBO_TAG_DIV,   GUMBO_TAG_DL,
    GUMBO_TAG_DT,     GUMBO_TAG_EM,   GUMBO_TAG_EMBED,      GUMBO_TAG_H1,    GUMBO_TAG_H2,
    GUMBO_TAG_H3,     GUMBO_TAG_H4,   GUMBO_TAG_H5,         GUMBO_TAG_H6,    GUMBO_TAG_HEAD,
    GUMBO_TAG_HR,     GUMBO_TAG_I,    GUMBO_TAG_IMG,        GUMBO_TAG_LI,    GUMBO_TAG_LISTING,
    GUMBO_TAG_MENU,   GUMBO_TAG_META, GUMBO_TAG_NOBR,       GUMBO_TAG_OL,    GUMBO_TAG_P,
    GUMBO_TAG_PRE,    GUMBO_TAG_RUBY, GUMBO_TAG_S,          GUMBO_TAG_SMALL, GUMBO_TAG_SPAN,
    GUMBO_TAG_STRONG, GUMBO_TAG_SUB,  GUMBO_TAG_STRIKE,     GUMBO_TAG_SUP,   GUMBO_TAG_TABLE,
    GUMBO_TAG_TT,     GUMBO_TAG_U,    GUMBO_TAG_UL,         GUMBO_TAG_VAR};

}  // namespace

// Source: HTML §13.2.6.4.7 ("in body"), in the order of the standard.
Construction::Reprocess Construction::start_in_body() {
  switch (tag_) {
    case GUMBO_TAG_HTML:
      start_html();
      break;
    case GUMBO_TAG_BASE:
    case GUMBO_TAG_BASEFONT:
    case GUMBO_TAG_BGSOUND:
    case GUMBO_TAG_MENUITEM:
    case GUMBO_TAG_LINK:
    case GUMBO_TAG_META:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_TITLE:
      return start_in_head();
    case GUMBO_TAG_BODY:
      if (open_.size() > 1 && open_[1].is_html(GUMBO_TAG_BODY) && !open_.has(GUMBO_TAG_TEMPLATE)) {
        is_frameset_ok_ = false;
      }
      break;
    case GUMBO_TAG_FRAMESET:
      start_frameset();
      break;
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_DIR:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_HGROUP:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_MENU:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_P:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_UL:
      close_paragraph();
      push_html();
      break;
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
      close_paragraph();
      if (open_.top().is_html() && kHeadings.has(open_.top().tag)) pop();
      push_html();
      break;
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_LISTING:
      close_paragraph();
      push_html();
      skips_line_feed_ = true;
      is_frameset_ok_ = false;
      break;
    case GUMBO_TAG_FORM:
      start_form();
      break;
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_DT:
      start_list_item();
      break;
    case GUMBO_TAG_PLAINTEXT:
      close_paragraph();
      push_html();
      tokenizer_.set_content(Tokenizer::Content::PlainText);
      break;
    case GUMBO_TAG_BUTTON:
      return start_button();
    case GUMBO_TAG_A:
      start_link();
      break;
    case GUMBO_TAG_B:
    case GUMBO_TAG_BIG:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_I:
    case GUMBO_TAG_S:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_STRIKE:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_U:
      start_formatting();
      break;
    case GUMBO_TAG_NOBR:
      start_nobr();
      break;
    case GUMBO_TAG_APPLET:
    case GUMBO_TAG_MARQUEE:
    case GUMBO_TAG_OBJECT:
      start_other();
      formatting_.add_marker();
      is_frameset_ok_ = false;
      break;
    case GUMBO_TAG_TABLE:
      if (!is_quirky_) close_paragraph();
      push_html();
      is_frameset_ok_ = false;
      mode_ = Mode::InTable;
      break;
    case GUMBO_TAG_IMAGE:  // "Don't ask."
      tag_ = GUMBO_TAG_IMG;
      [[fallthrough]];
    case GUMBO_TAG_AREA:
    case GUMBO_TAG_BR:
    case GUMBO_TAG_EMBED:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_KEYGEN:
    case GUMBO_TAG_WBR:
      reconstruct();
      insert_void();
      is_frameset_ok_ = false;
      break;
    case GUMBO_TAG_INPUT:
      if (!attribute_is(AttributeName::Type, "hidden")) is_frameset_ok_ = false;
      reconstruct();
      insert_void();
      break;
    case GUMBO_TAG_PARAM:
    case GUMBO_TAG_SOURCE:
    case GUMBO_TAG_TRACK:
      insert_void();
      break;
    case GUMBO_TAG_HR:
      close_paragraph();
      insert_void();
      is_frameset_ok_ = false;
      break;
    case GUMBO_TAG_ISINDEX:
      start_isindex();
      break;
    case GUMBO_TAG_TEXTAREA:
      start_content(Tokenizer::Content::Rcdata);
      skips_line_feed_ = true;
      is_frameset_ok_ = false;
      break;
    case GUMBO_TAG_XMP:
      close_paragraph();
      reconstruct();
      is_frameset_ok_ = false;
      start_content(Tokenizer::Content::RawText);
      break;
    case GUMBO_TAG_IFRAME:
      is_frameset_ok_ = false;
      start_content(Tokenizer::Content::RawText);
      break;
    case GUMBO_TAG_NOEMBED:
      start_content(Tokenizer::Content::RawText);
      break;
    case GUMBO_TAG_SELECT:
      start_select();
      break;
    case GUMBO_TAG_OPTION:
    case GUMBO_TAG_OPTGROUP:
      if (top_is(GUMBO_TAG_OPTION)) pop();
      start_other();
      break;
    case GUMBO_TAG_RB:
    case GUMBO_TAG_RP:
    case GUMBO_TAG_RT:
    case GUMBO_TAG_RTC:
      start_ruby();
      break;
    case GUMBO_TAG_MATH:
    case GUMBO_TAG_SVG:
      reconstruct();
      push_foreign(tag_ == GUMBO_TAG_SVG ? Namespace::Svg : Namespace::MathMl);
      if (tokenizer_.tag().is_self_closing) pop();
      break;
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_COL:
    case GUMBO_TAG_COLGROUP:
    case GUMBO_TAG_FRAME:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TFOOT:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_THEAD:
    case GUMBO_TAG_TR:
      break;  // ignored
    default:
      start_other();
      break;
  }
  return Reprocess::No;
}

Construction::Reprocess Construction::end_in_body() {
  switch (tag_) {
    case GUMBO_TAG_TEMPLATE:
      end_template();
      break;
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_HTML:
      if (!open_.is_in_scope(GUMBO_TAG_BODY)) break;
      mode_ = Mode::AfterBody;
      return tag_ == GUMBO_TAG_HTML ? Reprocess::Yes : Reprocess::No;
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_DIR:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_HGROUP:
    case GUMBO_TAG_LISTING:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_MENU:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_UL:
      if (open_.is_in_scope(tag_)) pop_until(tag_);
      break;
    case GUMBO_TAG_FORM:
      end_form();
      break;
    case GUMBO_TAG_P:
      if (!open_.is_in_button_scope(GUMBO_TAG_P)) push_implied(GUMBO_TAG_P);
      pop_until(GUMBO_TAG_P);
      break;
    case GUMBO_TAG_LI:
      if (open_.is_in_list_scope(GUMBO_TAG_LI)) pop_until(GUMBO_TAG_LI);
      break;
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
      end_heading();
      break;
    case GUMBO_TAG_A:
    case GUMBO_TAG_B:
    case GUMBO_TAG_BIG:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_I:
    case GUMBO_TAG_NOBR:
    case GUMBO_TAG_S:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_STRIKE:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_U:
      adopt(tag_);
      break;
    case GUMBO_TAG_APPLET:
    case GUMBO_TAG_MARQUEE:
    case GUMBO_TAG_OBJECT:
      if (!open_.is_in_table_scope(tag_)) break;  // gumbo's choice of scope
      pop_until(tag_);
      formatting_.clear_to_marker();
      break;
    case GUMBO_TAG_BR:
      reconstruct();
      push_implied(GUMBO_TAG_BR);
      pop();
      break;
    default:
      end_other();
      break;
  }
  return Reprocess::No;
}

// Of a second <html> only attributes that the first lacks count.
void Construction::start_html() {
  if (open_.has(GUMBO_TAG_TEMPLATE)) return;
  (void)builder_.start(traits_of(GUMBO_TAG_HTML), attributes_);
}

void Construction::start_frameset() {
  if (open_.size() < 2 || !open_[1].is_html(GUMBO_TAG_BODY) || !is_frameset_ok_) return;
  pop_to(1);
  formatting_.clear_to_marker();
  push_html();
  mode_ = Mode::InFrameset;
}

void Construction::start_form() {
  const bool is_in_template = open_.has(GUMBO_TAG_TEMPLATE);
  if (form_ != 0 && !is_in_template) return;
  close_paragraph();
  push_html();
  if (!is_in_template) form_ = open_.top().id;
}

void Construction::start_list_item() {
  is_frameset_ok_ = false;
  const OpenElement& stop = open_[open_.top().list];
  const bool is_open = tag_ == GUMBO_TAG_LI
                           ? stop.is_html(GUMBO_TAG_LI)
                           : stop.is_html(GUMBO_TAG_DD) || stop.is_html(GUMBO_TAG_DT);
  if (is_open) pop_to(open_.top().list);
  close_paragraph();
  push_html();
}

Construction::Reprocess Construction::start_button() {
  if (open_.is_in_scope(GUMBO_TAG_BUTTON)) {
    pop_until(GUMBO_TAG_BUTTON);
    return Reprocess::Yes;
  }
  start_other();
  is_frameset_ok_ = false;
  return Reprocess::No;
}

// The form, rule, label and field that this element of HTML 2 stood for.
void Construction::start_isindex() {
  const bool is_in_template = open_.has(GUMBO_TAG_TEMPLATE);
  if (form_ != 0 && !is_in_template) return;
  close_paragraph();
  is_frameset_ok_ = false;
  push_implied(GUMBO_TAG_FORM);
  push_implied(GUMBO_TAG_HR);
  pop();
  push_implied(GUMBO_TAG_LABEL);
  insert_text(attributes_.find(AttributeName::Prompt)
                  .value_or("This is a searchable index. Enter search keywords: "));
  pop();
  push_implied(GUMBO_TAG_HR);
  pop();
  pop();
  if (!is_in_template) form_ = 0;
}

void Construction::start_select() {
  start_other();
  is_frameset_ok_ = false;
  const bool is_in_table = mode_ == Mode::InTable || mode_ == Mode::InCaption ||
                           mode_ == Mode::InTableBody || mode_ == Mode::InRow ||
                           mode_ == Mode::InCell;
  mode_ = is_in_table ? Mode::InSelectInTable : Mode::InSelect;
}

void Construction::start_ruby() {
  const bool stays_in_rtc = tag_ == GUMBO_TAG_RT || tag_ == GUMBO_TAG_RP;
  if (open_.is_in_scope(GUMBO_TAG_RUBY)) {
    generate_implied_end_tags(stays_in_rtc ? GUMBO_TAG_RTC : GUMBO_TAG_LAST);
  }
  push_html();
}

void Construction::start_other() {
  reconstruct();
  push_html();
}

void Construction::end_form() {
  if (open_.has(GUMBO_TAG_TEMPLATE)) {
    if (!open_.is_in_scope(GUMBO_TAG_FORM)) return;
    generate_implied_end_tags(GUMBO_TAG_LAST);
    if (top_is(GUMBO_TAG_FORM)) pop();
    return;
  }
  const std::uint32_t form = form_;
  form_ = 0;
  if (form == 0) return;
  const Index index = open_.find(form);
  if (index == OpenElements::kNowhere || index < open_.top().scope) return;
  generate_implied_end_tags(GUMBO_TAG_LAST);
  erase(index);  // what is open in it stays open
}

void Construction::end_heading() {
  Index heading = OpenElements::kNowhere;
  for (int tag = GUMBO_TAG_H1; tag <= GUMBO_TAG_H6; ++tag) {
    if (open_.last(tag) > heading) heading = open_.last(tag);
  }
  if (heading != OpenElements::kNowhere && heading >= open_.top().scope) pop_to(heading);
}

void Construction::end_other() {
  if (open_.last(tag_) >= open_.top().special && open_.has(tag_)) pop_until(tag_);
}

void Construction::close_paragraph() {
  if (open_.is_in_button_scope(GUMBO_TAG_P)) pop_until(GUMBO_TAG_P);
}

void Construction::generate_implied_end_tags(int except) {
  while (open_.top().is_html() && kImpliedEnds.has(open_.top().tag) && open_.top().tag != except) {
    pop();
  }
}

Construction::Reprocess Construction::start_foreign() {
  const auto has = [&](AttributeName name) { return tokenizer_.attribute(name).has_value(); };
  const bool is_old_font =
      tag_ == GUMBO_TAG_FONT &&
      (has(AttributeName::Color) || has(AttributeName::Face) || has(AttributeName::Size));
  if (!kNotForeign.has(tag_) && !is_old_font) {
    push_foreign(open_.top().space);
    if (tokenizer_.tag().is_self_closing) pop();
    return Reprocess::No;
  }
  do {
    pop();
  } while (!open_.top().is_html() && !open_.top().is_html_integration &&
           !open_.top().is_text_integration);
  return Reprocess::Yes;
}

// The foreign element of that name down to the next of HTML, or else what the tag means there.
Construction::Reprocess Construction::end_foreign() {
  constexpr Index kReach = 128;  // elements looked through, so that no page costs quadratic time
  const std::string_view name = foreign_name(tokenizer_.tag().raw);
  Index index = open_.size() - 1;
  for (Index looked = 0; !open_[index].is_html(); --index, ++looked) {
    if (looked == kReach) return Reprocess::No;
    if (ascii::equals_ignore_case(open_[index].name, name)) {
      pop_to(index);
      return Reprocess::No;
    }
  }
  return end_html_tag();
}

}  // namespace skitter::parser
