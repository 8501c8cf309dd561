#include "parser/formatting.h"

namespace skitter::parser {

void FormattingList::add_marker() {
  elements_.push_back({});
  elements_.back().is_marker = true;
}

void FormattingList::add(const FormattingElement& element) {
  // "Noah's Ark": three of a kind are enough. Tags that are written alike are alike.
  constexpr std::size_t kOfAKind = 3;
  std::size_t alike = 0;
  std::size_t earliest = kNowhere;
  std::size_t open = 0;
  for (std::size_t i = elements_.size(); i > 0 && !elements_[i - 1].is_marker; --i) {
    ++open;
    if (elements_[i - 1].raw != element.raw) continue;
    ++alike;
    earliest = i - 1;
  }
  if (alike >= kOfAKind) {
    erase(earliest);
  } else if (open >= kMaxOpen) {
    erase(elements_.size() - open);
  }
  elements_.push_back(element);
}

void FormattingList::insert(std::size_t index, const FormattingElement& element) {
  elements_.insert(elements_.begin() + static_cast<std::ptrdiff_t>(index), element);
}

void FormattingList::erase(std::size_t index) {
  elements_.erase(elements_.begin() + static_cast<std::ptrdiff_t>(index));
}

void FormattingList::clear_to_marker() noexcept {
  while (!elements_.empty() && !elements_.back().is_marker) elements_.pop_back();
  if (!elements_.empty()) elements_.pop_back();
}

std::size_t FormattingList::find_tag(int tag) const noexcept {
  for (std::size_t i = elements_.size(); i > 0 && !elements_[i - 1].is_marker; --i) {
    if (elements_[i - 1].tag == tag) return i - 1;
  }
  return kNowhere;
}

std::size_t FormattingList::find_id(std::uint32_t id) const noexcept {
  const std::size_t end = elements_.size() > kReach ? elements_.size() - kReach : 0;
  for (std::size_t i = elements_.size(); i > end; --i) {
    if (!elements_[i - 1].is_marker && elements_[i - 1].id == id) return i - 1;
  }
  return kNowhere;
}

std::size_t FormattingList::first_closed() const noexcept {
  std::size_t index = elements_.size();
  while (index > 0 && !elements_[index - 1].is_marker && !elements_[index - 1].is_open) --index;
  return index;
}

}  // namespace skitter::parser
