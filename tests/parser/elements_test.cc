// The elements' numbers are gumbo's: a tree and a scan of one page speak of the same elements.
#include "parser/elements.h"

#include <gtest/gtest.h>
#include <gumbo.h>

#include <string>
#include <string_view>

namespace skitter::parser {
namespace {

TEST(ElementsTest, NumbersAreGumbos) {
  for (int number = 0; number < GUMBO_TAG_UNKNOWN; ++number) {
    const std::string name = gumbo_normalized_tagname(static_cast<GumboTag>(number));
    SCOPED_TRACE(name);
    EXPECT_EQ(element_number(name), number);
    std::string upper = name;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    EXPECT_EQ(element_number(upper), number);
  }
  for (const std::string_view name : {"", "x", "hea", "heads", "x-y", "annotation-xm"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(element_number(name), GUMBO_TAG_UNKNOWN);
  }
}

}  // namespace
}  // namespace skitter::parser
