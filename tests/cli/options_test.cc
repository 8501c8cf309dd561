#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/config_file.h"
#include "cli/crawl_options.h"
#include "cli/options.h"
#include "tests/cli/run_program.h"

namespace skitter::cli {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A program with the flags of `crawl`.
struct Parsed {
  explicit Parsed(const std::string& arguments) {
    crawl = program.add_subcommand("crawl");
    program.add_subcommand("query");
    add_crawl_options(*crawl, given);
    program.parse("crawl " + arguments);
  }
  void config(const std::string& text) {
    std::ofstream(directory / "c.toml") << text;
    apply_config(*crawl, directory / "c.toml");
  }

  TemporaryDirectory directory;
  CLI::App program{"", "skitter"};
  CLI::App* crawl = nullptr;
  CrawlArguments given;
};

std::string usage_error(const std::function<void()>& act) {
  try {
    act();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

// The contract's defaults.
MATCHER_P2(HeaderIs, host, line, "") {
  return arg.host == host && arg.line == line;
}

TEST(OptionsTest, Defaults) {
  const Parsed parsed("");
  const auto& o = parsed.given.options;
  EXPECT_EQ(parsed.given.output, "crawl.db");
  EXPECT_EQ(o.concurrency, 256u);
  EXPECT_EQ(o.host_concurrency, 2u);
  EXPECT_EQ(o.delay, milliseconds(250));
  EXPECT_EQ(o.rate_limit, std::nullopt);
  EXPECT_GE(o.workers, 1u);
  EXPECT_EQ(o.depth, std::nullopt);
  EXPECT_EQ(o.scope, crawler::Scope::Host);
  EXPECT_EQ(o.retries, 2u);
  EXPECT_EQ(o.max_redirects, 10u);
  EXPECT_EQ(o.transfer.max_body_bytes, 8u << 20);
  EXPECT_EQ(o.transfer.timeout, milliseconds(30'000));
  EXPECT_EQ(o.transfer.connect_timeout, milliseconds(10'000));
  EXPECT_EQ(o.transfer.stall_timeout, milliseconds(15'000));
  EXPECT_EQ(o.store, crawler::StoreBody::Html);
  EXPECT_EQ(o.parse, parser::ParseMode::Scan);
  EXPECT_EQ(o.robots, crawler::RobotsPolicy::Obey);
  EXPECT_EQ(o.signals, crawler::SignalPolicy::StopOnInterrupt);
}

TEST(OptionsTest, FlagsSetWhatTheySay) {
  const Parsed parsed(
      "https://a.example/ -o x.db -c 8 --host-concurrency 1 --delay 0 --rate-limit 2.5 --workers 3 "
      "-d 4 --scope domain --include [a-z],x --include b --exclude c --max-pages 5 --max-time 1m "
      "--max-host-pages 6 --max-body 64k --timeout 5s --connect-timeout 2s --stall-timeout 3s "
      "--retries 0 --max-redirects 0 -A Bot -H \"X-A: 1\" -H \"X-B: 2\" -x http://p:1 -k "
      "--no-robots "
      "--allow-private --store none --parse tree -q -n --no-color --summary-json s.json --grace 1s "
      "--durable "
      "--fresh --cacert ca.pem --dns-servers 127.0.0.1:53 seeds.txt -");
  const CrawlArguments& given = parsed.given;
  const auto& o = given.options;
  EXPECT_THAT(given.seeds, ElementsAre("https://a.example/", "seeds.txt", "-"));
  EXPECT_EQ(given.output, "x.db");
  EXPECT_EQ(given.start, storage::Start::Fresh);
  EXPECT_EQ(given.durability, storage::Durability::PowerCut);
  EXPECT_EQ(given.verbosity, Verbosity::Quiet);
  EXPECT_FALSE(given.progress);
  EXPECT_FALSE(given.color);
  EXPECT_EQ(given.summary_json, "s.json");
  EXPECT_EQ(o.concurrency, 8u);
  EXPECT_EQ(o.host_concurrency, 1u);
  EXPECT_EQ(o.delay, milliseconds(0));
  EXPECT_EQ(o.rate_limit, 2.5);
  EXPECT_EQ(o.workers, 3u);
  EXPECT_EQ(o.depth, 4u);
  EXPECT_EQ(o.scope, crawler::Scope::Domain);
  EXPECT_THAT(o.include, ElementsAre("[a-z],x", "b"));
  EXPECT_THAT(o.exclude, ElementsAre("c"));
  EXPECT_EQ(o.max_pages, 5u);
  EXPECT_EQ(o.max_host_pages, 6u);
  EXPECT_EQ(o.max_time, milliseconds(60'000));
  EXPECT_EQ(o.retries, 0u);
  EXPECT_EQ(o.max_redirects, 0u);
  EXPECT_EQ(o.robots, crawler::RobotsPolicy::Ignore);
  EXPECT_EQ(o.store, crawler::StoreBody::None);
  EXPECT_EQ(o.parse, parser::ParseMode::Tree);
  EXPECT_EQ(o.grace, milliseconds(1'000));
  const auto& t = o.transfer;
  EXPECT_EQ(t.max_body_bytes, 65'536u);
  EXPECT_EQ(t.timeout, milliseconds(5'000));
  EXPECT_EQ(t.connect_timeout, milliseconds(2'000));
  EXPECT_EQ(t.stall_timeout, milliseconds(3'000));
  EXPECT_EQ(t.user_agent, "Bot");
  EXPECT_THAT(t.headers, ElementsAre(HeaderIs("", "X-A: 1"), HeaderIs("", "X-B: 2")));
  EXPECT_EQ(t.proxy, "http://p:1");
  EXPECT_EQ(t.ca_file, "ca.pem");
  EXPECT_EQ(t.dns_servers, "127.0.0.1:53");
  EXPECT_EQ(t.tls, crawler::TlsPolicy::Insecure);
  EXPECT_EQ(t.addresses, crawler::AddressPolicy::AllowPrivate);
}

TEST(OptionsTest, HeadersMayBeForOneHost) {
  struct Case {
    const char* given;
    const char* host;
    const char* line;
  };
  const Case cases[] = {
      {"A: b: c", "", "A: b: c"},
      {"example.com: A: b", "example.com", "A: b"},
      {"h:8080: A: b", "h:8080", "A: b"},
      {"localhost: A: b", "localhost", "A: b"},
  };
  for (const auto& [given, host, line] : cases) {
    SCOPED_TRACE(given);
    const Parsed parsed(std::string("-H '") + given + "'");
    EXPECT_THAT(parsed.given.options.transfer.headers, ElementsAre(HeaderIs(host, line)));
  }
}

TEST(OptionsTest, TheLastOfOneFlagWins) {
  EXPECT_EQ(Parsed("-c 1 -c 2").given.options.concurrency, 2u);
}

TEST(OptionsTest, RefusesBadValuesByName) {
  struct Case {
    std::string given, words;
  };
  const Case cases[] = {
      {"-c 0", "--concurrency: must be at least 1"},
      {"-c many", "--concurrency: 'many' is no whole number"},
      {"-c 1.5", "'1.5' is no whole number"},
      {"-c -1", "'-1' is no whole number"},
      {"-c 99999999999999999999", "is no whole number"},
      {"-d 65536", "--depth: must be at most 65535"},
      {"--delay 5", "--delay: '5' is no duration; write 250ms"},
      {"--timeout 0", "--timeout: must be more than 0"},
      {"--max-body x", "--max-body: 'x' is no size"},
      {"--scope site", "--scope: 'site' is none of host|domain|prefix|any"},
      {"--rate-limit 0", "--rate-limit: '0'"},
      {"-H Broken", "--header: 'Broken' is no header field"},
      {"-H \"A B: c\"", "is no header field"},
      {"-H \"A: b\r\nC: d\"", "is no header field"},
      {"--max-pages 0", "--max-pages: must be at least 1"},
  };
  for (const auto& [given, words] : cases) {
    SCOPED_TRACE(given);
    EXPECT_THAT(usage_error([&] { const Parsed parsed(given); }), HasSubstr(words));
  }
}

TEST(OptionsTest, AConfigFileFillsInWhatTheCommandLineLeftOut) {
  Parsed parsed("-c 8 --include mine");
  parsed.config(
      "concurrency = 1\n"
      "delay = \"2s\"\n"
      "insecure = true\n"
      "no-robots = false\n"
      "include = [\"theirs\"]\n"
      "max-body = 1000\n"
      "[crawl]\n"
      "delay = \"3s\"\n"
      "header = [\"A: 1\", \"B: [2], 3\"]\n"
      "exclude = 'x#y'\n"
      "[query]\n"
      "format = \"csv\"\n");
  const auto& o = parsed.given.options;
  EXPECT_EQ(o.concurrency, 8u);
  EXPECT_THAT(o.include, ElementsAre("mine"));
  EXPECT_EQ(o.delay, milliseconds(3'000));  // the table is more to the point
  EXPECT_EQ(o.transfer.tls, crawler::TlsPolicy::Insecure);
  EXPECT_EQ(o.robots, crawler::RobotsPolicy::Obey);
  EXPECT_EQ(o.transfer.max_body_bytes, 1'000u);
  EXPECT_THAT(o.transfer.headers, ElementsAre(HeaderIs("", "A: 1"), HeaderIs("", "B: [2], 3")));
  EXPECT_THAT(o.exclude, ElementsAre("x#y"));
}

TEST(OptionsTest, AConfigFileIsRefusedByLine) {
  struct Case {
    std::string given, words;
  };
  const Case cases[] = {
      {"\nmax_pages = 1",
       "c.toml:2: skitter crawl has no option 'max_pages'; did you mean 'max-pages'?"},
      {"delay = 5", "c.toml:1: --delay: '5' is no duration"},
      {"delay = 5s", "c.toml:1: '5s' is no value"},
      {"insecure = 1", "c.toml:1: insecure is true or false"},
      {"delay = true", "c.toml:1: delay takes a value"},
      {"delay = [\"1s\"]", "c.toml:1: delay takes one value"},
      {"[craw]\ndelay = \"1s\"", "c.toml:2: [craw] is no subcommand"},
      {"config = \"x\"", "has no option 'config'"},
  };
  for (const auto& [given, words] : cases) {
    SCOPED_TRACE(given);
    Parsed parsed("");
    EXPECT_THAT(usage_error([&] { parsed.config(given); }), HasSubstr(words));
  }
  Parsed parsed("");
  EXPECT_THAT(usage_error([&] { apply_config(*parsed.crawl, "/no/such/file"); }),
              HasSubstr("--config: cannot read /no/such/file"));
}

TEST(OptionsTest, ThePrintedConfigReadsBackTheSame) {
  const Parsed first("-c 8 --include '^a\\.b$' -H 'A: \"1\"' -k --max-time 90s --scope any");
  const std::string printed = print_config(*first.crawl);
  EXPECT_THAT(printed, HasSubstr("[crawl]\n"));
  EXPECT_THAT(printed, HasSubstr("concurrency = 8\n"));
  EXPECT_THAT(printed, HasSubstr("delay = \"250ms\"\n"));
  EXPECT_THAT(printed, HasSubstr("# depth is not set\n"));
  Parsed second("");
  second.config(printed);
  EXPECT_EQ(print_config(*second.crawl), printed);
  EXPECT_EQ(options_json(second.given.options), options_json(first.given.options));
}

TEST(OptionsTest, TheStoredOptionsHoldNoSecrets) {
  const Parsed parsed("-H \"Authorization: Bearer hunter2\" -x http://me:hunter2@proxy:3128");
  const std::string stored = options_json(parsed.given.options).dump();
  EXPECT_THAT(stored, Not(HasSubstr("hunter2")));
  EXPECT_THAT(stored, HasSubstr("Authorization"));
  EXPECT_THAT(stored, HasSubstr("proxy:3128"));
}

TEST(OptionsTest, NamesWhatChangedSinceTheLastRun) {
  const auto before = options_json(Parsed("-d 2").given.options);
  EXPECT_THAT(changed_options(before, options_json(Parsed("-d 2 -c 1").given.options)), IsEmpty());
  EXPECT_THAT(changed_options(before, options_json(Parsed("--scope any").given.options)),
              ElementsAre("depth was 2 in the last run and is null now",
                          "scope was \"host\" in the last run and is \"any\" now"));
}

}  // namespace
}  // namespace skitter::cli
