// skitter why: what became of a URL, by which rule, and through which pages it was found.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/seeds.h"
#include "cli/text.h"
#include "storage/database.h"
#include "storage/outcome.h"
#include "storage/reader.h"
#include "storage/statement.h"

namespace skitter::cli {
namespace {

using nlohmann::ordered_json;
using storage::ColumnType;
using storage::Outcome;
using storage::Statement;

constexpr std::size_t kLongestChain = 1'000;  // a crawl without --depth can go deep

struct WhyArguments {
  std::string database;
  std::string url;
  bool json = false;
};

// A row of `urls`.
struct UrlRow {
  std::string url;
  std::int64_t depth = 0;
  std::string referrer;  // empty for a seed
  std::string outcome;
  std::string detail;
};

// What `pages` adds, where the URL was asked for.
struct Answer {
  std::optional<std::int64_t> status;
  std::string redirect_url, error, fetched_at;
  std::int64_t attempts = 0;
};

std::string_view explain(std::string_view word) {
  const auto outcome = storage::outcome_from(word);
  if (!outcome) return "an outcome that this skitter does not know";
  switch (*outcome) {
    case Outcome::Queued:
      return "it is in the queue and was not decided yet";
    case Outcome::Ok:
      return "it was fetched";
    case Outcome::HttpError:
      return "the server answered with an error";
    case Outcome::Redirect:
      return "it leads elsewhere";
    case Outcome::NotModified:
      return "it had not changed since it was fetched before";
    case Outcome::NetworkError:
      return "the connection failed";
    case Outcome::Timeout:
      return "it took too long (--timeout, --connect-timeout, --stall-timeout)";
    case Outcome::TlsError:
      return "the server's certificate or TLS could not be trusted";
    case Outcome::DnsError:
      return "the host's name has no address";
    case Outcome::TooLarge:
      return "its body or its headers are larger than allowed (--max-body, --max-header)";
    case Outcome::Truncated:
      return "its body ended too early";
    case Outcome::Robots:
      return "robots.txt or a robots directive forbids it (--no-robots)";
    case Outcome::Scope:
      return "it is outside of --scope";
    case Outcome::Depth:
      return "it is more than --depth links from every seed";
    case Outcome::Budget:
      return "a limit was reached before its turn (--max-pages, --max-host-pages, --max-time)";
    case Outcome::Trap:
      return "it looks like one of endlessly many URLs (--no-trap-rules)";
    case Outcome::Excluded:
      return "--include or --exclude rules it out";
    case Outcome::PrivateAddress:
      return "its address is private (--allow-private)";
    case Outcome::UnsupportedType:
      return "its type is not one that is read as a page";
    case Outcome::UnsupportedScheme:
      return "only http and https are fetched";
    case Outcome::ParseLimit:
      return "parsing it took more time or memory than a page may";
  }
  return "";
}

// URLs have no index (it would cost every crawl more than it saves here), so that this reads the
// table; those found early, as referrers are, stand near its beginning.
class UrlLookup {
 public:
  explicit UrlLookup(const storage::Reader& reader)
      : urls_(reader.connection(),
              "SELECT url, depth, referrer, outcome, detail FROM urls WHERE url = ? LIMIT 1") {}

  std::optional<UrlRow> find(const std::string& url) {
    urls_.reset();
    urls_.bind(1, url);
    if (!urls_.step()) return std::nullopt;
    return UrlRow{std::string(urls_.text(0)), urls_.integer(1), std::string(urls_.text(2)),
                  std::string(urls_.text(3)), std::string(urls_.text(4))};
  }

 private:
  Statement urls_;
};

std::optional<Answer> find_answer(const storage::Reader& reader, const std::string& url) {
  Statement page(reader.connection(),
                 "SELECT status, redirect_url, error, fetched_at, attempts FROM pages "
                 "WHERE url = ? LIMIT 1");
  page.bind(1, url);
  if (!page.step()) return std::nullopt;
  Answer answer;
  if (page.type(0) != ColumnType::Null) answer.status = page.integer(0);
  answer.redirect_url = page.text(1);
  answer.error = page.text(2);
  answer.fetched_at = page.text(3);
  answer.attempts = page.integer(4);
  return answer;
}

// The seed first, the URL itself last.
std::vector<UrlRow> find_chain(UrlLookup& urls, const UrlRow& last) {
  std::vector<UrlRow> chain = {last};
  while (!chain.back().referrer.empty() && chain.size() < kLongestChain) {
    const std::string& referrer = chain.back().referrer;
    const bool seen = std::any_of(chain.begin(), chain.end(),
                                  [&](const UrlRow& row) { return row.url == referrer; });
    if (seen) break;
    auto row = urls.find(referrer);
    if (!row) break;
    chain.push_back(std::move(*row));
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

// The same page as people may mean it: the other scheme, with or without www, the final slash, the
// query.
std::vector<std::string> variants_of(const parser::Url& url) {
  const std::string scheme = url.protocol() == "https:" ? "http://" : "https://";
  const std::string host(url.host());
  const std::string path(url.pathname());
  const std::string search(url.search());
  const std::string here = std::string(url.protocol()) + "//";
  const std::string other_host = host.starts_with("www.") ? host.substr(4) : "www." + host;
  const std::string other_path = path.ends_with('/') ? path.substr(0, path.size() - 1) : path + "/";
  return {
      scheme + host + path + search,
      here + other_host + path + search,
      here + host + other_path + search,
      scheme + other_host + path + search,
      here + host + path,
  };
}

Exit not_found(const storage::Reader& reader, UrlLookup& urls, const parser::Url& url,
               const std::string& database) {
  const std::string href(url.without_fragment());
  std::string hint;
  for (const std::string& variant : variants_of(url)) {
    const auto parsed = parser::parse_url(variant);
    if (parsed && parsed->without_fragment() != href && urls.find(std::string(parsed->href()))) {
      hint = fmt::format("; but there is {}", parsed->href());
      break;
    }
  }
  if (hint.empty()) {
    Statement link(reader.connection(),
                   "SELECT kind, source_url FROM links WHERE target_url = ? LIMIT 1");
    link.bind(1, href);
    if (link.step()) {
      hint = fmt::format("; it only stands as a link ({}) on {}, and such are not fetched",
                         link.text(0), link.text(1));
    }
  }
  complain(fmt::format("why: {} was never found in {}{}", href, database, hint));
  return Exit::Internal;
}

ordered_json answer_json(const Answer& answer) {
  return {
      {"status", answer.status ? ordered_json(*answer.status) : ordered_json(nullptr)},
      {"redirect_url", text_or_null(answer.redirect_url)},
      {"error", text_or_null(answer.error)},
      {"fetched_at", text_or_null(answer.fetched_at)},
      {"attempts", answer.attempts},
  };
}

ordered_json why_json(const UrlRow& row, const std::optional<Answer>& answer,
                      const std::vector<UrlRow>& chain) {
  ordered_json steps = ordered_json::array();
  for (const UrlRow& step : chain) {
    steps.push_back({{"url", step.url}, {"depth", step.depth}, {"outcome", step.outcome}});
  }
  return {
      {"url", row.url},
      {"outcome", row.outcome},
      {"reason", explain(row.outcome)},
      {"detail", text_or_null(row.detail)},
      {"depth", row.depth},
      {"referrer", text_or_null(row.referrer)},
      {"page", answer ? answer_json(*answer) : ordered_json(nullptr)},
      {"chain", std::move(steps)},
  };
}

std::string why_text(const UrlRow& row, const std::optional<Answer>& answer,
                     const std::vector<UrlRow>& chain) {
  std::string out = printable(row.url) + "\n";
  const auto add = [&out](std::string_view name, std::string_view value) {
    if (!value.empty()) out += fmt::format("  {:<10}{}\n", name, printable(value));
  };
  add("outcome", fmt::format("{}: {}", row.outcome, explain(row.outcome)));
  if (!answer || !answer->status || row.detail != std::to_string(*answer->status)) {
    add("detail", row.detail);
  }
  if (answer) {
    if (answer->status) add("status", std::to_string(*answer->status));
    add("leads to", answer->redirect_url);
    add("error", answer->error);
    add("asked at", answer->fetched_at);
    if (answer->attempts > 1) add("attempts", std::to_string(answer->attempts));
  }
  add("depth", std::to_string(row.depth));
  out += chain.front().referrer.empty() ? "  found from the seed\n" : "  found from\n";
  for (const UrlRow& step : chain) {
    out += fmt::format("    {}  ({})\n", printable(step.url), step.outcome);
  }
  return out;
}

Exit run_why(const WhyArguments& given) {
  std::string why_not;
  const auto url = parse_typed_url(given.url, why_not);
  if (!url) throw UsageError(fmt::format("why: {}: {}", given.url, why_not));
  const storage::Reader reader(given.database);
  UrlLookup urls(reader);
  const auto row = urls.find(std::string(url->without_fragment()));
  if (!row) return not_found(reader, urls, *url, given.database);

  const auto answer = find_answer(reader, row->url);
  const auto chain = find_chain(urls, *row);
  Output output(STDOUT_FILENO);
  output.write(given.json ? to_json(why_json(*row, answer, chain), JsonLayout::Indented) + "\n"
                          : why_text(*row, answer, chain));
  output.flush();
  return Exit::Finished;
}

}  // namespace

void add_why(CLI::App& app, Run& run) {
  const auto given = std::make_shared<WhyArguments>();
  CLI::App& why = *app.add_subcommand("why", "What became of a URL, by which rule, found how");
  why.add_option("DB", given->database, "The crawl's database; may be in use by a crawl")
      ->required();
  why.add_option("URL", given->url, "The URL to explain")->required();
  add_flag(why, {"--json", "Answer as JSON", "Output"}, [given] { given->json = true; });
  add_config_options(why);
  why.callback([given, &run] { run = [given] { return run_why(*given); }; });
}

}  // namespace skitter::cli
