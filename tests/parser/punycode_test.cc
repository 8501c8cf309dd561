#include "parser/punycode.h"

#include <gtest/gtest.h>

namespace skitter::parser {
namespace {

TEST(PunycodeTest, ThereAndBack) {
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"b\xc3\xbc"
       "cher",
       "bcher-kva"},
      {"\xe2\x98\x83", "n3h"},
      {"\xe4\xbd\xa0\xe5\xa5\xbd\xe4\xbd\xa0\xe5\xa5\xbd", "6qqa088eba"},
      {"\xf0\x9f\x92\xa9", "ls8h"},
      {"a\xe2\x80\xa0--", "a---kp0a"},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    const std::u32string text = to_code_points(given);
    EXPECT_EQ(to_utf8(text), given);
    EXPECT_EQ(punycode_encode(text), want);
    EXPECT_EQ(punycode_decode(want), text);
  }
}

TEST(PunycodeTest, RefusesWhatIsNone) {
  for (const std::string_view given : {"9", "a!", "zzzzzzzzzzzz", "99999999"}) {
    SCOPED_TRACE(given);
    EXPECT_EQ(punycode_decode(given), std::nullopt);
  }
}

}  // namespace
}  // namespace skitter::parser
