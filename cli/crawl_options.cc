#include "cli/crawl_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/json.h"
#include "cli/options.h"
#include "parser/canonical.h"
#include "parser/url.h"

namespace skitter::cli {
namespace {

using crawler::Scope;
using crawler::StoreBody;
using nlohmann::ordered_json;

constexpr std::array<std::pair<std::string_view, Scope>, 4> kScopes = {{
    {"host", Scope::Host},
    {"domain", Scope::Domain},
    {"prefix", Scope::Prefix},
    {"any", Scope::Any},
}};
constexpr std::array<std::pair<std::string_view, StoreBody>, 3> kStores = {{
    {"html", StoreBody::Html},
    {"text", StoreBody::Text},
    {"none", StoreBody::None},
}};

template <typename Word, std::size_t kCount>
std::string_view word_of(Word value,
                         const std::array<std::pair<std::string_view, Word>, kCount>& words) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const auto& word) { return word.second == value; });
  return found == words.end() ? "" : found->first;
}

constexpr std::uint64_t kMostTransfers = 65'536;  // more than a machine has ports for one address
constexpr std::uint64_t kMostWorkers = 1'024;
constexpr std::uint64_t kMostAlike = 1'000'000'000;
constexpr std::uint64_t kMostDepth = 65'535;  // as the database stores it

void add_rate_limit(CLI::App& app, const char* group, std::optional<double>& into) {
  const auto set = [&into](const std::string& given) {
    double rate = 0;
    const char* const end = given.data() + given.size();
    const auto [rest, error] = std::from_chars(given.data(), end, rate, std::chars_format::fixed);
    if (error != std::errc() || rest != end || !(rate > 0)) {
      throw UsageError(fmt::format("'{}' is no number of requests a second above 0", given));
    }
    into = rate;
  };
  add_value(app, {"--rate-limit", "Requests a second, all hosts together", group}, "N", "", set);
}

void add_pace(CLI::App& app, crawler::Options& options) {
  constexpr const char* kGroup = "Pace";
  add_count(app, {"-c,--concurrency", "Transfers in flight, all hosts together", kGroup},
            {1, kMostTransfers}, options.concurrency);
  add_count(app, {"--host-concurrency", "Transfers in flight to one host", kGroup},
            {1, kMostTransfers}, options.host_concurrency);
  add_count(
      app,
      {"--ip-concurrency", "Transfers in flight to one address (8; loopback: no limit)", kGroup},
      {1, kMostTransfers}, options.ip_concurrency);
  add_duration(app, {"--delay", "Between requests to one host, at least", kGroup}, options.delay);
  add_rate_limit(app, kGroup, options.rate_limit);
  add_count(app, {"--workers", "Threads that parse pages", kGroup}, {1, kMostWorkers},
            options.workers);
  add_count(app, {"--retries", "Of a request that failed for the moment", kGroup}, {0, 100},
            options.retries);
}

// "a,b" -> a, b
void add_names(const std::string& given, std::vector<std::string>& into) {
  std::istringstream names(given);
  for (std::string name; std::getline(names, name, ',');) {
    if (name.empty() || name == "*")
      throw UsageError(fmt::format("'{}' is no list of parameter names", given));
    into.push_back(name);
  }
}

void add_reach(CLI::App& app, crawler::Options& options) {
  constexpr const char* kGroup = "What is crawled";
  add_count(app, {"-d,--depth", "Links followed from a seed (unlimited)", kGroup}, {0, kMostDepth},
            options.depth);
  add_choice<Scope>(app, {"--scope", "How far from the seeds", kGroup}, kScopes, options.scope);
  add_list(app, {"--include", "Only URLs that match; repeatable", kGroup}, "RE", options.include);
  add_list(app, {"--exclude", "No URLs that match; repeatable", kGroup}, "RE", options.exclude);
  add_count(app, {"--max-pages", "Stop after as many", kGroup}, {1}, options.max_pages);
  add_count(app, {"--max-host-pages", "No more of one host", kGroup}, {1}, options.max_host_pages);
  add_duration(app, {"--max-time", "Stop after this time", kGroup}, options.max_time);
  add_count(app, {"--max-redirects", "In a row", kGroup}, {0, 100}, options.max_redirects);
  add_flag(app, {"--no-robots", "Ignore robots.txt and robots directives", kGroup},
           [&options] { options.robots = crawler::RobotsPolicy::Ignore; });
  add_flag(app, {"--no-sitemaps", "Do not look for sitemaps", kGroup},
           [&options] { options.sitemaps = crawler::SitemapPolicy::Ignore; });
  add_value(app, {"--strip-query", "Drop these query parameters from URLs; repeatable", kGroup},
            "NAME,...", "",
            [&options](const std::string& given) { add_names(given, options.strip_query); })
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  add_flag(app, {"--strip-tracking", "Drop known tracking and session parameters", kGroup},
           [&options] {
             const auto names = parser::tracking_parameters();
             options.strip_query.insert(options.strip_query.end(), names.begin(), names.end());
           });
  add_flag(app, {"--retry-failed", "Ask again for what an earlier run failed to get", kGroup},
           [&options] { options.failed = crawler::FailedPolicy::AskAgain; });
  add_flag(app, {"--refresh", "Ask again for all pages, whether they have changed", kGroup},
           [&options] { options.pages = crawler::PagesPolicy::Refresh; });
  add_flag(app, {"--cookies", "Keep cookies, for this run", kGroup},
           [&options] { options.transfer.cookies = crawler::CookiePolicy::Keep; });
}

void add_traps(CLI::App& app, crawler::TrapLimits& limits) {
  constexpr const char* kGroup = "Traps";
  add_flag(app, {"--no-trap-rules", "No URL is taken for one of endlessly many", kGroup},
           [&limits] { limits.policy = crawler::TrapPolicy::Ignore; });
  add_size(app, {"--max-url", "Bytes of a URL", kGroup}, limits.max_url_bytes);
  add_count(app, {"--max-path-depth", "Segments of a path", kGroup}, {1}, limits.max_path_depth);
  add_count(app, {"--max-repeats", "Of one segment, or one parameter, in a URL", kGroup}, {1},
            limits.max_repeats);
  add_count(app, {"--max-page-links", "Links followed from one page", kGroup}, {1},
            limits.max_page_links);
  add_count(app, {"--max-alike", "Pages of one URL pattern whose texts differ in digits", kGroup},
            {1, kMostAlike}, limits.max_alike);
  add_count(app, {"--max-same-text", "Pages of a host with one text, links followed", kGroup},
            {1, kMostAlike}, limits.max_same_text);
  add_count(app,
            {"--max-spellings", "Of a URL, by session id or by the order of parameters", kGroup},
            {1, 255}, limits.max_spellings);
}

// -j may stand alone, so that a seed behind it could be taken for its file.
void take_lines(const std::string& given, CrawlArguments& arguments) {
  const bool is_url = given.find("://") != std::string::npos;
  if (is_url) arguments.seeds.push_back(given);
  arguments.jsonl = given.empty() || is_url ? "-" : given;
}

void add_files(CLI::App& app, CrawlArguments& arguments) {
  constexpr const char* kGroup = "Output";
  add_text(app, {"-o,--output", "The database; an existing one is continued", kGroup}, "FILE.db",
           arguments.output);
  add_flag(app, {"--fresh", "Start anew: forget what the database holds", kGroup},
           [&arguments] { arguments.start = storage::Start::Fresh; });
  add_choice<StoreBody>(app, {"--store", "What is kept of each page", kGroup}, kStores,
                        arguments.options.store);
  add_parse_mode(app, kGroup, arguments.options.parse);
  add_parse_timeout(app, kGroup, arguments.options.parse_timeout);
  add_size(app, {"--body-memory", "For all bodies above 256 KiB together; others wait", kGroup},
           arguments.options.transfer.body_memory_bytes);
  add_size_or_none(app, {"--min-free", "Pause while the disk has less left; 0: never", kGroup},
                   arguments.options.min_free_bytes);
  add_flag(app, {"--durable", "Every commit survives a power cut (slower)", kGroup},
           [&arguments] { arguments.durability = storage::Durability::PowerCut; });
  add_value(app, {"-j,--jsonl", "Each page as a JSON line too, once it is committed", kGroup},
            "[FILE|-]", "",
            [&arguments](const std::string& given) { take_lines(given, arguments); })
      ->expected(0, 1);
  add_text(app, {"--summary-json", "The end summary as JSON", kGroup}, "FILE",
           arguments.summary_json);
  add_duration(app, {"--grace", "For transfers in flight after the first Ctrl-C", kGroup},
               arguments.options.grace);
  add_flag(app, {"-q,--quiet", "Errors only", kGroup},
           [&arguments] { arguments.verbosity = Verbosity::Quiet; });
  add_flag(app, {"-v,--verbose", "The options in force, and what is continued, too", kGroup},
           [&arguments] { arguments.verbosity = Verbosity::Verbose; });
  add_flag(app, {"-n,--no-progress", "No progress line", kGroup},
           [&arguments] { arguments.progress = false; });
  add_flag(app, {"--no-color", "No colours on a terminal", kGroup},
           [&arguments] { arguments.color = false; });
}

std::string without_password(const std::string& proxy) {
  const auto url = parser::parse_url(proxy);
  if (url && !url->host().empty()) return fmt::format("{}//{}", url->protocol(), url->host());
  return proxy.substr(proxy.rfind('@') + 1);
}

template <typename Value>
ordered_json value_or_null(const std::optional<Value>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

}  // namespace

CrawlArguments::CrawlArguments() {
  options.workers = std::max(1u, std::thread::hardware_concurrency());
  options.signals = crawler::SignalPolicy::StopOnInterrupt;
}

void add_crawl_options(CLI::App& app, CrawlArguments& arguments) {
  app.add_option("SEED", arguments.seeds, "URLs, files of URLs (one a line), or - for stdin");
  add_files(app, arguments);
  add_pace(app, arguments.options);
  add_reach(app, arguments.options);
  add_traps(app, arguments.options.traps);
  add_extraction_options(app, arguments.extraction);
  add_transfer_options(app, arguments.options.transfer);
  add_config_options(app);
}

ordered_json options_json(const crawler::Options& options) {
  const crawler::TransferOptions& transfer = options.transfer;
  std::vector<std::string> header_names;
  for (const crawler::Header& header : transfer.headers) {
    header_names.push_back(header.line.substr(0, header.line.find(':')));
  }
  const auto max_time = options.max_time ? ordered_json(options.max_time->count()) : ordered_json();
  return {
      {"concurrency", options.concurrency},
      {"host_concurrency", options.host_concurrency},
      {"delay_ms", options.delay.count()},
      {"rate_limit", value_or_null(options.rate_limit)},
      {"workers", options.workers},
      {"retries", options.retries},
      {"depth", value_or_null(options.depth)},
      {"scope", word_of(options.scope, kScopes)},
      {"include", options.include},
      {"exclude", options.exclude},
      {"max_pages", value_or_null(options.max_pages)},
      {"max_host_pages", value_or_null(options.max_host_pages)},
      {"max_time_ms", max_time},
      {"max_redirects", options.max_redirects},
      {"robots", options.robots == crawler::RobotsPolicy::Obey},
      {"sitemaps", options.sitemaps == crawler::SitemapPolicy::Follow},
      {"trap_rules", options.traps.policy == crawler::TrapPolicy::Apply},
      {"max_url_bytes", options.traps.max_url_bytes},
      {"max_path_depth", options.traps.max_path_depth},
      {"max_repeats", options.traps.max_repeats},
      {"max_page_links", options.traps.max_page_links},
      {"max_alike", options.traps.max_alike},
      {"max_same_text", options.traps.max_same_text},
      {"max_spellings", options.traps.max_spellings},
      {"strip_query", options.strip_query},
      {"retry_failed", options.failed == crawler::FailedPolicy::AskAgain},
      {"refresh", options.pages == crawler::PagesPolicy::Refresh},
      {"cookies", transfer.cookies == crawler::CookiePolicy::Keep},
      {"ip_concurrency", value_or_null(options.ip_concurrency)},
      {"store", word_of(options.store, kStores)},
      {"parse", word_of(options.parse, kParseModes)},
      {"parse_timeout_ms", options.parse_timeout.count()},
      {"min_free_bytes", options.min_free_bytes},
      {"grace_ms", options.grace.count()},
      {"max_body_bytes", transfer.max_body_bytes},
      {"body_memory_bytes", transfer.body_memory_bytes},
      {"max_header_bytes", transfer.max_header_bytes},
      {"max_header_lines", transfer.max_header_lines},
      {"max_encodings", transfer.max_encodings},
      {"timeout_ms", transfer.timeout.count()},
      {"connect_timeout_ms", transfer.connect_timeout.count()},
      {"stall_timeout_ms", transfer.stall_timeout.count()},
      {"user_agent", text_or_null(transfer.user_agent)},
      {"header_names", header_names},
      {"proxy", text_or_null(without_password(transfer.proxy))},
      {"ca_file", text_or_null(transfer.ca_file)},
      {"dns_servers", text_or_null(transfer.dns_servers)},
      {"insecure", transfer.tls == crawler::TlsPolicy::Insecure},
      {"allow_private", transfer.addresses == crawler::AddressPolicy::AllowPrivate},
  };
}

std::vector<std::string> changed_options(const ordered_json& before, const ordered_json& now) {
  static constexpr std::array<const char*, 20> kDeciding = {
      "depth",         "scope",          "include",    "exclude",        "max_host_pages",
      "max_redirects", "robots",         "store",      "max_body_bytes", "allow_private",
      "items",         "parse",          "trap_rules", "max_url_bytes",  "max_path_depth",
      "max_repeats",   "max_page_links", "max_alike",  "max_same_text",  "max_spellings",
  };
  std::vector<std::string> changes;
  for (const char* const key : kDeciding) {
    if (!before.contains(key) || before[key] == now[key]) continue;
    changes.push_back(fmt::format("{} was {} in the last run and is {} now", key,
                                  to_json(before[key], JsonLayout::OneLine),
                                  to_json(now[key], JsonLayout::OneLine)));
  }
  return changes;
}

}  // namespace skitter::cli
