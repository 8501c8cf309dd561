#include <gumbo.h>

#include "parser/construction.h"

namespace skitter::parser {
namespace {

// The attributes of a link that is opened again.
class LinkAttributes final : public Attributes {
 public:
  explicit LinkAttributes(const FormattingElement& link) noexcept : link_(link) {}

  [[nodiscard]] std::optional<std::string_view> find(AttributeName name) const override {
    if (name == AttributeName::Href) return link_.href;
    if (name == AttributeName::Rel) return link_.rel;
    return std::nullopt;
  }

 private:
  const FormattingElement& link_;
};

}  // namespace

// A link in a link ends the first.
void Construction::start_link() {
  if (formatting_.find_tag(GUMBO_TAG_A) != FormattingList::kNowhere) {
    adopt(GUMBO_TAG_A);
    forget_link();
  }
  start_formatting();
}

// The link that adopt() left because it is out of scope.
void Construction::forget_link() {
  const std::size_t entry = formatting_.find_tag(GUMBO_TAG_A);
  if (entry == FormattingList::kNowhere) return;
  const Index index = open_.find(formatting_[entry].id);
  formatting_.erase(entry);
  if (index != OpenElements::kNowhere) erase(index);
}

void Construction::start_formatting() {
  reconstruct();
  push_html();
  add_formatting();
}

void Construction::start_nobr() {
  reconstruct();
  if (open_.is_in_scope(GUMBO_TAG_NOBR)) {
    adopt(GUMBO_TAG_NOBR);
    reconstruct();
  }
  push_html();
  add_formatting();
}

void Construction::add_formatting() {
  FormattingElement element;
  element.id = open_.top().id;
  element.tag = static_cast<std::uint8_t>(tag_);
  element.is_open = true;
  element.raw = tokenizer_.tag().raw;
  if (tag_ == GUMBO_TAG_A) {
    element.href = attributes_.find(AttributeName::Href);
    element.rel = attributes_.find(AttributeName::Rel).value_or("");
  }
  open_.top().is_formatting = true;
  formatting_.add(element);
}

// Opens again what a block's end closed.
void Construction::reconstruct() {
  if (!formatting_.has_closed()) return;
  for (std::size_t i = formatting_.first_closed(); i < formatting_.size(); ++i) {
    OpenElement element;
    element.tag = formatting_[i].tag;
    element.traits = &traits_of(element.tag);
    element.is_formatting = true;
    push(element, LinkAttributes(formatting_[i]));
    formatting_[i].id = open_.top().id;
    formatting_[i].is_open = true;
  }
}

// The "adoption agency", HTML §13.2.6.4.7: ends a formatting element in which blocks are still
// open, so that each of these holds one of its own.
void Construction::adopt(int tag) {
  const OpenElement& top = open_.top();
  const bool is_listed =
      top.is_formatting && formatting_.find_id(top.id) != FormattingList::kNowhere;
  if (top.is_html(tag) && !is_listed) return pop();
  constexpr int kRounds = 8;
  for (int round = 0; round < kRounds; ++round) {
    if (!adopt_once(tag)) return;
  }
}

// True where the element was moved into a block, and may have to be moved again.
bool Construction::adopt_once(int tag) {
  const std::size_t entry = formatting_.find_tag(tag);
  if (entry == FormattingList::kNowhere) return false;
  const Index index =
      formatting_[entry].is_open ? open_.find(formatting_[entry].id) : OpenElements::kNowhere;
  if (index == OpenElements::kNowhere) {
    formatting_.erase(entry);
    return false;
  }
  if (!open_.is_in_scope(tag)) return false;
  if (open_.top().special < index) {
    pop_to(index);
    formatting_.erase(entry);
    return false;
  }
  Index block = index + 1;
  while (open_[block].special != block) ++block;
  move_out(entry, index, block);
  return true;
}

// Ends the element at `index`, which is `entry` of the list, where the block at `block` begins; the
// block's content so far becomes that of a clone.
void Construction::move_out(std::size_t entry, Index index, Index block) {
  FormattingElement clone = formatting_[entry];
  const std::size_t bookmark = clone_between(index, block, entry + 1);
  OpenElement element = open_[index];
  element.id = clone.id = ++last_id_;
  if (element.capture != kNoCapture && open_[block].capture != kNoCapture) {
    element.capture =
        builder_.split_anchor(element.capture, open_[block].capture, PageBuilder::Rest::InsidePart);
  }
  const std::size_t listed = formatting_.find_id(open_[index].id);
  formatting_.erase(listed);
  formatting_.insert(listed < bookmark ? bookmark - 1 : bookmark, clone);
  open_.erase(index);
  open_.insert(block, element);  // above the block, which is one further down now
}

void Construction::split(OpenElement& link, const OpenElement& block, PageBuilder::Rest rest) {
  if (link.capture == kNoCapture || block.capture == kNoCapture) return;
  link.capture = builder_.split_anchor(link.capture, block.capture, rest);
}

// What stands between a formatting element and the block: formatting is cloned around the block,
// anything else is over. Gives where in the list the element's clone belongs.
std::size_t Construction::clone_between(Index index, Index& block, std::size_t bookmark) {
  constexpr int kMaxClones = 3;
  int looked = 0;
  bool is_first = true;
  for (Index i = block - 1; i > index; --i) {
    ++looked;
    OpenElement& element = open_[i];
    const std::size_t entry =
        element.is_formatting ? formatting_.find_id(element.id) : FormattingList::kNowhere;
    if (entry == FormattingList::kNowhere) {
      open_.erase(i);  // it ended in front of the block: there is nothing to tell
      --block;
    } else if (looked > kMaxClones) {
      element.is_formatting = false;
      split(element, open_[block], PageBuilder::Rest::None);
      formatting_.erase(entry);
      if (entry < bookmark) --bookmark;
    } else {
      element.id = formatting_[entry].id = ++last_id_;
      split(element, open_[block], PageBuilder::Rest::AroundPart);
      if (is_first) bookmark = entry + 1;
      is_first = false;
    }
  }
  return bookmark;
}

}  // namespace skitter::parser
