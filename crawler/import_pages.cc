#include "crawler/import_pages.h"

#include <utility>
#include <variant>

namespace skitter::crawler {
namespace {

ParseOptions with_room(ParseOptions options, std::size_t pages) {
  options.queue_capacity = pages;
  return options;
}

}  // namespace

ImportPages::ImportPages(const ParseOptions& options)
    : pool_(with_room(options, kMostPages),
            ParsePool::Outbox{[this](ParseResult result) { take(std::move(result)); },
                              [this] { arrived_.notify_one(); }}) {}

void ImportPages::take(ParseResult&& result) {
  const std::lock_guard lock(mutex_);
  if (auto* const failed = std::get_if<WorkerFailed>(&result)) {
    failure_ = std::move(failed->why);
    return;
  }
  auto& parsed = std::get<PageParsed>(result);  // there are no other jobs
  const UrlId number = parsed.id;
  results_.emplace(number, std::move(parsed));
}

bool ImportPages::is_full() const noexcept {
  return pages_.size() >= kMostPages || bytes_ >= kMostBytes;
}

void ImportPages::push(ImportedPage&& page) {
  Waiting waiting;
  const Response& response = page.response;
  waiting.is_read = page.has_body && response.outcome == Outcome::Ok && response.status >= 200 &&
                    response.status < 300;
  waiting.bytes = response.body.size();
  bytes_ += waiting.bytes;
  if (waiting.is_read) {
    const auto number = static_cast<UrlId>(first_ + pages_.size());
    // There is room: no more jobs wait than pages.
    (void)pool_.try_push(PageJob{number, page.url, 1, std::move(page.response)});
  }
  waiting.page = std::move(page);
  pages_.push_back(std::move(waiting));
}

ImportedPage ImportPages::pop() {
  Waiting waiting = std::move(pages_.front());
  pages_.pop_front();
  bytes_ -= waiting.bytes;
  const UrlId number = first_++;
  if (waiting.is_read) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return failure_ || results_.contains(number); });
    const auto found = results_.find(number);
    if (found == results_.end()) std::rethrow_exception(failure_);
    waiting.page.parsed = std::move(found->second);
    results_.erase(found);
  }
  return std::move(waiting.page);
}

}  // namespace skitter::crawler
