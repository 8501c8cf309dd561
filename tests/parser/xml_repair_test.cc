#include "parser/xml_repair.h"

#include <gtest/gtest.h>

namespace skitter::parser {
namespace {

TEST(XmlRepairTest, MakesWhatSitesWriteIntoXml) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"a&b", "a&amp;b"},
      {"&", "&amp;"},
      {"a&amp", "a&amp;amp"},
      {"&amp;&lt;&gt;&quot;&apos;", "&amp;&lt;&gt;&quot;&apos;"},  // XML 1.0 §4.6
      {"&AMP;&nbsp;&lol9;", "&amp;AMP;&amp;nbsp;&amp;lol9;"},
      {"&#38;&#x26;&#x10FFFF;&#9;", "&#38;&#x26;&#x10FFFF;&#9;"},  // §4.1
      {"&#;&#x;&#X26;&#-1;&#a;", "&amp;#;&amp;#x;&amp;#X26;&amp;#-1;&amp;#a;"},
      {"&#0;&#xD800;&#xFFFF;&#x110000;", "&amp;#0;&amp;#xD800;&amp;#xFFFF;&amp;#x110000;"},  // §2.2
      {"a\x01\x1F\tb", "a  \tb"},
      {"a\xEF\xBF\xBF\xEF\xBF\xBE\xEF\xBF\xBD"
       "b",
       "a  \xEF\xBF\xBD"
       "b"},
      {"<![CDATA[&]&]]&]]>&", "<![CDATA[&]&]]&]]>&amp;"},
      {"<!-- <![CDATA[ --> &", "<!-- <![CDATA[ --> &amp;"},
      {"<?x <!-- ?>&", "<?x <!-- ?>&amp;"},
      {"<![CDATA[ <!-- ]]>&", "<![CDATA[ <!-- ]]>&amp;"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    std::string storage;
    EXPECT_EQ(repair_xml(given, 1000, storage), want);
    std::string again;
    EXPECT_EQ(repair_xml(want, 1000, again), want);
  }
}

TEST(XmlRepairTest, CopiesNothingThatIsRight) {
  const std::string_view right = "<a>&amp;</a>";
  std::string storage;
  EXPECT_EQ(repair_xml(right, 1000, storage).data(), right.data());
}

TEST(XmlRepairTest, StopsAtTheLimit) {
  std::string storage;
  EXPECT_EQ(repair_xml("abc", 2, storage), "ab");
  EXPECT_EQ(repair_xml("&&&&", 7, storage), "&amp;&a");
}

}  // namespace
}  // namespace skitter::parser
