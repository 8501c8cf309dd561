#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/cli/run_program.h"
#include "tests/site/site.h"

namespace skitter::site {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

cli::ProgramOptions site_program() {
  return {.program = SKITTER_SITE_PROGRAM, .cwd = {}, .env = {}, .input = {}};
}

bool has_lines(const cli::Program& program, std::ptrdiff_t count) {
  const std::string out = program.out();
  return std::count(out.begin(), out.end(), '\n') >= count;
}

TEST(SiteProgramTest, SaysWhereItListensAndStopsWhenAsked) {
  for (const int number : {SIGTERM, SIGINT}) {
    cli::Program program({"--hosts", "2", "--print-seeds"}, site_program());
    ASSERT_TRUE(program.wait_until([&] { return has_lines(program, 3); }));
    const std::string out = program.out();
    EXPECT_THAT(out, StartsWith("listening on 127.0.0.1:"));
    const std::string port = out.substr(23, out.find('\n') - 23);
    EXPECT_THAT(
        out, HasSubstr("\nhttp://h0.localhost:" + port + "/\nhttp://h1.localhost:" + port + "/\n"));
    program.signal(number);
    EXPECT_EQ(program.wait().status, 0);
  }
}

TEST(SiteProgramTest, WritesItsLogAtTheEnd) {
  const cli::TemporaryDirectory directory;
  const std::string log = (directory / "log.tsv").string();
  const auto result = cli::run({"--for", "10ms", "--log", log}, site_program());
  EXPECT_EQ(result.status, 0);
  EXPECT_FALSE(result.timed_out);
  std::ifstream file(log);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, "host\tmethod\tpath\tstatus\tconnection\tstart_us\tend_us\n");
}

TEST(SiteProgramTest, RefusesWhatItCannotDo) {
  const Site other;
  const std::string port = std::to_string(other.port());
  struct Case {
    std::vector<std::string> arguments;
    const char* error;
  };
  const Case cases[] = {
      {{"--port", port, "--for", "10ms"}, "cannot listen on 127.0.0.1: address already in use"},
      {{"--for", "10ms", "--log", "/no/such/directory/log"}, "cannot write the log"},
      {{"--delay", "50 parsecs"}, "--delay"},
      {{"--size", "big"}, "--size"},
      {{"--robots", "/no/such/file"}, "--robots"},
  };
  for (const Case& given : cases) {
    SCOPED_TRACE(given.error);
    const auto result = cli::run(given.arguments, site_program());
    EXPECT_NE(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr(given.error));
  }
}

TEST(SiteProgramTest, OptionsTakeUnits) {
  const auto result = cli::run(
      {"--size", "64k", "--delay", "50ms", "--jitter", "1s", "--for", "10ms"}, site_program());
  EXPECT_EQ(result.status, 0) << result.err;
}

}  // namespace
}  // namespace skitter::site
