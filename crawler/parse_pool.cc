#include "crawler/parse_pool.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "crawler/page_budget.h"
#include "crawler/stored_body.h"
#include "crawler/version.h"
#include "parser/arena.h"
#include "parser/extract.h"
#include "parser/fingerprint.h"
#include "parser/headers.h"
#include "parser/html.h"
#include "parser/simhash.h"
#include "parser/sitemap.h"
#include "parser/url_shape.h"

namespace skitter::crawler {
namespace {

using Clock = std::chrono::steady_clock;

// False in the build that measures the loop alone (bench/loop.py).
constexpr bool kReadsPages = SKITTER_READ_PAGES != 0;

// A page is read again where memory ran out: there may be some once other pages gave theirs back.
constexpr int kReads = 2;

bool names_sitemap(std::string_view path) {
  constexpr std::string_view kWord = "sitemap";
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  return std::search(path.begin(), path.end(), kWord.begin(), kWord.end(), same) != path.end();
}

// A list of URLs in plain text is a sitemap only where its name says so: any text may have URLs in
// it.
bool is_taken_for_sitemap(parser::SitemapKind kind, const parser::Url& url) {
  switch (kind) {
    case parser::SitemapKind::None:
      return false;
    case parser::SitemapKind::UrlSet:
    case parser::SitemapKind::Index:
    case parser::SitemapKind::Feed:
      return true;
    case parser::SitemapKind::Text:
      return names_sitemap(url.pathname());
  }
  return false;
}

void add_entries(const std::vector<parser::SitemapEntry>& entries, parser::LinkKind kind,
                 PageParsed& result) {
  for (const parser::SitemapEntry& entry : entries) {
    const auto position = static_cast<std::int64_t>(result.items.size());
    nlohmann::json data{{"loc", entry.loc}, {"lastmod", nullptr}};
    if (!entry.lastmod.empty()) data["lastmod"] = entry.lastmod;
    constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
    result.items.push_back({"sitemap", position, data.dump(-1, ' ', false, kReplace)});
    result.page.links.add({.url = entry.loc, .anchor = {}, .rel = {}, .kind = kind});
  }
}

// What is not HTML may be a sitemap or a feed: then its entries are the page's links.
bool read_sitemap(const parser::Document& document, PageParsed& result) {
  const parser::ContentType type = parser::parse_content_type(document.content_type);
  if (parser::is_html_type(type.essence) || type.essence.empty()) return false;
  const parser::Sitemap sitemap =
      parser::parse_sitemap(document.bytes, *document.url, type.charset);
  if (!is_taken_for_sitemap(sitemap.kind, *document.url)) return false;
  result.page.charset = "utf-8";
  result.page.cut = sitemap.is_entry_limit_hit || sitemap.is_byte_limit_hit;
  add_entries(sitemap.sitemaps, parser::LinkKind::ChildSitemap, result);
  add_entries(sitemap.urls, parser::LinkKind::Sitemap, result);
  return true;
}

// What one worker keeps from job to job.
class Worker {
 public:
  explicit Worker(const ParseOptions& options) : options_(options) {}

  ParseResult operator()(PageJob&& job);
  ParseResult operator()(RobotsJob&& job) const;

 private:
  void read_page(const PageJob& job, PageParsed& result);
  void give_up(const char* why, PageParsed& result);
  void take_items(const parser::Document& document, PageParsed& result);
  void canonicalise(parser::Page& page) const;

  const ParseOptions& options_;
  parser::Arena arena_;
  BodyCompressor compressor_;
};

ParseResult Worker::operator()(PageJob&& job) {
  PageParsed result;
  result.id = job.id;
  result.attempts = job.attempts;
  result.url = job.url.without_fragment();
  for (int reads = 1; reads <= kReads; ++reads) {
    result.error.clear();
    try {
      if (kReadsPages) read_page(job, result);
      break;
    } catch (const std::bad_alloc&) {  // this page's news, not the run's
      give_up("out of memory", result);
    } catch (const std::exception& error) {
      give_up(error.what(), result);
      break;
    }
  }
  result.response = std::move(job.response);
  result.response.body = {};
  return result;
}

void Worker::give_up(const char* why, PageParsed& result) {
  arena_.reset();
  result.page = {};
  result.page.cut = true;
  result.link_fingerprints.clear();
  result.stored_body.clear();
  result.items.clear();
  result.error = why;
}

void Worker::take_items(const parser::Document& document, PageParsed& result) {
  if (!options_.extraction) return;
  PageBudget budget(options_.parse_timeout);
  parser::Extracted extracted =
      parser::extract(document, *options_.extraction, arena_, budget.get());
  for (parser::Item& item : extracted.items) {
    result.items.push_back({std::move(item.rule), item.position, std::move(item.data)});
  }
  if (extracted.is_cut) result.error = "not all items were taken: the page costs too much";
}

void Worker::read_page(const PageJob& job, PageParsed& result) {
  const Response& response = job.response;
  PageBudget budget(options_.parse_timeout);

  parser::Document document;
  document.bytes = response.body;
  document.url = &job.url;
  document.content_type = response.headers.get("content-type");
  document.content_language = response.headers.get("content-language");
  document.refresh = response.headers.get("refresh");
  document.robots_tags = response.headers.get_all("x-robots-tag");
  document.agent = kProductToken;
  document.now_unix = std::chrono::system_clock::to_time_t(response.asked_at);
  if (options_.store == StoreBody::None) document.text = parser::PageText::Skip;
  if (!read_sitemap(document, result)) {
    result.page = parser::read_page(document, arena_, budget.get(), options_.mode);
    take_items(document, result);
    const std::string_view text = result.page.text;
    result.text_shape = parser::text_shape(text.empty() ? std::string_view(response.body) : text);
  }
  if (!options_.canonical.strip.empty()) canonicalise(result.page);

  result.link_fingerprints.reserve(result.page.links.size());
  for (const parser::Link& link : result.page.links) {
    result.link_fingerprints.push_back(parser::fingerprint(link.url));
  }
  result.content_hash = parser::fingerprint(response.body);
  if (options_.store == StoreBody::Html) {
    result.stored_body = compressor_.compress(response.body, result.page.text);
  }
  if (options_.store == StoreBody::None) result.page.text = {};
  result.simhash = parser::simhash(result.page.text);
}

void Worker::canonicalise(parser::Page& page) const {
  for (std::size_t i = 0; i < page.links.size(); ++i) {
    std::optional<parser::Url> url = parser::parse_url(page.links[i].url);
    if (!url) continue;
    const parser::Url canonical = parser::canonicalise(std::move(*url), options_.canonical);
    page.links.set_url(i, canonical.without_fragment());
  }
}

ParseResult Worker::operator()(RobotsJob&& job) const {
  auto rules = std::make_shared<const parser::RobotsRules>(job.body, kProductToken);
  return RobotsParsed{job.host, job.scheme, std::move(job.body), std::move(rules)};
}

}  // namespace

bool is_packed_sitemap(std::string_view url) noexcept {
  const std::string_view path = url.substr(0, url.find('?'));
  return path.ends_with(".gz") && names_sitemap(path);
}

ParsePool::ParsePool(const ParseOptions& options, Outbox outbox)
    : options_(options), outbox_(std::move(outbox)), jobs_(options.queue_capacity) {
  threads_.reserve(options_.workers);
  try {
    while (threads_.size() < options_.workers) threads_.emplace_back([this] { work(); });
  } catch (const std::exception&) {  // no more threads, or no memory for one: fewer do it, too
    if (threads_.empty()) throw;
  }
}

ParsePool::~ParsePool() {
  jobs_.close();
  for (std::thread& thread : threads_) thread.join();
}

void ParsePool::work() noexcept {
  try {
    do_jobs();
  } catch (...) {
    outbox_.put(WorkerFailed{std::current_exception()});
    outbox_.send();
  }
}

void ParsePool::do_jobs() {
  Worker worker(options_);
  Clock::time_point sent_at = Clock::now();
  int unsent = 0;
  const auto send = [&] {
    outbox_.send();
    sent_at = Clock::now();
    unsent = 0;
  };
  while (true) {
    std::optional<ParseJob> job = jobs_.try_pop();
    if (!job) {
      if (unsent > 0) send();
      job = jobs_.pop();
      if (!job) return;
    }
    outbox_.put(
        std::visit([&](auto&& value) { return worker(std::move(value)); }, std::move(*job)));
    if (++unsent == kResultsASend || Clock::now() - sent_at >= kResultsWait) send();
  }
}

}  // namespace skitter::crawler
