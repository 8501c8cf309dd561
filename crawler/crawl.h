#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "crawler/crawler.h"
#include "crawler/discovery.h"
#include "crawler/fetcher.h"
#include "crawler/frontier.h"
#include "crawler/inbox.h"
#include "crawler/parse_pool.h"
#include "crawler/resolver.h"
#include "crawler/robots_desk.h"
#include "crawler/string_table.h"
#include "crawler/uv_handle.h"
#include "storage/writer.h"

namespace skitter::crawler {

// The way of a page, put together: what crawl() runs.
//
// All that happens on the loop ends in one turn(), run once an iteration before the loop waits: it
// hands on what is ready and starts what may be started. Callbacks of libuv, libcurl and the other
// threads only take in.
//
//     frontier -> look-up -> fetcher -> answered() -> parse pool -> parsed() -> discovery -> writer
//                                          |                                                  ^
//                                          +--- redirects, errors, robots ---------------------+
//
//     Running --(limit, SIGINT)--> Stopping --(in flight done)--> Ending --(all handed to the writer)--> Done
//        |                            +--(grace over, second SIGINT: transfers aborted)--^
//        +--(nothing left)-----------------------------------------------^
//
// Owns:    all parts. Members are destroyed in an order that joins the threads before the loop's
//          doors close.
// Thread:  loop; the constructor, load() and finish() run on the same thread before and after
//          run().
class Crawl {
 public:
  Crawl(const Options& options, Admission admission, const Observer& observer);
  Crawl(const Crawl&) = delete;
  Crawl& operator=(const Crawl&) = delete;
  ~Crawl();

  // What the database holds becomes the frontier and the seen set. `judges_alike`: the options
  // would decide as those of the run before; what it ruled out is judged again where they would
  // not, or where a seed is new.
  //
  // By --refresh all that was ever asked for is queued again, but where the run before was a refresh
  // that did not come to its end (`goes_on`).
  void load(storage::Database& database, std::span<const parser::Url> seeds, bool judges_alike,
            bool goes_on);
  // Runs the loop to the end of the run `run`; the database comes back with all that was decided
  // committed, and the run's row filled in, unless the summary says that the database failed.
  [[nodiscard]] storage::Database run(storage::Database database,
                                      std::span<const parser::Url> seeds, std::int64_t run);
  [[nodiscard]] Summary summary() const;
  // The run's row is not filled in.
  [[nodiscard]] bool was_told_twice() const noexcept { return interrupts_ > 1; }  // to end
  [[nodiscard]] bool has_storage_failed() const noexcept { return storage_failed_; }

 private:
  enum class Phase : std::uint8_t { Running, Stopping, Ending, Done };

  // Bodies that wait for a parse worker, and ops that wait for the writer, are held back by
  // starting less.
  static constexpr std::size_t kParseAhead = 1'024;            // answers not parsed yet
  static constexpr std::size_t kHeldBodyBytes = 8u << 20;      // of them
  static constexpr std::size_t kWriterAhead = 1'024;           // ops the writer has not taken yet
  static constexpr std::size_t kWriterAheadBytes = 12u << 20;  // of them
  static constexpr std::size_t kReoffersAtOnce = 8;
  static constexpr int kCandidatesATurn = 1'024;
  static constexpr std::size_t kDefaultIpConcurrency = 8;
  static constexpr std::uint64_t kGuessBytes = 1'024;   // enough to tell a sitemap from a page
  static constexpr std::uint64_t kListenerWaitMs = 20;  // till a listener that is behind is asked

  struct Flight {
    Candidate candidate;
    SteadyTime started;
    WasSent was_sent = WasSent::No;
  };
  using Arrival = std::variant<PageParsed, RobotsParsed, WorkerFailed, storage::WriterEvent>;

  // crawl_load.cc
  [[nodiscard]] bool has_new_seed(std::span<const parser::Url> seeds);
  void judge_again(storage::Database& database);
  void count_stored();

  // crawl.cc: the turn, and what starts and ends.
  void turn();
  void ask_listener();
  void give_back_room();
  bool start_look_ups();  // true where there was one to start
  void take_address(HostId id, const Resolution& resolution);
  void request_refills();
  void request_reoffers();
  void start_transfers();
  void dispatch(Candidate candidate);
  void send(Candidate candidate);
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] bool is_parser_behind() const;
  [[nodiscard]] bool is_writer_behind() const;
  [[nodiscard]] bool is_at_limit();
  void arm_timer();
  void interrupt();
  void stop(EndReason reason, std::string detail);
  void start_grace();
  void abort_transfers();
  void take_starvation(std::size_t in_flight);
  void end_when_done();
  void end_run();
  void leave_held();
  void push_op(storage::WriteOp op);
  void flush();
  void report_progress();
  [[nodiscard]] Bottleneck bottleneck(SteadyTime now) const;

  [[nodiscard]] std::uint64_t max_body_bytes(const Candidate& candidate) const;
  [[nodiscard]] parser::Url canonical(parser::Url url) const;

  // crawl_sitemaps.cc: sitemaps are pages whose links are of a kind of their own.
  void offer_sitemaps(HostId id, Scheme scheme);
  void guess_answered(const Errand& errand, const Response& response);

  // crawl_answers.cc: what comes back.
  void answered(Response&& response);
  void page_answered(Candidate&& candidate, Response&& response);
  void redirected(Candidate&& candidate, Response&& response);
  void retry_or(Outcome outcome, Candidate&& candidate, Response&& response);
  void take_arrivals();
  void arrived(PageParsed&& parsed);
  void arrived(RobotsParsed&& parsed);
  void arrived(WorkerFailed&& failed);
  void arrived(storage::WriterEvent&& event);
  void arrived(storage::Committed&& committed) {
    if (observer_.on_committed) observer_.on_committed(committed.pages);
  }
  void arrived(storage::Refill&& refill);
  void arrived(storage::Reoffer&& page);
  void arrived(storage::DiskSpace&& space);
  void arrived(storage::Locked&& lock);
  void arrived(storage::Failed&& failed);
  void arrived(storage::Ended&&) { has_writer_ended_ = true; }
  void drop_errand(const Candidate& candidate, const Refusal& refusal);
  void decide_unasked(const Candidate& candidate, const Refusal& refusal);
  void decide_page(Record record, UrlId id, Outcome outcome, std::string detail,
                   storage::PageRow row);
  void count_answer(const Response& response);
  void note_refusal(HostId host, const Response& response, SteadyTime asked_at);
  void host_changed(HostId id);
  [[nodiscard]] storage::HostState host_state(HostId id);

  // Moments of the loop share one reading of the clock a turn.
  [[nodiscard]] static SteadyTime clock_now() { return std::chrono::steady_clock::now(); }

  void say(std::string_view message) const {
    if (observer_.on_message) observer_.on_message(message);
  }

  static void on_turn(uv_prepare_t* handle) noexcept;
  static void on_wake(uv_poll_t* handle, int status, int events) noexcept;
  static void on_due(uv_timer_t* handle) noexcept;
  static void on_progress(uv_timer_t* handle) noexcept;
  static void on_max_time(uv_timer_t* handle) noexcept;
  static void on_grace_over(uv_timer_t* handle) noexcept;
  static void on_signal(uv_signal_t* handle, int number) noexcept;

  const Options& options_;
  const Observer& observer_;
  SteadyTime started_at_;
  EventLoop loop_;
  UvHandle<uv_prepare_t> prepare_;
  UvHandle<uv_timer_t> due_timer_;
  UvHandle<uv_timer_t> progress_timer_;
  UvHandle<uv_timer_t> max_time_timer_;
  UvHandle<uv_timer_t> grace_timer_;
  std::vector<UvHandle<uv_signal_t>> signals_;
  Inbox<Arrival> inbox_;
  std::vector<Arrival> arrivals_;
  Frontier frontier_;
  Discovery discovery_;
  RobotsDesk robots_;
  Resolver resolver_;
  StringMap<std::vector<HostId>> looking_up_;
  std::unique_ptr<Fetcher> fetcher_;  // gone once the transfers are aborted
  std::vector<Flight> flights_;       // by the request's id
  std::vector<std::size_t> free_flights_;
  std::unique_ptr<storage::Writer> writer_;
  std::unique_ptr<ParsePool> pool_;
  std::deque<storage::WriteOp> waiting_ops_;
  std::deque<ParseJob> waiting_jobs_;
  std::size_t concurrency_;  // as asked for, or what there are descriptors for
  std::size_t parsing_ = 0;  // jobs handed out or waiting
  std::size_t held_body_bytes_ = 0;
  std::uint64_t spare_body_bytes_ = 0;  // room of bodies that are gone, not given back yet
  std::size_t reoffering_ = 0;

  Phase phase_ = Phase::Running;
  Summary summary_;
  int interrupts_ = 0;
  int fruitless_refills_ = 0;  // in a row
  bool must_abort_ = false;
  bool storage_failed_ = false;
  bool is_listener_behind_ = false;
  bool is_short_of_space_ = false;  // also until the writer has looked
  bool is_told_of_space_ = false;   // that it is short
  bool is_locked_ = false;          // another program has the database
  bool is_writer_closed_ = false;
  bool has_writer_ended_ = false;
  std::int64_t run_ = 0;
  bool has_redirects_ = false;  // of earlier runs too
  std::uint64_t asked_ = 0;     // pages asked for, earlier runs included: what --max-pages counts
  Progress progress_;
  Progress reported_;
};

}  // namespace skitter::crawler
