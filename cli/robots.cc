// skitter robots: may a URL be asked for, and by which rule.
#include "parser/robots.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/read_file.h"
#include "cli/seeds.h"
#include "cli/text.h"
#include "cli/units.h"
#include "crawler/fetch_one.h"
#include "crawler/version.h"

namespace skitter::cli {
namespace {

constexpr unsigned kMaxRedirects = 5;  // RFC 9309 §2.3.1.2

struct RobotsArguments {
  std::string url;
  std::string robots_file;
  std::string agent = crawler::kProductToken;
  bool json = false;
  crawler::TransferOptions transfer;
};

// What a robots.txt came to, before any rule is looked at.
enum class RobotsState { Rules, AllAllowed, NoneAllowed };

struct RobotsText {
  RobotsState state = RobotsState::Rules;
  std::string body;
  std::string source;  // the file, or the URL
  std::string answer;  // what was got from there, for people
};

// RFC 9309 §2.3.1: 4xx is no rules at all; what could not be got forbids everything.
RobotsText fetch_robots(const parser::Url& url, const crawler::TransferOptions& transfer) {
  RobotsText robots;
  robots.source = url.origin() + "/robots.txt";
  const auto address = parser::parse_url(robots.source);
  if (!address) throw UsageError("robots: " + robots.source + " is no valid URL");
  auto fetched = crawler::fetch_one(*address, transfer, kMaxRedirects, crawler::BodyTypes::Any);

  const auto outcome = fetched.outcome;
  robots.answer = fetched.status != 0 ? fmt::format("status {}", fetched.status)
                                      : fmt::format("{}: {}", to_string(outcome), fetched.error);
  const bool got_it = outcome == storage::Outcome::Ok || outcome == storage::Outcome::TooLarge;
  if (got_it) {
    robots.body = std::move(fetched.body);
  } else if (fetched.status >= 300 && fetched.status < 500) {  // 3xx: one redirect too many
    robots.state = RobotsState::AllAllowed;
  } else {
    robots.state = RobotsState::NoneAllowed;
  }
  return robots;
}

// The lines that hold for the agent, of all groups that name it, or else of those for "*".
std::string group_text(const parser::RobotsRules& rules,
                       const parser::RobotsRules::Verdict& verdict) {
  std::string out;
  const auto add = [&](std::string_view line, std::string_view note) {
    out += fmt::format("  {:<10}{}{}\n", out.empty() ? "group" : "", printable(line), note);
  };
  for (const std::string_view line : rules.agent_lines()) add(line, "");
  for (const std::string_view line : rules.rule_lines()) {
    const bool decides = line.data() == verdict.rule.data();  // both are views into the rules
    add(line, decides ? "  <- decides" : "");
  }
  return out;
}

nlohmann::ordered_json verdict_json(const RobotsArguments& given, const parser::Url& url,
                                    const RobotsText& text, const parser::RobotsRules& rules,
                                    const parser::RobotsRules::Verdict& verdict) {
  const auto delay = rules.crawl_delay();
  return {
      {"url", url.without_fragment()},
      {"allowed", verdict.allowed},
      {"rule", text_or_null(verdict.rule)},
      {"agent", given.agent},
      {"crawl_delay_ms", delay ? nlohmann::ordered_json(delay->count()) : nlohmann::ordered_json()},
      {"sitemaps", rules.sitemaps()},
      {"group", {{"agents", rules.agent_lines()}, {"rules", rules.rule_lines()}}},
      {"robots", text.source},
      {"answer", text.answer},
  };
}

std::string verdict_text(const RobotsArguments& given, const parser::Url& url,
                         const RobotsText& text, const parser::RobotsRules& rules,
                         const parser::RobotsRules::Verdict& verdict) {
  std::string why = printable(verdict.rule);
  if (why.empty()) {
    why = text.state == RobotsState::NoneAllowed  ? "none: robots.txt could not be got"
          : text.state == RobotsState::AllAllowed ? "none: there is no robots.txt"
                                                  : "none matches";
  }
  std::string out = fmt::format("{}  {}\n", verdict.allowed ? "allowed" : "forbidden",
                                printable(url.without_fragment()));
  out += fmt::format("  rule      {}\n  agent     {}\n  robots    {} ({})\n", why,
                     printable(given.agent), printable(text.source), printable(text.answer));
  if (const auto delay = rules.crawl_delay()) {
    out += fmt::format("  delay     {}\n", duration_option(*delay));
  }
  out += group_text(rules, verdict);
  for (const std::string& sitemap : rules.sitemaps()) {
    out += fmt::format("  sitemap   {}\n", printable(sitemap));
  }
  return out;
}

Exit run_robots(const RobotsArguments& given) {
  std::string why_not;
  const auto url = parse_typed_url(given.url, why_not);
  if (!url) throw UsageError(fmt::format("robots: {}: {}", given.url, why_not));

  const RobotsText text =
      given.robots_file.empty()
          ? fetch_robots(*url, given.transfer)
          : RobotsText{RobotsState::Rules, read_file("--robots-file", given.robots_file),
                       given.robots_file, "file"};
  const parser::RobotsRules rules(text.body, given.agent);
  parser::RobotsRules::Verdict verdict = rules.verdict(url->path_and_query());
  if (text.state == RobotsState::NoneAllowed) verdict.allowed = false;

  Output output(STDOUT_FILENO);
  output.write(
      given.json
          ? to_json(verdict_json(given, *url, text, rules, verdict), JsonLayout::Indented) + "\n"
          : verdict_text(given, *url, text, rules, verdict));
  output.flush();
  return Exit::Finished;
}

}  // namespace

void add_robots(CLI::App& app, Run& run) {
  constexpr const char* kGroup = "Question and answer";
  const auto given = std::make_shared<RobotsArguments>();
  CLI::App& robots = *app.add_subcommand("robots", "May a URL be asked for, and by which rule");
  robots.add_option("URL", given->url, "Its origin's robots.txt is fetched")->required();
  add_text(robots, {"--robots-file", "Read this robots.txt, without the network", kGroup}, "FILE",
           given->robots_file);
  add_text(robots, {"--agent", "The product token that rules are read for", kGroup}, "NAME",
           given->agent);
  add_flag(robots, {"--json", "Answer as JSON", kGroup}, [given] { given->json = true; });
  add_transfer_options(robots, given->transfer);
  add_config_options(robots);
  robots.callback([given, &run] { run = [given] { return run_robots(*given); }; });
}

}  // namespace skitter::cli
