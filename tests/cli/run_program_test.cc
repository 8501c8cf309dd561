#include "tests/cli/run_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <system_error>

namespace skitter::cli {
namespace {

using ::testing::HasSubstr;

ProgramOptions the_shell() {
  return {.program = "/bin/sh", .cwd = {}, .env = {}, .input = {}};
}

TEST(RunProgramTest, CapturesStreamsAndStatus) {
  const ProgramResult result = run({"-c", "echo to out; echo to err >&2; exit 7"}, the_shell());
  EXPECT_EQ(result.status, 7);
  EXPECT_EQ(result.signal, 0);
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.out, "to out\n");
  EXPECT_EQ(result.err, "to err\n");
}

TEST(RunProgramTest, GivesInputDirectoryAndEnvironment) {
  const TemporaryDirectory directory;
  std::ofstream(directory / "here") << "found";
  ProgramOptions options = the_shell();
  options.cwd = directory.path();
  options.env = {{"WORD", "spider"}, {"LANG", "C"}};
  options.input = "typed";
  const ProgramResult result =
      run({"-c", "cat here -; echo $WORD $LANG; test -n \"$PATH\""}, options);
  EXPECT_EQ(result.out, "foundtypedspider C\n");
  EXPECT_EQ(result.status, 0);
}

TEST(RunProgramTest, SignalsAfterACondition) {
  Program program(
      {"-c", "trap 'echo caught; exit 11' INT; echo ready; while :; do sleep 0.01; done"},
      the_shell());
  ASSERT_TRUE(program.wait_until([&] { return program.out() == "ready\n"; }));
  EXPECT_TRUE(program.is_running());
  program.signal(SIGINT);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.status, 11);
  EXPECT_THAT(result.out, HasSubstr("caught"));
  EXPECT_FALSE(program.is_running());
  EXPECT_EQ(program.wait().status, 11);
}

TEST(RunProgramTest, TellsWhichSignalEndedIt) {
  Program program({"-c", "echo ready; exec sleep 100"}, the_shell());
  ASSERT_TRUE(program.wait_until([&] { return !program.out().empty(); }));
  program.signal(SIGKILL);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.status, -1);
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_FALSE(result.timed_out);
}

TEST(RunProgramTest, KillsAtTheTimeLimit) {
  const ProgramResult result = run({"-c", "exec sleep 100"}, the_shell(), milliseconds(50));
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGKILL);
}

TEST(RunProgramTest, AConditionIsGivenUpWhenTheProgramEnds) {
  Program program({"-c", "exit 3"}, the_shell());
  EXPECT_FALSE(program.wait_until([] { return false; }));
  EXPECT_EQ(program.wait().status, 3);
}

TEST(RunProgramTest, LargeOutputDoesNotBlockIt) {
  const ProgramResult result = run({"-c", "yes | head -c 3000000"}, the_shell());
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out.size(), 3'000'000u);
}

TEST(RunProgramTest, ThrowsWhereThereIsNoSuchProgram) {
  EXPECT_THROW(Program({}, {.program = "/no/such/program", .cwd = {}, .env = {}, .input = {}}),
               std::system_error);
}

TEST(RunProgramTest, TemporaryDirectoriesAreRemoved) {
  std::filesystem::path path;
  {
    const TemporaryDirectory directory;
    path = directory.path();
    std::filesystem::create_directories(directory / "a/b");
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace skitter::cli
