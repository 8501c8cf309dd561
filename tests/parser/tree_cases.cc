#include "tests/parser/tree_cases.h"

#include <algorithm>
#include <fstream>

namespace skitter::parser {

// Sections begin with "#name" on a line of its own; a section's text ends before the next.
std::vector<TreeCase> read_tree_cases(const std::filesystem::path& path) {
  std::vector<TreeCase> cases;
  std::ifstream file(path, std::ios::binary);
  std::string section;
  for (std::string line; std::getline(file, line);) {
    const bool is_new_case = line == "#data" && section != "#data";
    if (is_new_case) cases.emplace_back();
    if (line == "#script-on") cases.back().needs_scripting = true;
    if (is_new_case || line == "#errors" || line == "#new-errors" || line == "#document-fragment" ||
        line == "#document" || line == "#script-on" || line == "#script-off") {
      section = line;
      continue;
    }
    if (section == "#data") cases.back().data += line + "\n";
    if (section == "#document-fragment") cases.back().fragment = line;
    if (section == "#document") cases.back().want += line + "\n";
  }
  for (TreeCase& test : cases) {
    if (!test.data.empty()) test.data.pop_back();
    while (test.want.ends_with("\n\n")) test.want.pop_back();
  }
  return cases;
}

std::vector<std::filesystem::path> tree_case_files() {
  std::vector<std::filesystem::path> files;
  const auto folder = std::filesystem::path(SKITTER_TEST_DATA) / "html" / "tree-construction";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace skitter::parser
