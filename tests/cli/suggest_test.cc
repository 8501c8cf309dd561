#include "cli/suggest.h"

#include <gtest/gtest.h>

#include <vector>

namespace skitter::cli {
namespace {

TEST(SuggestTest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> known = {"--concurrency", "--host-concurrency", "--delay",
                                          "--max-pages",   "--max-time",         "-c"};
  struct Case {
    std::string_view given, want;
  };
  const Case cases[] = {
      {"--concurency", "--concurrency"},  // left out
      {"--dealy", "--delay"},             // swapped
      {"--max_pages", "--max-pages"},     // replaced
      {"--delays", "--delay"},            // added
      {"--conc", "--concurrency"},        // only begun
      {"--max-page", "--max-pages"},
      {"--colour-scheme", ""},
      {"--xyz", ""},
  };
  for (const auto& [given, want] : cases) {
    SCOPED_TRACE(given);
    EXPECT_EQ(nearest(given, known), want);
  }
  EXPECT_EQ(nearest(std::string(10'000, 'x'), known), "");
}

}  // namespace
}  // namespace skitter::cli
