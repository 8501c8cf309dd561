#pragma once

#include <string>
#include <vector>

#include "parser/extract.h"

namespace skitter::cli {

// The rules of a file (docs/extraction.md):
//
//     [book]                                  # its items' rule
//     url = '/catalogue/.*/index\.html$'      # RE2, found anywhere in the URL; may be a list
//     each = "article"
//     [book.fields]
//     title = "h1"
//     price = { select = ".price", type = "number", default = 0 }
//     reviews = { each = ".review", fields = { author = ".by", text = "p" } }
//
// Errors: UsageError with file and line.
[[nodiscard]] std::vector<parser::Rule> read_rules(const std::string& path);

}  // namespace skitter::cli
