// How a crawl ends, by itself, by a limit or by an interrupt, and what it tells of itself.
#include <chrono>
#include <string>
#include <utility>

#include "crawler/crawl.h"

namespace skitter::crawler {
namespace {

std::int64_t wall_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

}  // namespace

// The second time, what is under way is given up: transfers, and waiting for the database.
void Crawl::interrupt() {
  const bool is_first = ++interrupts_ == 1;
  const bool is_over = phase_ == Phase::Ending || phase_ == Phase::Done;
  if (is_over && is_first) return start_grace();  // for what is left to write
  if (is_first) return stop(EndReason::Interrupted, "");
  if (!is_over) summary_.reason = EndReason::Forced;
  must_abort_ = true;
}

void Crawl::start_grace() {
  (void)uv_timer_start(grace_timer_.get(), &Crawl::on_grace_over,
                       static_cast<std::uint64_t>(options_.grace.count()), 0);
}

void Crawl::stop(EndReason reason, std::string detail) {
  const bool is_limit_already = phase_ != Phase::Running && summary_.reason == EndReason::Limit;
  if (is_limit_already) return;  // it is about to end anyway, by the limit
  summary_.reason = reason;
  if (phase_ != Phase::Running) return;
  summary_.detail = std::move(detail);
  phase_ = Phase::Stopping;
  (void)uv_timer_stop(due_timer_.get());
  start_grace();
  if (reason == EndReason::Interrupted) {
    say("stopping: what is in flight is finished; once more to stop at once");
  }
}

void Crawl::abort_transfers() {
  must_abort_ = false;
  if (phase_ == Phase::Running) phase_ = Phase::Stopping;
  fetcher_.reset();
  if (interrupts_ > 0) writer_->give_up();
}

void Crawl::end_when_done() {
  const bool is_working = (fetcher_ && fetcher_->in_flight() > 0) || parsing_ > 0 ||
                          !waiting_ops_.empty() || reoffering_ > 0;
  if (is_working) return;
  switch (phase_) {
    case Phase::Running:
      if (!frontier_.is_over() || discovery_.has_nearer()) return;
      end_run();
      break;
    case Phase::Stopping:
      end_run();
      break;
    case Phase::Ending:  // the loop stays until all is written: that may have to wait for a lock
      if (!std::exchange(is_writer_closed_, true)) writer_->close();
      if (!has_writer_ended_) return;
      phase_ = Phase::Done;
      loop_.stop();
      break;
    case Phase::Done:
      break;
  }
}

// The last ops: what the limit leaves undone, and how the hosts' pace came out.
void Crawl::end_run() {
  phase_ = Phase::Ending;
  summary_.still_queued = frontier_.queued();
  for (HostId id = 1; id <= discovery_.hosts().size(); ++id) {
    if (discovery_.hosts()[id].stored_delay_ms != frontier_.pace(id).delay().count())
      host_changed(id);
  }
  if (has_redirects_) push_op(storage::ExplainRedirects{});
  if (summary_.reason == EndReason::Limit) {
    push_op(storage::DecideQueued{0, Outcome::Budget, summary_.detail});
  } else {
    leave_held();
  }
  push_op(storage::EndRun{run_, std::string(to_string(summary_.reason)), summary().counts,
                          wall_clock_ms()});
  flush();
  (void)uv_timer_start(due_timer_.get(), &Crawl::on_due, 0, 0);
}

// URLs that robots.txt may allow, if only it could be got: they stay in the queue, with the reason.
void Crawl::leave_held() {
  for (HostId id = 1; id <= discovery_.hosts().size(); ++id) {
    const std::uint64_t held = frontier_.held(id);
    if (held == 0) continue;
    summary_.held_urls += held;
    ++summary_.held_hosts;
    std::string words;
    for (const Host::Origin& origin : discovery_.hosts()[id].origins) {
      if (words.empty()) words = origin.robots_failure;
    }
    push_op(storage::DecideQueued{id, Outcome::Queued, std::move(words)});
  }
}

Bottleneck Crawl::bottleneck(SteadyTime now) const {
  if (is_locked_) return Bottleneck::Lock;
  if (is_told_of_space_) return Bottleneck::Space;
  if (is_listener_behind_) return Bottleneck::Output;
  if (is_writer_behind()) return Bottleneck::Disk;
  if (is_parser_behind()) return Bottleneck::Parser;
  const std::size_t in_flight = fetcher_ ? fetcher_->in_flight() : 0;
  if (in_flight >= concurrency_) return Bottleneck::Network;
  if (frontier_.hosts_waiting(now) > 0) return Bottleneck::Politeness;
  return in_flight > 0 ? Bottleneck::Network : Bottleneck::Nothing;
}

void Crawl::report_progress() {
  const SteadyTime now = clock_now();
  progress_.elapsed = std::chrono::duration_cast<milliseconds>(now - started_at_);
  progress_.queued = frontier_.queued();
  progress_.in_flight = fetcher_ ? fetcher_->in_flight() : 0;
  progress_.hosts_ready = frontier_.hosts_ready(now);
  progress_.hosts_waiting = frontier_.hosts_waiting(now);
  progress_.bottleneck = bottleneck(now);
  const double seconds =
      std::chrono::duration<double>(progress_.elapsed - reported_.elapsed).count();
  if (seconds > 0) {
    progress_.pages_per_second = static_cast<double>(progress_.done - reported_.done) / seconds;
    progress_.bytes_per_second = static_cast<double>(progress_.bytes - reported_.bytes) / seconds;
  }
  reported_ = progress_;
  if (observer_.on_progress && phase_ != Phase::Done) observer_.on_progress(progress_);
}

Summary Crawl::summary() const {
  Summary summary = summary_;
  summary.last = progress_;
  summary.counts.discovered = discovery_.discovered();
  return summary;
}

}  // namespace skitter::crawler
