#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "storage/record.h"
#include "storage/statement.h"

namespace skitter::storage {

// The statements of the writer: puts ops into the tables and answers its reads. Transactions are
// the caller's. Borrows the connection.
//
// Thread:  the connection's.
// Errors:  StorageError; the transaction under way must then be rolled back.
class Recorder {
 public:
  explicit Recorder(sqlite3* db);

  void apply(const Record& record);
  void apply(const HostState& state);
  void apply(const RobotsCopy& copy);
  void apply(const DecideQueued& decision);
  void apply(const ExplainRedirects&);
  void apply(const EndRun& end);

  [[nodiscard]] Refill answer(const RefillRequest& request);
  [[nodiscard]] Reoffer answer(const ReofferRequest& request);

 private:
  // What a row of `page` points at in other tables; 0: nothing.
  struct Content {
    std::int64_t text_id = 0;
    std::int64_t body_id = 0;
    std::int64_t header_id = 0;
    std::int64_t first_link = 0;
    std::int64_t link_count = 0;
  };

  void add(const NewHost& host);
  void add(const NewUrl& url);
  void change(const UrlChange& change);
  void put_page(const Record& record, const PageRow& page);
  void confirm_page(UrlId url, const PageRow& page);
  void insert_page(UrlId url, const PageRow& page, const Content& content);
  [[nodiscard]] std::optional<Content> find_content(UrlId url);
  void remove_content(const Content& content);
  [[nodiscard]] Content add_content(const Record& record, const PageRow& page);
  void add_links(UrlId source, std::span<const LinkRow> links);

  sqlite3* db_;
  Statement add_host_;
  Statement add_url_;
  Statement move_url_;
  Statement change_url_;
  Statement decide_url_;
  Statement limit_url_;
  Statement find_content_;
  Statement put_page_;
  Statement confirm_page_;
  Statement add_text_;
  Statement add_body_;
  Statement add_header_;
  Statement add_link_;
  Statement add_links_;
  Statement add_item_;
  Statement remove_text_;
  Statement remove_body_;
  Statement remove_header_;
  Statement remove_links_;
  Statement remove_items_;
  Statement add_nearer_;
  Statement remove_nearer_;
  Statement set_host_;
  Statement put_robots_;
  Statement decide_host_;
  Statement decide_all_;
  Statement limit_all_;
  Statement redirects_;
  Statement explain_url_;
  Statement end_run_;
  Statement refill_;
  Statement reoffer_;
};

}  // namespace skitter::storage
