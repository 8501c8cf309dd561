// The folders as a library: installed, found by another project, and run by it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/crawl_fixture.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using ::testing::HasSubstr;

class LibraryTest : public CrawlTest {
 protected:
  void cmake(const Words& arguments) const {
    ProgramOptions options = here();
    options.program = SKITTER_CMAKE;
    const ProgramResult result = cli::run(arguments, options);
    ASSERT_EQ(result.status, 0) << result.out << result.err;
  }
};

TEST_F(LibraryTest, TheExampleOfTheDocsCrawls) {
  cmake({"--install", SKITTER_BINARY_DIR, "--prefix", path("prefix"), "--component", "library"});
  cmake({"-S", SKITTER_SOURCE "/docs/examples", "-B", path("example"), "-G", "Ninja",
         "-DCMAKE_PREFIX_PATH=" + path("prefix"), "-DCMAKE_CXX_COMPILER=" SKITTER_CXX,
         "-DCMAKE_C_COMPILER=" SKITTER_C});
  cmake({"--build", path("example")});
  Site site;
  site.route("a.localhost", "/", Answer::html("<!doctype html><title>One</title><a href=/b>b</a>"));
  site.route("a.localhost", "/b", Answer::html("<!doctype html><title>Two</title>"));
  ProgramOptions options = here();
  options.program = path("example/crawl");
  const ProgramResult result = cli::run({site.url("a.localhost"), "crawl.db"}, options);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("finished"));
  EXPECT_THAT(result.out, HasSubstr(site.url("a.localhost") + "\tOne\t1 links\n"));
  EXPECT_THAT(result.out, HasSubstr(site.url("a.localhost", "/b") + "\tTwo\t0 links\n"));
  expect_finished();
}

}  // namespace
}  // namespace skitter::e2e
