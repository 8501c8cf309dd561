// skitter sitemap: what a sitemap lists, one JSON line each.
#include "parser/sitemap.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/read_file.h"
#include "cli/seeds.h"
#include "crawler/fetch_one.h"
#include "parser/headers.h"

namespace skitter::cli {
namespace {

struct SitemapArguments {
  SitemapArguments() { transfer.max_body_bytes = parser::SitemapLimits{}.max_bytes; }

  std::string source;  // a URL or a file
  std::string base;
  unsigned max_redirects = 10;
  crawler::TransferOptions transfer;
};

parser::Sitemap read_sitemap(const SitemapArguments& given) {
  // A file alone has no host: what it lists without one is no page then.
  const auto base = parser::parse_url(given.base.empty() ? "file:///" : given.base);
  if (!base) throw UsageError(fmt::format("sitemap: --base: {} is no valid URL", given.base));
  return parser::parse_sitemap(read_file("sitemap", given.source), *base);
}

// nullopt where no file came; it was said then.
std::optional<parser::Sitemap> fetch_sitemap(const SitemapArguments& given) {
  std::string why_not;
  const auto url = parse_typed_url(given.source, why_not);
  if (!url) {
    throw UsageError(fmt::format("sitemap: {}: no such file, and {}", given.source, why_not));
  }
  if (!given.base.empty()) throw UsageError("sitemap: --base is for a FILE; a URL is its own base");
  const auto fetched =
      crawler::fetch_one(*url, given.transfer, given.max_redirects, crawler::BodyTypes::Any);
  const bool is_too_large = fetched.outcome == storage::Outcome::TooLarge;
  if (fetched.outcome != storage::Outcome::Ok && !is_too_large) {
    const std::string status = fetched.status != 0 ? fmt::format(" {}", fetched.status) : "";
    complain(fmt::format("sitemap: {}: {}{}{}{}", url->without_fragment(),
                         to_string(fetched.outcome), status, fetched.error.empty() ? "" : ": ",
                         fetched.error));
    return std::nullopt;
  }
  const auto final_url = parser::parse_url(fetched.final_url);
  const std::string_view type = fetched.headers.get("Content-Type");
  auto sitemap = parser::parse_sitemap(fetched.body, final_url ? *final_url : *url,
                                       parser::parse_content_type(type).charset);
  sitemap.is_byte_limit_hit = sitemap.is_byte_limit_hit || is_too_large;
  return sitemap;
}

void write_entries(Output& output, const std::vector<parser::SitemapEntry>& entries,
                   std::string_view kind) {
  for (const parser::SitemapEntry& entry : entries) {
    const nlohmann::ordered_json line = {
        {"loc", entry.loc}, {"lastmod", text_or_null(entry.lastmod)}, {"kind", kind}};
    output.write(to_json(line, JsonLayout::OneLine) + "\n");
  }
}

// What a reader of the list would not see in it.
void say_what_is_missing(const parser::Sitemap& sitemap, const std::string& source) {
  const auto say = [&](bool holds, std::string_view what) {
    if (holds) complain(fmt::format("sitemap: {}: {}", source, what));
  };
  const parser::SitemapLimits limits;
  say(sitemap.kind == parser::SitemapKind::None && !sitemap.has_dtd, "is no sitemap");
  say(sitemap.has_dtd, "declares a DTD of its own and was not read");
  say(sitemap.is_damaged, "is damaged or cut short; what could be read is listed");
  say(sitemap.is_byte_limit_hit, "is too large; its beginning is listed");
  say(sitemap.is_entry_limit_hit,
      fmt::format("has more than {} entries; those are listed", limits.max_entries));
}

Exit run_sitemap(const SitemapArguments& given) {
  std::error_code ignored;  // what cannot be looked at is taken for a URL
  const auto status = std::filesystem::status(given.source, ignored);
  const bool is_file = std::filesystem::exists(status) && !std::filesystem::is_directory(status);
  const std::optional<parser::Sitemap> sitemap =
      is_file ? read_sitemap(given) : fetch_sitemap(given);
  if (!sitemap) return Exit::NoSeed;

  Output output(STDOUT_FILENO);
  write_entries(output, sitemap->urls, "url");
  write_entries(output, sitemap->sitemaps, "sitemap");
  output.flush();
  say_what_is_missing(*sitemap, given.source);
  return Exit::Finished;
}

}  // namespace

void add_sitemap(CLI::App& app, Run& run) {
  constexpr const char* kGroup = "Sitemap";
  const auto given = std::make_shared<SitemapArguments>();
  CLI::App& sitemap = *app.add_subcommand("sitemap", "What a sitemap lists, one JSON line each");
  sitemap.add_option("URL|FILE", given->source, "A file is read without the network")->required();
  add_text(sitemap, {"--base", "The URL that a FILE stands for", kGroup}, "URL", given->base);
  add_count(sitemap, {"--max-redirects", "In a row", kGroup}, {0, 100}, given->max_redirects);
  add_transfer_options(sitemap, given->transfer);
  add_config_options(sitemap);
  sitemap.callback([given, &run] { run = [given] { return run_sitemap(*given); }; });
}

}  // namespace skitter::cli
