#include "cli/xml.h"

#include <gtest/gtest.h>

#include <string_view>

namespace skitter::cli {
namespace {

TEST(XmlTest, EscapesWhatXmlDoesNotHold) {
  using namespace std::string_view_literals;
  struct Case {
    std::string_view given, want;
  };
  constexpr Case kCases[] = {
      {"", ""},
      {"plain \xc3\xa9", "plain \xc3\xa9"},
      {"a<b>&\"'", "a&lt;b&gt;&amp;&quot;'"},
      {"]]>", "]]&gt;"},
      {"\t\n\r", "&#9;&#10;&#13;"},                                // §2.11, §3.3.3
      {"a\0b\x01\x1f\x7f"sv, "ab&#127;"},                          // §2.2: DEL is a Char
      {"\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd"},                    // no UTF-8
      {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},    // a surrogate
      {"a\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", "a\xef\xbf\xbd"},  // U+FFFE, U+FFFF
      {"\xc2\x9b\xe2\x80\xae\xf3\xa0\x80\x81", "&#155;&#8238;&#917505;"},
      {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
  };
  for (const auto& [given, want] : kCases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(xml_escape(given), want);
  }
}

}  // namespace
}  // namespace skitter::cli
