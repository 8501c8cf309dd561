#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "parser/parsed_html.h"

struct sqlite3;

namespace skitter::cli {

// The HTML that the functions of one connection were last asked about, with its tree: one row of a
// query asks several selectors of the same page.
class HtmlCache {
 public:
  const parser::ParsedHtml& get(std::string_view html) {
    if (!last_ || last_->html() != html) last_ = std::make_unique<parser::ParsedHtml>(html);
    return *last_;
  }

 private:
  std::unique_ptr<parser::ParsedHtml> last_;
};

// Declares css_all(html, selector): a row for each match, with position from 0 and value.
// Errors: StorageError.
void add_css_table(sqlite3* db, std::shared_ptr<HtmlCache> cache);

}  // namespace skitter::cli
