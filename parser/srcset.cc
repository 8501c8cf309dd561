#include "parser/srcset.h"

#include <cstddef>

#include "parser/html_space.h"

namespace skitter::parser {
namespace {

// The size of the descriptors in front of the comma that ends them; one in parentheses does not.
std::size_t descriptors_size(std::string_view text) noexcept {
  bool in_parentheses = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '(') in_parentheses = true;
    if (text[at] == ')') in_parentheses = false;
    if (text[at] == ',' && !in_parentheses) break;
  }
  return at;
}

}  // namespace

std::vector<std::string_view> parse_srcset(std::string_view srcset) {
  std::vector<std::string_view> urls;
  while (true) {
    while (!srcset.empty() && (is_html_space(srcset.front()) || srcset.front() == ',')) {
      srcset.remove_prefix(1);
    }
    if (srcset.empty()) return urls;
    std::string_view url = take_token(srcset);
    const bool ends_with_comma = url.ends_with(',');
    while (url.ends_with(',')) url.remove_suffix(1);
    urls.push_back(url);
    if (!ends_with_comma) srcset.remove_prefix(descriptors_size(srcset));
  }
}

}  // namespace skitter::parser
