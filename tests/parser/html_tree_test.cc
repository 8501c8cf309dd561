// What gumbo makes of html5lib's tree-construction tests. Not a test of our code: it shows at once
// that another version of gumbo builds other trees, and says where today's differs from the
// standard (tests/data/html/tree_differences.txt).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <gumbo.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "parser/arena.h"
#include "tests/parser/tree_cases.h"

namespace skitter::parser {
namespace {

namespace fs = std::filesystem;

void* allocate(void* arena, std::size_t bytes) {
  return static_cast<Arena*>(arena)->allocate(bytes);
}
void release(void* arena, void* piece) {
  static_cast<Arena*>(arena)->release(piece);
}

// The tree as the tests write it: "| " and two spaces a level.
class TreeWriter {
 public:
  std::string write(const GumboNode& parent) {
    write_children(parent.v.document.children, 0);
    return out_.str();
  }
  std::string write_fragment(const GumboNode& root) {
    write_children(root.v.element.children, 0);
    return out_.str();
  }
  void write_doctype(const GumboDocument& document) {
    const std::string_view public_id(document.public_identifier);
    const std::string_view system_id(document.system_identifier);
    out_ << "| <!DOCTYPE " << document.name;
    if (!public_id.empty() || !system_id.empty()) {
      out_ << " \"" << public_id << "\" \"" << system_id << '"';
    }
    out_ << ">\n";
  }

 private:
  // Neighbouring texts are one: gumbo leaves two where a table's misplaced text meets another.
  void write_children(const GumboVector& children, int depth) {
    std::string text;
    for (unsigned i = 0; i < children.length; ++i) {
      const auto& node = *static_cast<const GumboNode*>(children.data[i]);
      if (is_text(node)) {
        text += node.v.text.text;
        continue;
      }
      write_text(text, depth);
      text.clear();
      write_node(node, depth);
    }
    write_text(text, depth);
  }

  static bool is_text(const GumboNode& node) {
    return node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_CDATA ||
           node.type == GUMBO_NODE_WHITESPACE;
  }

  static std::string indent_of(int depth) {
    return "| " + std::string(static_cast<std::size_t>(2 * depth), ' ');
  }

  void write_text(const std::string& text, int depth) {
    if (!text.empty()) out_ << indent_of(depth) << '"' << text << "\"\n";
  }

  void write_node(const GumboNode& node, int depth) {
    if (node.type == GUMBO_NODE_COMMENT) {
      out_ << indent_of(depth) << "<!-- " << node.v.text.text << " -->\n";
    } else {
      write_element(node, depth);
    }
  }

  void write_element(const GumboNode& node, int depth) {
    const std::string indent = indent_of(depth);
    const GumboElement& element = node.v.element;
    out_ << indent << '<' << name_of(element) << ">\n";
    std::vector<std::string> attributes;
    for (unsigned i = 0; i < element.attributes.length; ++i) {
      const auto& a = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
      attributes.push_back(prefix_of(a) + a.name + "=\"" + a.value + '"');
    }
    std::sort(attributes.begin(), attributes.end());
    for (const std::string& attribute : attributes) {
      out_ << indent << "  " << attribute << '\n';
    }
    if (node.type == GUMBO_NODE_TEMPLATE) {
      out_ << indent << "  content\n";
      ++depth;
    }
    write_children(element.children, depth + 1);
  }

  static std::string name_of(const GumboElement& element) {
    std::string prefix;
    if (element.tag_namespace == GUMBO_NAMESPACE_SVG) prefix = "svg ";
    if (element.tag_namespace == GUMBO_NAMESPACE_MATHML) prefix = "math ";
    GumboStringPiece tag = element.original_tag;
    gumbo_tag_from_original_text(&tag);
    if (element.tag_namespace == GUMBO_NAMESPACE_SVG) {
      const char* const svg_name = gumbo_normalize_svg_tagname(&tag);
      if (svg_name != nullptr) return prefix + svg_name;
    }
    if (element.tag != GUMBO_TAG_UNKNOWN) return prefix + gumbo_normalized_tagname(element.tag);
    std::string name(tag.data, tag.length);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return prefix + name;
  }

  static std::string prefix_of(const GumboAttribute& attribute) {
    switch (attribute.attr_namespace) {
      case GUMBO_ATTR_NAMESPACE_NONE:
        return "";
      case GUMBO_ATTR_NAMESPACE_XLINK:
        return "xlink ";
      case GUMBO_ATTR_NAMESPACE_XML:
        return "xml ";
      case GUMBO_ATTR_NAMESPACE_XMLNS:
        return "xmlns ";
    }
    return "";
  }

  std::ostringstream out_;
};

std::string tree_of(const TreeCase& test) {
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  Arena arena;  // gumbo itself does not give back all that it takes
  options.allocator = allocate;
  options.deallocator = release;
  options.userdata = &arena;
  if (!test.fragment.empty()) {
    std::string_view context = test.fragment;
    if (context.starts_with("svg ")) options.fragment_namespace = GUMBO_NAMESPACE_SVG;
    if (context.starts_with("math ")) options.fragment_namespace = GUMBO_NAMESPACE_MATHML;
    context.remove_prefix(context.rfind(' ') == std::string_view::npos ? 0
                                                                       : context.rfind(' ') + 1);
    options.fragment_context =
        gumbo_tagn_enum(context.data(), static_cast<unsigned>(context.size()));
  }
  const GumboOutput* output =
      gumbo_parse_with_options(&options, test.data.data(), test.data.size());
  TreeWriter writer;
  if (!test.fragment.empty()) return writer.write_fragment(*output->root);
  const GumboDocument& document = output->document->v.document;
  if (document.has_doctype) writer.write_doctype(document);
  return writer.write(*output->document);
}

std::vector<std::string> read_lines(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && !line.starts_with('#')) lines.push_back(line);
  }
  return lines;
}

TEST(HtmlTreeTest, GumboBuildsTheKnownTrees) {
  const fs::path folder = fs::path(SKITTER_TEST_DATA) / "html";
  int total = 0;
  std::vector<std::string> differing;
  for (const fs::path& file : tree_case_files()) {
    const std::vector<TreeCase> cases = read_tree_cases(file);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      if (cases[i].needs_scripting) continue;  // gumbo has none
      ++total;
      if (tree_of(cases[i]) == cases[i].want) continue;
      differing.push_back(file.stem().string() + " " + std::to_string(i + 1));
    }
  }
  EXPECT_THAT(differing, testing::ContainerEq(read_lines(folder / "tree_differences.txt")))
      << testing::PrintToString(differing);
  std::cout << "tree-construction: " << total - static_cast<int>(differing.size()) << "/" << total
            << ", the others are listed in tree_differences.txt\n";
  EXPECT_EQ(total, 1'784);
  EXPECT_EQ(total - static_cast<int>(differing.size()), 1'699);
}

}  // namespace
}  // namespace skitter::parser
