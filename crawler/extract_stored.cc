#include "crawler/extract_stored.h"

#include <future>
#include <memory>
#include <optional>
#include <queue>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crawler/page_budget.h"
#include "crawler/stored_body.h"
#include "crawler/version.h"
#include "parser/arena.h"
#include "storage/bounded_queue.h"
#include "storage/stored_items.h"

namespace skitter::crawler {
namespace {

constexpr std::size_t kPagesAWorker = 16;  // read ahead

// nullopt where the page could not be read.
using Result = std::optional<parser::Extracted>;

struct Job {
  storage::StoredPage page;
  std::promise<Result> result;
};

Result take_items(const storage::StoredPage& page, const parser::Extraction& extraction,
                  milliseconds parse_timeout, parser::Arena& arena) {
  const auto url = parser::parse_url(page.url);
  const auto body = decompress_body(page.body, page.text);
  if (!url || !body) return std::nullopt;
  PageBudget budget(parse_timeout);
  parser::Document document;
  document.bytes = *body;
  document.url = &*url;
  document.content_type = page.content_type;
  document.agent = kProductToken;
  return parser::extract(document, extraction, arena, budget.get());
}

// The workers, and the pages that are with them, in order.
class Pipeline {
 public:
  Pipeline(const parser::Extraction& extraction, const ExtractOptions& options)
      : extraction_(extraction), options_(options), jobs_(options.workers * kPagesAWorker) {
    for (std::size_t i = 0; i < options.workers; ++i) threads_.emplace_back([this] { work(); });
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline() {
    jobs_.close();
    for (std::thread& thread : threads_) thread.join();
  }

  struct Done {
    storage::UrlId page;
    Result result;
  };

  void push(storage::StoredPage&& page) {
    Job job{std::move(page), {}};
    pending_.push({job.page.id, job.result.get_future()});
    (void)jobs_.push(std::move(job));  // open until the end
  }
  [[nodiscard]] bool is_full() const { return pending_.size() >= jobs_.capacity(); }
  [[nodiscard]] bool is_empty() const { return pending_.empty(); }
  // The oldest, once it is there.
  Done pop() {
    Done done{pending_.front().page, pending_.front().result.get()};
    pending_.pop();
    return done;
  }

 private:
  struct Pending {
    storage::UrlId page;
    std::future<Result> result;
  };

  void work() {
    parser::Arena arena;
    while (std::optional<Job> job = jobs_.pop()) {
      try {
        job->result.set_value(take_items(job->page, extraction_, options_.parse_timeout, arena));
      } catch (const std::exception&) {  // out of memory: this page's news, not the run's
        arena.reset();
        job->result.set_value(std::nullopt);
      }
    }
  }

  const parser::Extraction& extraction_;
  const ExtractOptions options_;
  storage::BoundedQueue<Job> jobs_;
  std::queue<Pending> pending_;
  std::vector<std::thread> threads_;
};

std::vector<std::string> rule_names(const parser::Extraction& extraction) {
  std::vector<std::string> names;
  for (const parser::Rule& rule : extraction.rules) names.push_back(rule.name);
  if (extraction.structured) {
    names.insert(names.end(), std::begin(parser::kStructuredRules),
                 std::end(parser::kStructuredRules));
  }
  return names;
}

void store(Pipeline::Done done, storage::StoredItems& items, ExtractSummary& summary) {
  ++summary.pages;
  if (!done.result) {
    ++summary.broken;
    return;
  }
  if (done.result->is_cut) ++summary.cut;
  for (parser::Item& item : done.result->items) {
    items.add(done.page, {std::move(item.rule), item.position, std::move(item.data)});
    ++summary.items;
  }
}

}  // namespace

ExtractSummary extract_stored(storage::Database& database, const parser::Extraction& extraction,
                              const ExtractOptions& options) {
  const std::vector<std::string> names = rule_names(extraction);
  storage::StoredItems items(database, names);
  ExtractSummary summary;
  Pipeline pipeline(extraction, options);
  while (auto page = items.next()) {
    if (pipeline.is_full()) store(pipeline.pop(), items, summary);
    pipeline.push(std::move(*page));
  }
  while (!pipeline.is_empty()) store(pipeline.pop(), items, summary);
  items.commit();
  return summary;
}

}  // namespace skitter::crawler
