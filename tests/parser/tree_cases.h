#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace skitter::parser {

// One test of html5lib's tree-construction .dat files.
struct TreeCase {
  std::string data;
  std::string fragment;  // the context element; empty: a document
  std::string want;
  bool needs_scripting = false;
};

[[nodiscard]] std::vector<TreeCase> read_tree_cases(const std::filesystem::path& path);
// The .dat files under tests/data, sorted.
[[nodiscard]] std::vector<std::filesystem::path> tree_case_files();

}  // namespace skitter::parser
