#include "parser/construction.h"

#include <gumbo.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "parser/arena.h"
#include "parser/ascii.h"
#include "parser/byte_search.h"
#include "parser/character_references.h"
#include "parser/charset_legacy.h"
#include "parser/html_space.h"

namespace skitter::parser {
namespace {

class NoAttributes final : public Attributes {
 public:
  [[nodiscard]] std::optional<std::string_view> find(AttributeName) const override {
    return std::nullopt;
  }
};

bool has_words(std::string_view text) noexcept {
  return !skip_html_space(text).empty();
}

// Where the first byte stands that must be decoded, or the size.
std::size_t special_offset(std::string_view text) noexcept {
  const char* const begin = text.data();
  return static_cast<std::size_t>(find_special(begin, begin + text.size()) - begin);
}

std::string_view keep_in(Arena& arena, std::string_view text) {
  void* const copy = arena.allocate(text.size());
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.data(), text.size());
  return {static_cast<const char*>(copy), text.size()};
}

}  // namespace

std::optional<std::string_view> TokenAttributes::find(AttributeName name) const {
  std::optional<std::string_view> raw = tokenizer_.attribute(name);
  if (is_foreign_ && name == AttributeName::Href) {
    const auto xlink = tokenizer_.attribute(AttributeName::XlinkHref);
    if (xlink && (!raw || tokenizer_.is_xlink_first())) raw = xlink;
  }
  if (raw) raw = decode(*raw);
  return raw;
}

std::string_view TokenAttributes::decode(std::string_view raw) const {
  if (special_offset(raw) == raw.size()) return raw;
  std::string value;
  for (std::string_view rest = raw; !rest.empty();) {
    const std::size_t plain = special_offset(rest);
    value.append(rest, 0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    std::size_t size = 1;
    if (rest.front() == '\0') {
      value += kReplacementCharacter;
    } else if (rest.front() == '\r') {
      value.push_back('\n');
      if (rest.starts_with("\r\n")) size = 2;
    } else {
      size = decode_reference(rest, ReferenceContext::Attribute, value);
      if (size == 0) value.push_back('&');
    }
    rest.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return keep_in(arena_, value);
}

Construction::Construction(std::string_view markup, Arena& arena, PageBuilder& builder)
    : arena_(arena), builder_(builder), tokenizer_(markup), attributes_(tokenizer_, arena) {
  pending_.reserve(16);
}

void Construction::run() {
  while (true) {
    const bool is_foreign = !open_.empty() && !open_.top().is_html();
    using Cdata = Tokenizer::Cdata;
    switch (tokenizer_.next(is_foreign ? Cdata::Section : Cdata::Bogus)) {
      case Tokenizer::Token::Text:
        take_text();
        break;
      case Tokenizer::Token::StartTag:
        take_start_tag();
        break;
      case Tokenizer::Token::EndTag:
        take_end_tag();
        break;
      case Tokenizer::Token::Comment:  // counts only as what stands between two texts
        skips_line_feed_ = false;
        leave_table_text();
        flush_text();
        break;
      case Tokenizer::Token::Doctype:
        take_doctype();
        break;
      case Tokenizer::Token::End:
        return finish();
    }
  }
}

void Construction::take_start_tag() {
  skips_line_feed_ = false;
  leave_table_text();
  tag_ = tokenizer_.tag().number;
  attributes_.set_foreign(false);
  while (start_tag() == Reprocess::Yes) {
  }
}

void Construction::take_end_tag() {
  skips_line_feed_ = false;
  leave_table_text();
  tag_ = tokenizer_.tag().number;
  while (end_tag() == Reprocess::Yes) {
  }
}

// HTML §13.2.6.4.1. gumbo compares whole public identifiers where the standard means prefixes, so
// that of its list these are left.
void Construction::take_doctype() {
  skips_line_feed_ = false;
  leave_table_text();
  if (mode_ != Mode::Initial) return;
  const Tokenizer::Doctype& doctype = tokenizer_.doctype();
  const auto is_public = [&](std::string_view id) {
    return ascii::equals_ignore_case(doctype.public_id, id);
  };
  is_quirky_ = doctype.is_malformed || !ascii::equals_ignore_case(doctype.name, "html") ||
               is_public("-//W3O//DTD W3 HTML Strict 3.0//EN//") ||
               is_public("-/W3C/DTD HTML 4.0 Transitional/EN") || is_public("HTML") ||
               doctype.system_id == "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd";
  mode_ = Mode::BeforeHtml;
}

void Construction::finish() {
  leave_table_text();
  flush_text();
  while (!open_.empty()) pop();
}

void Construction::take_text() {
  const Tokenizer::Text text = tokenizer_.text();
  if (text.is_cdata) {
    skips_line_feed_ = false;
    for (std::string_view rest = text.raw; !rest.empty();) {
      const std::size_t size = std::min(rest.find('\0'), rest.size());
      if (size > 0) {
        insert_text(rest.substr(0, size));
        is_frameset_ok_ = false;
      }
      if (size < rest.size()) null_character(false);
      rest.remove_prefix(std::min(size + 1, rest.size()));
    }
  } else if (text.has_references || text.is_raw) {
    decode_text(text);
  } else {
    characters(text.raw);
  }
}

void Construction::decode_text(const Tokenizer::Text& text) {
  if (mode_ == Mode::Text && silent_ > 0) return;  // a script, most of the time
  for (std::string_view rest = text.raw; !rest.empty();) {
    std::size_t plain = special_offset(rest);
    // A return is white space like any other, and in raw text '&' is just that.
    while (plain < rest.size() && rest[plain] != '\0' &&
           (rest[plain] == '\r' || !text.has_references)) {
      plain += 1 + special_offset(rest.substr(plain + 1));
    }
    if (plain > 0) characters(rest.substr(0, plain));
    rest.remove_prefix(plain);
    if (rest.empty()) return;
    if (rest.front() == '\0') {
      null_character(text.is_raw);
      rest.remove_prefix(1);
      continue;
    }
    decoded_.clear();
    const std::size_t size = decode_reference(rest, ReferenceContext::Text, decoded_);
    characters(size == 0 ? rest.substr(0, 1) : keep_in(arena_, decoded_));
    rest.remove_prefix(std::max<std::size_t>(size, 1));
  }
}

bool Construction::is_foreign_text() const noexcept {
  if (open_.empty()) return false;
  const OpenElement& top = open_.top();
  return !top.is_html() && !top.is_text_integration && !top.is_html_integration;
}

void Construction::characters(std::string_view text) {
  if (skips_line_feed_) {
    skips_line_feed_ = false;
    text.remove_prefix(text.starts_with("\r\n")                           ? 2
                       : text.starts_with('\n') || text.starts_with('\r') ? 1
                                                                          : 0);
    if (text.empty()) return;
  }
  if (is_foreign_text()) {
    if (is_frameset_ok_ && has_words(text)) is_frameset_ok_ = false;
    return insert_text(text);
  }
  switch (mode_) {
    case Mode::InBody:
    case Mode::InCell:
    case Mode::InCaption:
    case Mode::InTemplate:
      return body_text(text);
    case Mode::InTable:
    case Mode::InTableBody:
    case Mode::InRow:
      original_mode_ = mode_;
      mode_ = Mode::InTableText;
      return insert_text(text);
    case Mode::InTableText:
    case Mode::InSelect:
    case Mode::InSelectInTable:
    case Mode::Text:
      return insert_text(text);
    case Mode::Initial:
    case Mode::BeforeHtml:
    case Mode::BeforeHead:
    case Mode::InHead:
    case Mode::InHeadNoscript:
    case Mode::AfterHead:
    case Mode::InColumnGroup:
    case Mode::AfterBody:
    case Mode::InFrameset:
    case Mode::AfterFrameset:
    case Mode::AfterAfterBody:
    case Mode::AfterAfterFrameset:
      return characters_outside_body(text);
  }
}

// White space and words apart.
void Construction::characters_outside_body(std::string_view text) {
  while (!text.empty()) {
    const std::size_t spaces = text.size() - skip_html_space(text).size();
    if (spaces > 0) {
      space_outside_body(text.substr(0, spaces));
      text.remove_prefix(spaces);
      continue;
    }
    if (word_outside_body() == Reprocess::Yes) return characters(text);
    while (!text.empty() && !is_html_space(text.front())) text.remove_prefix(1);
  }
}

void Construction::space_outside_body(std::string_view spaces) {
  const bool is_dropped =
      mode_ == Mode::Initial || mode_ == Mode::BeforeHtml || mode_ == Mode::BeforeHead;
  const bool is_behind = mode_ == Mode::AfterBody || mode_ == Mode::AfterAfterBody ||
                         mode_ == Mode::AfterAfterFrameset;
  if (is_dropped) return;
  if (is_behind) return body_text(spaces);
  insert_text(spaces);
}

// What a word where none may stand does to the mode.
Construction::Reprocess Construction::word_outside_body() {
  switch (mode_) {
    case Mode::Initial:
      is_quirky_ = true;
      mode_ = Mode::BeforeHtml;
      return Reprocess::Yes;
    case Mode::BeforeHtml:
      push_implied(GUMBO_TAG_HTML);
      mode_ = Mode::BeforeHead;
      return Reprocess::Yes;
    case Mode::BeforeHead:
      push_implied(GUMBO_TAG_HEAD);
      has_head_ = true;
      mode_ = Mode::InHead;
      return Reprocess::Yes;
    case Mode::InHead:
      pop();
      mode_ = Mode::AfterHead;
      return Reprocess::Yes;
    case Mode::InHeadNoscript:
      pop();
      mode_ = Mode::InHead;
      return Reprocess::Yes;
    case Mode::AfterHead:
      push_implied(GUMBO_TAG_BODY);
      mode_ = Mode::InBody;
      return Reprocess::Yes;
    case Mode::AfterBody:
    case Mode::AfterAfterBody:
      mode_ = Mode::InBody;
      return Reprocess::Yes;
    case Mode::InColumnGroup:
      return leave_column_group();
    case Mode::InBody:
    case Mode::Text:
    case Mode::InTable:
    case Mode::InTableText:
    case Mode::InCaption:
    case Mode::InTableBody:
    case Mode::InRow:
    case Mode::InCell:
    case Mode::InSelect:
    case Mode::InSelectInTable:
    case Mode::InTemplate:
    case Mode::InFrameset:
    case Mode::AfterFrameset:
    case Mode::AfterAfterFrameset:
      return Reprocess::No;
  }
  return Reprocess::No;
}

// A NUL ends what a word would end, and is then dropped; in raw and foreign text it is U+FFFD.
void Construction::null_character(bool is_raw) {
  if (is_raw) return characters(kReplacementCharacter);
  if (is_foreign_text()) return insert_text(kReplacementCharacter);
  skips_line_feed_ = false;
  while (word_outside_body() == Reprocess::Yes) {
  }
}

void Construction::body_text(std::string_view text) {
  if (formatting_.has_closed()) reconstruct();
  if (is_frameset_ok_ && has_words(text)) is_frameset_ok_ = false;
  insert_text(text);
}

void Construction::insert_text(std::string_view text) {
  if (mode_ == Mode::InTableText && !has_table_words_) has_table_words_ = has_words(text);
  if (silent_ == 0) pending_.push_back(text);
}

// gumbo gives text to the element that is current when the next one begins or ends: behind </form>
// that is no longer the form.
void Construction::flush_text() {
  if (pending_.empty()) return;
  const bool is_fostered = fosters_ && begin_fostering();
  for (const std::string_view text : pending_) builder_.text(text);
  pending_.clear();
  if (is_fostered) end_fostering();
}

void Construction::leave_table_text() {
  if (mode_ != Mode::InTableText) return;
  fosters_ = has_table_words_;
  if (has_table_words_ && formatting_.has_closed()) reconstruct();
  flush_text();
  fosters_ = false;
  has_table_words_ = false;
  mode_ = original_mode_;
}

void Construction::push_html(const Attributes& attributes, int tag) {
  flush_text();
  OpenElement element;
  element.traits = &traits_of(tag);
  element.tag = static_cast<std::uint8_t>(tag);
  push(element, attributes);
}

void Construction::push_implied(int tag) {
  push_html(NoAttributes(), tag);
}

void Construction::push_foreign(Namespace space) {
  flush_text();
  OpenElement element;
  element.name = foreign_name(tokenizer_.tag().raw);
  element.traits = &foreign_traits(tag_, space, element.name);
  element.tag = static_cast<std::uint8_t>(tag_);
  element.space = space;
  if (space == Namespace::Svg) {
    element.is_html_integration =
        tag_ == GUMBO_TAG_FOREIGNOBJECT || tag_ == GUMBO_TAG_DESC || tag_ == GUMBO_TAG_TITLE;
  } else if (tag_ == GUMBO_TAG_ANNOTATION_XML) {
    element.is_html_integration = attribute_is(AttributeName::Encoding, "text/html") ||
                                  attribute_is(AttributeName::Encoding, "application/xhtml+xml");
  } else {
    element.is_text_integration = OpenElements::is_special(tag_, space);
  }
  attributes_.set_foreign(true);
  push(element, attributes_);
}

void Construction::push(OpenElement element, const Attributes& attributes) {
  if (open_.is_full()) pop();
  if (fosters_) (void)begin_fostering();
  if (element.is_html(GUMBO_TAG_TABLE)) table_places_.push_back(builder_.table_place());
  element.id = ++last_id_;
  element.is_silent = element.traits->display == Display::Silent;
  if (silent_ == 0) {
    if (element.traits->counts()) element.capture = builder_.start(*element.traits, attributes);
    if (element.is_silent) {
      builder_.end(*element.traits, element.capture);
      element.capture = kNoCapture;
    } else if (builder_.is_in_anchor() && element.capture == kNoCapture &&
               OpenElements::is_special(element.tag, element.space)) {
      element.capture = builder_.start_part();
    }
  }
  if (element.is_silent) ++silent_;
  open_.push(element);
}

void Construction::insert_void() {
  flush_text();
  const Traits& traits = traits_of(tag_);
  if (silent_ > 0 || !traits.counts()) return;
  const bool is_fostered = fosters_ && begin_fostering();
  builder_.end(traits, builder_.start(traits, attributes_));
  if (is_fostered) end_fostering();
}

void Construction::end_element(const OpenElement& element) {
  if (element.is_silent) {
    --silent_;
  } else if (element.capture != kNoCapture || (silent_ == 0 && element.traits->counts())) {
    builder_.end(*element.traits, element.capture);
  }
  if (element.outlasted >= 0) end_outlasted(element.outlasted);
}

void Construction::pop() {
  flush_text();
  const OpenElement& top = open_.top();
  if (top.is_formatting) {
    const std::size_t entry = formatting_.find_id(top.id);
    if (entry != FormattingList::kNowhere) formatting_[entry].is_open = false;
  }
  end_element(top);
  if (top.is_html(GUMBO_TAG_TABLE)) table_places_.pop_back();
  open_.pop();
  if (!fostering_.empty() && open_.size() <= fostering_.back()) end_fostering();
}

// Takes an element off the stack that others in it may outlast: it ends with the one above. Text in
// front is not closed off, as with gumbo.
void Construction::erase(Index index) {
  const OpenElement element = open_[index];
  open_.erase(index);
  if (index == open_.size()) {
    end_element(element);
    if (!fostering_.empty() && open_.size() <= fostering_.back()) end_fostering();
    return;
  }
  std::int32_t* last = &open_[index].outlasted;
  while (*last >= 0) last = &outlasted_[static_cast<std::size_t>(*last)].next;
  const auto added = static_cast<std::int32_t>(outlasted_.size());
  *last = added;
  outlasted_.push_back({element.traits, element.capture, element.outlasted});
}

void Construction::end_outlasted(std::int32_t first) {
  while (first >= 0) {
    const Outlasted& element = outlasted_[static_cast<std::size_t>(first)];
    if (element.capture != kNoCapture || silent_ == 0) {
      builder_.end(*element.traits, element.capture);
    }
    first = element.next;
  }
}

// Up to and with the topmost `tag`; nothing where there is none.
void Construction::pop_until(int tag) {
  if (open_.has(tag)) pop_to(open_.last(tag));
}

void Construction::pop_to(Index index) {
  while (open_.size() > index) pop();
}

void Construction::start_content(Tokenizer::Content content) {
  push_html();
  tokenizer_.set_content(content);
  original_mode_ = mode_;
  mode_ = Mode::Text;
}

// HTML §13.2.4.1.
void Construction::reset_mode() {
  Index index = open_.top().mode;
  if (open_[index].tag == GUMBO_TAG_TEMPLATE && template_modes_.empty()) {
    index = open_[index - 1].mode;  // a foreign element of that name
  }
  switch (open_[index].tag) {
    case GUMBO_TAG_SELECT:
      mode_ = open_.last(GUMBO_TAG_TABLE) > open_.last(GUMBO_TAG_TEMPLATE) ? Mode::InSelectInTable
                                                                           : Mode::InSelect;
      return;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
      mode_ = Mode::InCell;
      return;
    case GUMBO_TAG_TR:
      mode_ = Mode::InRow;
      return;
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_THEAD:
    case GUMBO_TAG_TFOOT:
      mode_ = Mode::InTableBody;
      return;
    case GUMBO_TAG_CAPTION:
      mode_ = Mode::InCaption;
      return;
    case GUMBO_TAG_COLGROUP:
      mode_ = Mode::InColumnGroup;
      return;
    case GUMBO_TAG_TABLE:
      mode_ = Mode::InTable;
      return;
    case GUMBO_TAG_TEMPLATE:
      mode_ = template_modes_.back();
      return;
    case GUMBO_TAG_HEAD:
      mode_ = Mode::InHead;
      return;
    case GUMBO_TAG_FRAMESET:
      mode_ = Mode::InFrameset;
      return;
    case GUMBO_TAG_HTML:
      mode_ = has_head_ ? Mode::AfterHead : Mode::BeforeHead;
      return;
    default:
      mode_ = Mode::InBody;
      return;
  }
}

bool Construction::attribute_is(AttributeName name, std::string_view value) const {
  const auto found = attributes_.find(name);
  return found && ascii::equals_ignore_case(*found, value);
}

}  // namespace skitter::parser
