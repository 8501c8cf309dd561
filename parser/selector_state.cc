#include "parser/selector_state.h"

#include <gumbo.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "parser/ascii.h"

namespace skitter::parser::selector {
namespace {

constexpr std::uint8_t kInDisabledFieldset = 1;
constexpr std::uint8_t kEditable = 2;
constexpr std::uint8_t kHadLegend = 4;  // of a fieldset; not inherited

std::string_view next_subtag(std::string_view& tag) noexcept {
  const std::string_view subtag = tag.substr(0, tag.find('-'));
  tag.remove_prefix(std::min(tag.size(), subtag.size() + 1));
  return subtag;
}

// `range` is in lower case. "*-ch" matches "de-CH"; "de-ch" matches "de-Latn-CH-1996".
bool is_in_range(std::string_view tag, std::string_view range) noexcept {
  if (range.empty() || tag.empty()) return range.empty() && tag.empty();
  const std::string_view first = next_subtag(range);
  if (const auto own = next_subtag(tag); first != "*" && !ascii::equals_ignore_case(own, first)) {
    return false;
  }
  while (!range.empty()) {
    const std::string_view wanted = next_subtag(range);
    if (wanted == "*") continue;
    for (;;) {
      if (tag.empty()) return false;
      const std::string_view subtag = next_subtag(tag);
      if (ascii::equals_ignore_case(subtag, wanted)) break;
      if (subtag.size() == 1) return false;  // an extension begins: nothing of it is skipped
    }
  }
  return true;
}

// The language an element itself declares; null where it does not.
const char* own_language(const GumboElement& element) noexcept {
  const char* plain = nullptr;
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    if (std::strcmp(attribute.name, "lang") != 0) continue;
    if (attribute.attr_namespace == GUMBO_ATTR_NAMESPACE_XML) return attribute.value;
    if (plain == nullptr) plain = attribute.value;
  }
  return plain;
}

}  // namespace

bool ElementState::holds(TestKind kind, ElementId id) {
  const auto takes_input = [&] {
    return is_html(id, GUMBO_TAG_INPUT) || is_html(id, GUMBO_TAG_SELECT) ||
           is_html(id, GUMBO_TAG_TEXTAREA);
  };
  switch (kind) {
    case TestKind::Link:
      return is_link(id);
    case TestKind::Checked:
      return is_checked(id);
    case TestKind::Enabled:
      return can_be_disabled(id) && !is_disabled(id);
    case TestKind::Disabled:
      return can_be_disabled(id) && is_disabled(id);
    case TestKind::Required:
      return takes_input() && has(id, "required");
    case TestKind::Optional:
      return takes_input() && !has(id, "required");
    case TestKind::ReadOnly:
      return !is_writable(id);
    case TestKind::ReadWrite:
      return is_writable(id);
    case TestKind::PlaceholderShown:
      return is_placeholder_shown(id);
    case TestKind::Defined:  // a name with a hyphen is that of a custom element, defined by script
      return tree_[id].space != ElementTree::Namespace::Html ||
             tree_[id].tag != GUMBO_TAG_UNKNOWN || tree_.name(id).find('-') == std::string::npos;
    default:  // the other kinds are the matcher's own
      return false;
  }
}

bool ElementState::is_html(ElementId id, int tag) const noexcept {
  return tree_[id].tag == tag && tree_[id].space == ElementTree::Namespace::Html;
}

bool ElementState::has(ElementId id, const char* name) const {
  return tree_.attribute(id, name).has_value();
}

bool ElementState::is_link(ElementId id) const {
  if (tree_[id].tag != GUMBO_TAG_A && !is_html(id, GUMBO_TAG_AREA)) return false;
  return tree_[id].space != ElementTree::Namespace::MathMl && has(id, "href");
}

bool ElementState::is_checked(ElementId id) const {
  if (is_html(id, GUMBO_TAG_OPTION)) return has(id, "selected");
  if (!is_html(id, GUMBO_TAG_INPUT) || !has(id, "checked")) return false;
  const std::string_view type = tree_.attribute(id, "type").value_or("");
  return ascii::equals_ignore_case(type, "checkbox") || ascii::equals_ignore_case(type, "radio");
}

bool ElementState::can_be_disabled(ElementId id) const noexcept {
  constexpr GumboTag kTags[] = {GUMBO_TAG_BUTTON,   GUMBO_TAG_INPUT,    GUMBO_TAG_SELECT,
                                GUMBO_TAG_TEXTAREA, GUMBO_TAG_OPTGROUP, GUMBO_TAG_OPTION,
                                GUMBO_TAG_FIELDSET};
  return std::any_of(std::begin(kTags), std::end(kTags),
                     [&](GumboTag tag) { return is_html(id, tag); });
}

bool ElementState::is_disabled(ElementId id) {
  if (has(id, "disabled")) return true;
  if (is_html(id, GUMBO_TAG_OPTGROUP)) return false;
  if (is_html(id, GUMBO_TAG_OPTION)) {
    const ElementId parent = tree_[id].parent;
    return parent != kNoElement && is_html(parent, GUMBO_TAG_OPTGROUP) && has(parent, "disabled");
  }
  inherit_flags();
  return (flags_[id] & kInDisabledFieldset) != 0;
}

bool ElementState::is_text_input(ElementId id) const {
  constexpr std::string_view kOthers[] = {"hidden", "range", "color",  "checkbox", "radio",
                                          "file",   "image", "submit", "reset",    "button"};
  if (!is_html(id, GUMBO_TAG_INPUT)) return false;
  const std::string_view type = tree_.attribute(id, "type").value_or("");
  return std::none_of(std::begin(kOthers), std::end(kOthers), [&](std::string_view other) {
    return ascii::equals_ignore_case(type, other);
  });
}

bool ElementState::is_writable(ElementId id) {
  if (is_text_input(id) || is_html(id, GUMBO_TAG_TEXTAREA)) {
    return !has(id, "readonly") && !is_disabled(id);
  }
  inherit_flags();
  return (flags_[id] & kEditable) != 0;
}

bool ElementState::is_placeholder_shown(ElementId id) const {
  if (!has(id, "placeholder")) return false;
  if (is_html(id, GUMBO_TAG_TEXTAREA)) return tree_[id].node->v.element.children.length == 0;
  return is_text_input(id) && tree_.attribute(id, "value").value_or("").empty();
}

void ElementState::inherit_flags() {
  if (!flags_.empty()) return;
  flags_.resize(tree_.size());
  for (ElementId id = 0; id < tree_.size(); ++id) {
    const ElementId parent = tree_[id].parent;
    std::uint8_t& flags = flags_[id];
    if (parent != kNoElement) {
      std::uint8_t& above = flags_[parent];
      flags = above & (kInDisabledFieldset | kEditable);
      if (is_html(parent, GUMBO_TAG_FIELDSET) && has(parent, "disabled")) {
        const bool is_legend = is_html(id, GUMBO_TAG_LEGEND);
        if (!is_legend || (above & kHadLegend) != 0) flags |= kInDisabledFieldset;
        if (is_legend) above |= kHadLegend;
      }
    }
    if (const auto editable = tree_.attribute(id, "contenteditable")) {
      if (ascii::equals_ignore_case(*editable, "false")) {
        flags &= static_cast<std::uint8_t>(~kEditable);
      } else if (editable->empty() || ascii::equals_ignore_case(*editable, "true") ||
                 ascii::equals_ignore_case(*editable, "plaintext-only")) {
        flags |= kEditable;
      }
    }
  }
}

void ElementState::inherit_languages() {
  if (!languages_.empty()) return;
  languages_.resize(tree_.size());
  const char* said_by_meta = nullptr;
  for (ElementId id = 0; id < tree_.size(); ++id) {
    const char* const own = own_language(tree_[id].node->v.element);
    const ElementId parent = tree_[id].parent;
    languages_[id] = own != nullptr || parent == kNoElement ? own : languages_[parent];
    if (said_by_meta == nullptr && is_html(id, GUMBO_TAG_META) &&
        ascii::equals_ignore_case(tree_.attribute(id, "http-equiv").value_or(""),
                                  "content-language")) {
      if (const auto content = tree_.attribute(id, "content")) said_by_meta = content->data();
    }
  }
  for (const char*& language : languages_) {
    if (language == nullptr) language = said_by_meta;
  }
}

bool ElementState::speaks(std::span<const std::string> ranges, ElementId id) {
  inherit_languages();
  const std::string_view language = languages_[id] == nullptr ? "" : languages_[id];
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const std::string& range) { return is_in_range(language, range); });
}

}  // namespace skitter::parser::selector
