#pragma once

#include <istream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/url.h"

namespace skitter::cli {

// The seeds a user gave, and what is wrong with the others ("seeds.txt:12: ...: no URL").
struct Seeds {
  std::vector<parser::Url> urls;
  std::vector<std::string> problems;
};

// Reads seeds out of the arguments of `crawl`: an existing file is a file of URLs, "-" is
// `standard_input`, anything else must be a URL. In a file: one a line; blank lines, lines that
// begin with '#' and what follows " #" are skipped; a byte order mark and CRLF are forgiven.
//
// Total: what cannot be used becomes a problem, the others go on.
[[nodiscard]] Seeds read_seeds(std::span<const std::string> arguments,
                               std::istream& standard_input);

// The same for what `name` calls a file, line by line.
void read_seed_lines(std::istream& lines, const std::string& name, Seeds& into);

// A URL as people type it: without a scheme, http:// is put before localhost and addresses,
// https:// before other hosts (a name with a dot). Only http and https. Otherwise nothing, and
// `why_not` says why.
[[nodiscard]] std::optional<parser::Url> parse_typed_url(std::string_view text,
                                                         std::string& why_not);

}  // namespace skitter::cli
