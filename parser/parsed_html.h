#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parser/selector.h"
#include "parser/url.h"

namespace skitter::parser {

// A piece of HTML with its tree, to be asked by several selectors.
//
// Owns:    the text and the tree. Thread: one at a time.
class ParsedHtml {
 public:
  explicit ParsedHtml(std::string_view html);  // valid UTF-8 or not
  ParsedHtml(const ParsedHtml&) = delete;
  ParsedHtml& operator=(const ParsedHtml&) = delete;
  ~ParsedHtml();

  [[nodiscard]] const std::string& html() const noexcept { return html_; }
  // In document order, at most `limit`; none of a page of absurd shape, which has no tree. All
  // together are cut at kMaxItemBytes.
  [[nodiscard]] std::vector<std::string> values(const Selector& selector, std::size_t limit) const;
  // As to_markdown() and main_text() give it; empty for a page of absurd shape.
  [[nodiscard]] std::string markdown(const Url* base) const;
  [[nodiscard]] std::string main_text() const;

 private:
  struct Tree;

  std::string html_;
  std::unique_ptr<Tree> tree_;
};

}  // namespace skitter::parser
