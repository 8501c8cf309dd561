#include "parser/main_text.h"

#include <gumbo.h>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/elements.h"
#include "parser/html_space.h"
#include "parser/text_builder.h"

namespace skitter::parser {
namespace {

struct Block {
  std::string text;
  double words = 0;
  double linked_words = 0;
  bool is_heading = false;
  bool is_code = false;

  [[nodiscard]] double link_density() const noexcept {
    return words > 0 ? linked_words / words : 0;
  }
};

// Words; where none are parted by spaces (Chinese, Japanese, Thai), two characters of three bytes
// stand for one.
double count_words(std::string_view text) noexcept {
  double words = 0;
  for (auto token = take_token(text); !token.empty(); token = take_token(text)) {
    std::size_t wide = 0;
    for (const char c : token) wide += static_cast<unsigned char>(c) >= 0xE3 ? 1 : 0;
    words += wide > 1 ? static_cast<double>(wide) / 2 : 1;
  }
  return words;
}

// Spaces only, such as the no-break space that keeps an empty paragraph open.
bool is_only_space(std::string_view text) noexcept {
  return text.find_first_not_of(" \n\xc2\xa0") == std::string_view::npos;
}

bool never_counts(const GumboElement& element) noexcept {
  if (element.tag_namespace != GUMBO_NAMESPACE_HTML) {
    return element.tag_namespace == GUMBO_NAMESPACE_SVG || element.tag == GUMBO_TAG_ANNOTATION_XML;
  }
  switch (element.tag) {
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_TITLE:
      return true;
    default:  // gumbo's tags are an open list
      return traits_of(element.tag).display == Display::Silent;
  }
}

bool is_heading(GumboTag tag) noexcept {
  return tag == GUMBO_TAG_H1 || tag == GUMBO_TAG_H2 || tag == GUMBO_TAG_H3 || tag == GUMBO_TAG_H4 ||
         tag == GUMBO_TAG_H5 || tag == GUMBO_TAG_H6;
}

// Cuts a tree into its blocks of text.
class BlockWalk {
 public:
  std::vector<Block> run(const GumboNode& document) {
    stack_.push_back({nullptr, &document.v.document.children, 0});
    while (!stack_.empty()) {
      Open& open = stack_.back();
      if (open.next < open.children->length) {
        visit(*static_cast<const GumboNode*>(open.children->data[open.next++]));
      } else {
        if (open.element != nullptr) cross(*open.element, -1);
        stack_.pop_back();
      }
    }
    end_block();
    return std::move(blocks_);
  }

 private:
  struct Open {
    const GumboElement* element;  // null: the document
    const GumboVector* children;
    unsigned next;
  };

  void visit(const GumboNode& node) {
    if (node.type == GUMBO_NODE_ELEMENT) {
      const GumboElement& element = node.v.element;
      if (never_counts(element)) return end_block();
      cross(element, 1);
      stack_.push_back({&element, &element.children, 0});
      return;
    }
    const bool is_text = node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_CDATA ||
                         node.type == GUMBO_NODE_WHITESPACE;
    if (!is_text) return;
    text_.add(node.v.text.text);
    const double words = count_words(node.v.text.text);
    block_.words += words;
    if (links_ > 0) block_.linked_words += words;
  }

  // Into an element (1) or out of it (-1).
  void cross(const GumboElement& element, int step) {
    if (element.tag_namespace != GUMBO_NAMESPACE_HTML) return;
    const Display display = traits_of(element.tag).display;
    // A line break inside a paragraph ends no block.
    if (element.tag == GUMBO_TAG_BR) return text_.line_break();
    if (display == Display::Block) end_block();
    if (display == Display::Cell) text_.space();
    if (element.tag == GUMBO_TAG_A) links_ += step;
    if (is_heading(element.tag)) headings_ += step;
    if (element.tag == GUMBO_TAG_PRE) codes_ += step;
    block_.is_heading = headings_ > 0;
    block_.is_code = codes_ > 0;
  }

  void end_block() {
    block_.text = text_.take();
    if (!is_only_space(block_.text)) blocks_.push_back(std::move(block_));
    block_ = {};
    block_.is_heading = headings_ > 0;
    block_.is_code = codes_ > 0;
  }

  std::vector<Open> stack_;
  std::vector<Block> blocks_;
  Block block_;
  TextBuilder text_;
  int links_ = 0;
  int headings_ = 0;
  int codes_ = 0;
};

// The paper's tree of rules; beyond the ends stand blocks without words.
bool is_content(const Block& before, const Block& block, const Block& behind) noexcept {
  if (block.is_code) return true;
  if (block.link_density() > 0.333333) return false;
  if (before.link_density() > 0.555556) {
    return block.words > 40 || behind.words > 17;
  }
  return block.words > 16 || behind.words > 15 || before.words > 4;
}

std::vector<bool> find_content(const std::vector<Block>& blocks) {
  static const Block kNoBlock;
  std::vector<bool> content(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Block& before = i > 0 ? blocks[i - 1] : kNoBlock;
    const Block& behind = i + 1 < blocks.size() ? blocks[i + 1] : kNoBlock;
    content[i] = is_content(before, blocks[i], behind);
  }
  for (std::size_t i = blocks.size(); i-- > 1;) {
    if (content[i] && blocks[i - 1].is_heading) content[i - 1] = true;
  }
  return content;
}

}  // namespace

std::string main_text(const GumboOutput& page) {
  const std::vector<Block> blocks = BlockWalk().run(*page.document);
  const std::vector<bool> content = find_content(blocks);
  std::string main;
  std::string all;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    std::string& line = content[i] ? main : all;
    if (!line.empty()) line += '\n';
    line += blocks[i].text;
  }
  return main.empty() ? all : main;
}

}  // namespace skitter::parser
