#include "parser/markdown.h"

#include <gumbo.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "parser/elements.h"
#include "parser/html_space.h"
#include "parser/markdown_writer.h"
#include "parser/url.h"

namespace skitter::parser {
namespace {

using Mark = MarkdownWriter::Mark;

std::string_view attribute_of(const GumboElement& element, const char* name) noexcept {
  const GumboAttribute* const attribute = gumbo_get_attribute(&element.attributes, name);
  return attribute == nullptr ? std::string_view() : std::string_view(attribute->value);
}

// "language-cpp" among the classes, as HTML §4.5.15 suggests.
std::string_view language_of(const GumboElement& element) noexcept {
  constexpr std::string_view kPrefix = "language-";
  std::string_view names = attribute_of(element, "class");
  for (auto name = take_token(names); !name.empty(); name = take_token(names)) {
    const bool is_language = name.starts_with(kPrefix) && name.find('`') == std::string_view::npos;
    if (is_language) return name.substr(kPrefix.size());
  }
  return {};
}

int heading_level(GumboTag tag) noexcept {
  switch (tag) {
    case GUMBO_TAG_H1:
      return 1;
    case GUMBO_TAG_H2:
      return 2;
    case GUMBO_TAG_H3:
      return 3;
    case GUMBO_TAG_H4:
      return 4;
    case GUMBO_TAG_H5:
      return 5;
    case GUMBO_TAG_H6:
      return 6;
    default:
      return 0;
  }
}

class MarkdownWalk {
 public:
  explicit MarkdownWalk(const Url* base) : base_(base) {}

  std::string run(const GumboNode& document) {
    stack_.push_back({nullptr, &document.v.document.children, 0});
    while (!stack_.empty()) {
      Open& open = stack_.back();
      if (open.next < open.children->length) {
        visit(*static_cast<const GumboNode*>(open.children->data[open.next++]));
      } else {
        if (open.element != nullptr) leave(*open.element);
        stack_.pop_back();
      }
    }
    return writer_.take();
  }

 private:
  struct Open {
    const GumboElement* element;  // null: the document
    const GumboVector* children;
    unsigned next;
  };
  struct List {
    bool is_ordered;
    unsigned next;
  };
  // Code, in which white space counts and nothing else is Markdown.
  struct Raw {
    const GumboElement* element;
    std::string text;
    std::string_view language;
  };

  void visit(const GumboNode& node) {
    if (node.type == GUMBO_NODE_ELEMENT) {
      if (enter(node.v.element)) {
        stack_.push_back({&node.v.element, &node.v.element.children, 0});
      }
      return;
    }
    const bool is_text = node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_CDATA ||
                         node.type == GUMBO_NODE_WHITESPACE;
    if (!is_text) return;
    if (raw_) {
      raw_->text += node.v.text.text;
    } else {
      writer_.text(node.v.text.text);
    }
  }

  // False: what is in it is not shown.
  bool enter(const GumboElement& element) {
    if (element.tag_namespace == GUMBO_NAMESPACE_SVG) return false;
    if (element.tag_namespace != GUMBO_NAMESPACE_HTML) {
      return element.tag != GUMBO_TAG_ANNOTATION_XML;
    }
    if (element.tag == GUMBO_TAG_BASE) take_base(element);
    if (element.tag == GUMBO_TAG_TITLE) return false;
    const Display display = traits_of(element.tag).display;
    if (display == Display::Silent) return false;
    if (raw_) {
      if (element.tag == GUMBO_TAG_BR || display == Display::Block) raw_->text += '\n';
      if (raw_->language.empty()) raw_->language = language_of(element);
      return true;
    }
    if (element.tag == GUMBO_TAG_BR) {  // ends a line and no block
      writer_.line_break();
      return true;
    }
    if (display == Display::Block) writer_.end_block();
    if (display == Display::Cell) writer_.space();
    begin(element);
    return true;
  }

  void begin(const GumboElement& element) {
    switch (element.tag) {
      case GUMBO_TAG_H1:
      case GUMBO_TAG_H2:
      case GUMBO_TAG_H3:
      case GUMBO_TAG_H4:
      case GUMBO_TAG_H5:
      case GUMBO_TAG_H6:
        return writer_.heading(heading_level(element.tag));
      case GUMBO_TAG_HR:
        return writer_.rule();
      case GUMBO_TAG_PRE:
      case GUMBO_TAG_CODE:
      case GUMBO_TAG_KBD:
      case GUMBO_TAG_SAMP:
      case GUMBO_TAG_TT:
        raw_ = Raw{&element, {}, language_of(element)};
        return;
      case GUMBO_TAG_STRONG:
      case GUMBO_TAG_B:
        return writer_.open(Mark::Strong);
      case GUMBO_TAG_EM:
      case GUMBO_TAG_I:
        return writer_.open(Mark::Emphasis);
      case GUMBO_TAG_A:
        return begin_link(element);
      case GUMBO_TAG_IMG:
        return image(element);
      case GUMBO_TAG_BLOCKQUOTE:
        return writer_.begin_quote();
      case GUMBO_TAG_UL:
      case GUMBO_TAG_OL:
        return begin_list(element);
      case GUMBO_TAG_LI:
        return writer_.begin_item(next_marker());
      case GUMBO_TAG_TABLE:
        ++tables_;
        return;
      case GUMBO_TAG_TD:
      case GUMBO_TAG_TH:
        if (tables_ == 1) writer_.begin_cell();
        return;
      default:  // gumbo's tags are an open list
        return;
    }
  }

  void leave(const GumboElement& element) {
    if (element.tag_namespace != GUMBO_NAMESPACE_HTML || element.tag == GUMBO_TAG_BR) return;
    if (raw_) {
      if (raw_->element == &element) end_raw();
      return;
    }
    end(element);
    const Display display = traits_of(element.tag).display;
    if (display == Display::Block) writer_.end_block();
    if (display == Display::Cell) writer_.space();
  }

  void end(const GumboElement& element) {
    switch (element.tag) {
      case GUMBO_TAG_STRONG:
      case GUMBO_TAG_B:
        return writer_.close(Mark::Strong);
      case GUMBO_TAG_EM:
      case GUMBO_TAG_I:
        return writer_.close(Mark::Emphasis);
      case GUMBO_TAG_A:
        if (!attribute_of(element, "href").empty()) writer_.close(Mark::Link);
        return;
      case GUMBO_TAG_BLOCKQUOTE:
      case GUMBO_TAG_LI:
        return writer_.end_nested();
      case GUMBO_TAG_UL:
      case GUMBO_TAG_OL:
        writer_.end_block();
        lists_.pop_back();
        if (lists_.empty()) writer_.end_list();
        return;
      case GUMBO_TAG_TABLE:
        if (--tables_ == 0) writer_.end_table();
        return;
      case GUMBO_TAG_TR:
        if (tables_ == 1) writer_.end_row();
        return;
      case GUMBO_TAG_TD:
      case GUMBO_TAG_TH:
        if (tables_ == 1) writer_.end_cell();
        return;
      default:
        return;
    }
  }

  void end_raw() {
    const Raw raw = std::move(*raw_);
    raw_.reset();
    if (raw.element->tag == GUMBO_TAG_PRE) {
      writer_.fenced(raw.text, raw.language);
    } else {
      writer_.code(raw.text);
    }
  }

  void begin_list(const GumboElement& element) {
    unsigned first = 1;
    const std::string_view start = trim_html_space(attribute_of(element, "start"));
    constexpr unsigned kMostStart = 999'999'999;  // CommonMark §5.2: nine digits
    const auto [end, error] = std::from_chars(start.data(), start.data() + start.size(), first);
    if (error != std::errc() || first > kMostStart) first = 1;
    lists_.push_back({element.tag == GUMBO_TAG_OL, first});
  }

  std::string next_marker() {
    if (lists_.empty() || !lists_.back().is_ordered) return "- ";
    return std::to_string(lists_.back().next++) + ". ";
  }

  void take_base(const GumboElement& element) {
    if (own_base_ || base_ == nullptr) return;
    own_base_ = parse_url(attribute_of(element, "href"), base_);
  }

  // Empty where it leads nowhere that a reader could follow.
  [[nodiscard]] std::string resolve(std::string_view reference) const {
    const Url* const base = own_base_ ? &*own_base_ : base_;
    if (base == nullptr) {
      const bool is_script =
          parse_url(reference).has_value() && !is_readable(*parse_url(reference));
      return is_script ? std::string() : std::string(trim_html_space(reference));
    }
    const auto url = parse_url(reference, base);
    return url && is_readable(*url) ? std::string(url->href()) : std::string();
  }

  static bool is_readable(const Url& url) {
    const std::string_view scheme = url.scheme();
    return scheme == "http" || scheme == "https" || scheme == "mailto";
  }

  // One without a destination is opened too, so that its end has a begin: it has no URL then.
  void begin_link(const GumboElement& element) {
    const std::string_view href = attribute_of(element, "href");
    if (!href.empty()) writer_.open(Mark::Link, resolve(href));
  }

  void image(const GumboElement& element) {
    const std::string_view alt = trim_html_space(attribute_of(element, "alt"));
    const std::string url = resolve(attribute_of(element, "src"));
    if (alt.empty()) return;  // decoration
    if (url.empty()) {
      writer_.text(alt);
    } else {
      writer_.image(alt, url);
    }
  }

  const Url* base_;
  std::optional<Url> own_base_;
  MarkdownWriter writer_;
  std::vector<Open> stack_;
  std::vector<List> lists_;
  std::optional<Raw> raw_;
  int tables_ = 0;  // inside one another
};

}  // namespace

std::string to_markdown(const GumboOutput& page, const Url* base) {
  return MarkdownWalk(base).run(*page.document);
}

}  // namespace skitter::parser
