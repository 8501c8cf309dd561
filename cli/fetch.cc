// skitter fetch: one page, as the parser sees it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command.h"
#include "cli/extraction.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/read_file.h"
#include "cli/seeds.h"
#include "cli/text.h"
#include "crawler/fetch_one.h"
#include "crawler/page_budget.h"
#include "parser/arena.h"
#include "parser/charset.h"
#include "parser/extract.h"
#include "parser/headers.h"
#include "parser/html.h"
#include "parser/parsed_html.h"

namespace skitter::cli {
namespace {

using nlohmann::ordered_json;
using storage::Outcome;

struct FetchArguments {
  std::string source;  // a URL or a file
  std::string base;
  unsigned max_redirects = 10;
  bool json = false;
  enum class View { Page, Markdown, MainText } view = View::Page;
  parser::ParseMode parse = parser::ParseMode::Scan;
  std::chrono::milliseconds parse_timeout = crawler::kParseTimeout;
  crawler::TransferOptions transfer;
  ExtractionArguments extraction;
};

// What was got, and what the parser makes of it.
struct FetchedPage {
  std::string url;
  crawler::FetchedUrl fetched;
  std::string content_type;
  parser::Page page;
  parser::Extracted extracted;
};

std::string type_by_ending(const std::filesystem::path& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypes = {{
      {".html", "text/html"},
      {".htm", "text/html"},
      {".xhtml", "application/xhtml+xml"},
      {".xht", "application/xhtml+xml"},
      {".xml", "application/xml"},
      {".txt", "text/plain"},
  }};
  const std::string ending = path.extension().string();
  for (const auto& [known, type] : kTypes) {
    if (ending == known) return std::string(type);
  }
  return "";  // the parser looks at the bytes
}

std::string file_url(const std::string& path) {
  std::string url = "file://";
  for (const char c : std::filesystem::absolute(path).string()) {
    const bool special = c == '%' || c == '?' || c == '#' || c == '\\';
    url += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return url;
}

void parse(FetchedPage& into, const parser::Url& base, const FetchArguments& given,
           const parser::Extraction& extraction) {
  const parser::Headers& headers = into.fetched.headers;
  parser::Document document;
  document.bytes = into.fetched.body;
  document.url = &base;
  document.content_type = into.content_type;
  document.content_language = headers.get("Content-Language");
  document.robots_tags = headers.get_all("X-Robots-Tag");
  parser::Arena arena;
  crawler::PageBudget budget(given.parse_timeout);
  into.page = parser::read_page(document, arena, budget.get(), given.parse);
  if (extraction.is_empty()) return;
  crawler::PageBudget items_budget(given.parse_timeout);
  into.extracted = parser::extract(document, extraction, arena, items_budget.get());
}

FetchedPage read_page(const FetchArguments& given, const parser::Extraction& extraction) {
  const std::string address = given.base.empty() ? file_url(given.source) : given.base;
  const auto base = parser::parse_url(address);
  if (!base) throw UsageError(fmt::format("fetch: --base: {} is no valid URL", address));
  FetchedPage page;
  page.url = base->without_fragment();
  page.fetched.final_url = page.url;
  page.fetched.outcome = Outcome::Ok;
  page.fetched.body = read_file("fetch", given.source);
  page.content_type = type_by_ending(given.source);
  parse(page, *base, given, extraction);
  return page;
}

FetchedPage fetch_page(const FetchArguments& given, const parser::Extraction& extraction) {
  std::string why_not;
  const auto url = parse_typed_url(given.source, why_not);
  if (!url) throw UsageError(fmt::format("fetch: {}: no such file, and {}", given.source, why_not));
  if (!given.base.empty()) throw UsageError("fetch: --base is for a FILE; a URL is its own base");
  FetchedPage page;
  page.url = url->without_fragment();
  page.fetched =
      crawler::fetch_one(*url, given.transfer, given.max_redirects, crawler::BodyTypes::Readable);
  page.content_type = page.fetched.headers.get("Content-Type");
  const auto final_url = parser::parse_url(page.fetched.final_url);
  parse(page, final_url ? *final_url : *url, given, extraction);
  return page;
}

// The page as the reader of an article wants it: nothing else is written.
std::string view_text(const FetchedPage& fetched, FetchArguments::View view) {
  const auto base = parser::parse_url(fetched.fetched.final_url);
  std::string storage;
  const std::string_view charset = fetched.page.charset.empty() ? "utf-8" : fetched.page.charset;
  const parser::ParsedHtml html(parser::to_utf8(fetched.fetched.body, charset, storage));
  if (view == FetchArguments::View::Markdown) {
    return printable(html.markdown(base ? &*base : nullptr), LineBreaks::Keep);
  }
  const std::string text = printable(html.main_text(), LineBreaks::Keep);
  return text.empty() ? text : text + "\n";
}

bool is_answer(const FetchedPage& page) {
  const Outcome outcome = page.fetched.outcome;
  return outcome == Outcome::Ok || outcome == Outcome::HttpError;
}

ordered_json items_json(const FetchedPage& fetched) {
  ordered_json items = ordered_json::array();
  for (const parser::Item& item : fetched.extracted.items) {
    items.push_back({{"rule", item.rule}, {"data", ordered_json::parse(item.data)}});
  }
  return items;
}

ordered_json page_json(const FetchedPage& fetched) {
  const parser::Page& page = fetched.page;
  ordered_json links = ordered_json::array();
  for (const parser::Link& link : page.links) {
    links.push_back({{"url", link.url},
                     {"anchor", link.anchor},
                     {"rel", link.rel},
                     {"kind", to_string(link.kind)}});
  }
  const int status = fetched.fetched.status;
  return {
      {"url", fetched.url},
      {"final_url", fetched.fetched.final_url},
      {"redirects", fetched.fetched.hops},
      {"outcome", to_string(fetched.fetched.outcome)},
      {"error", text_or_null(fetched.fetched.error)},
      {"status", status != 0 ? ordered_json(status) : ordered_json(nullptr)},
      {"content_type", text_or_null(fetched.content_type)},
      {"charset", text_or_null(page.charset)},
      {"bytes", fetched.fetched.body.size()},
      {"title", text_or_null(page.title)},
      {"description", text_or_null(page.description)},
      {"language", text_or_null(page.language)},
      {"canonical_url", text_or_null(page.canonical_url)},
      {"h1", text_or_null(page.h1)},
      {"robots", text_or_null(page.robots)},
      {"text", page.text},
      {"links", std::move(links)},
      {"items", items_json(fetched)},
  };
}

// A line each: who tries a selector wants to see nothing else.
std::string items_text(const FetchedPage& fetched) {
  std::string out;
  for (const ordered_json& item : items_json(fetched)) {
    out += fmt::format("{:<12} {}\n", printable(item["rule"].get_ref<const std::string&>()),
                       to_json(item["data"], JsonLayout::OneLine));
  }
  return out;
}

std::string page_text(const FetchedPage& fetched) {
  const parser::Page& page = fetched.page;
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view value) {
    if (!value.empty()) out += fmt::format("{:<13}{}\n", name, printable(value));
  };
  add("url", fetched.url);
  for (const std::string& hop : fetched.fetched.hops) add("redirect", hop);
  if (fetched.fetched.final_url != fetched.url) add("final url", fetched.fetched.final_url);
  add("outcome", to_string(fetched.fetched.outcome));
  if (fetched.fetched.status != 0) add("status", std::to_string(fetched.fetched.status));
  add("error", fetched.fetched.error);
  add("content type", fetched.content_type);
  add("charset", page.charset);
  add("title", page.title);
  add("description", page.description);
  add("language", page.language);
  add("canonical", page.canonical_url);
  add("h1", page.h1);
  add("robots", page.robots);
  if (!page.text.empty()) out += "\n" + printable(page.text, LineBreaks::Keep) + "\n";
  if (!page.links.empty()) out += fmt::format("\n{} links\n", page.links.size());
  for (const parser::Link& link : page.links) {
    out += fmt::format("  {:<11}{}", to_string(link.kind), printable(link.url));
    if (!link.anchor.empty()) out += "  " + printable(link.anchor);
    out += '\n';
  }
  return out;
}

void choose_view(FetchArguments& given, FetchArguments::View view) {
  if (given.view != FetchArguments::View::Page && given.view != view) {
    throw UsageError("fetch: --markdown and --main-text exclude one another");
  }
  given.view = view;
}

void check_view(const FetchArguments& given, const parser::Extraction& extraction) {
  if (given.view == FetchArguments::View::Page) return;
  if (given.json || !extraction.is_empty()) {
    throw UsageError("fetch: --markdown and --main-text show nothing else: not with --json or -e");
  }
}

Exit run_fetch(const FetchArguments& given) {
  std::error_code ignored;  // what cannot be looked at is taken for a URL
  const auto status = std::filesystem::status(given.source, ignored);
  const bool is_file = std::filesystem::exists(status) && !std::filesystem::is_directory(status);
  const parser::Extraction extraction = make_extraction(given.extraction);
  check_view(given, extraction);
  const FetchedPage page = is_file ? read_page(given, extraction) : fetch_page(given, extraction);

  Output output(STDOUT_FILENO);
  if (given.view != FetchArguments::View::Page) {
    output.write(view_text(page, given.view));
  } else if (given.json) {
    output.write(to_json(page_json(page), JsonLayout::Indented) + "\n");
  } else {
    output.write(extraction.is_empty() ? page_text(page) : items_text(page));
  }
  output.flush();
  if (page.extracted.is_cut) complain("fetch: not all items were taken: the page costs too much");
  if (is_answer(page)) {
    if (!extraction.is_empty() && page.extracted.items.empty()) complain("fetch: no items");
    return Exit::Finished;
  }
  complain(fmt::format("fetch: {}: {}{}{}", page.url, to_string(page.fetched.outcome),
                       page.fetched.error.empty() ? "" : ": ", page.fetched.error));
  return Exit::NoSeed;
}

}  // namespace

void add_fetch(CLI::App& app, Run& run) {
  constexpr const char* kGroup = "Page";
  const auto given = std::make_shared<FetchArguments>();
  CLI::App& fetch = *app.add_subcommand("fetch", "One page, as the parser sees it");
  fetch.add_option("URL|FILE", given->source, "A file is read without the network")->required();
  add_text(fetch, {"--base", "The URL that a FILE stands for", kGroup}, "URL", given->base);
  add_flag(fetch, {"--json", "Answer as JSON", kGroup}, [given] { given->json = true; });
  add_flag(fetch, {"--markdown", "The page as Markdown, and nothing else", kGroup},
           [given] { choose_view(*given, FetchArguments::View::Markdown); });
  add_flag(fetch, {"--main-text", "Its text without menus and footers, and nothing else", kGroup},
           [given] { choose_view(*given, FetchArguments::View::MainText); });
  add_parse_mode(fetch, kGroup, given->parse);
  add_parse_timeout(fetch, kGroup, given->parse_timeout);
  add_count(fetch, {"--max-redirects", "In a row", kGroup}, {0, 100}, given->max_redirects);
  add_extraction_options(fetch, given->extraction);
  add_transfer_options(fetch, given->transfer);
  add_config_options(fetch);
  fetch.callback([given, &run] { run = [given] { return run_fetch(*given); }; });
}

}  // namespace skitter::cli
