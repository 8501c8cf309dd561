#include "crawler/import_warc.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "crawler/archived_answer.h"
#include "crawler/import_book.h"
#include "crawler/import_pages.h"
#include "crawler/page_row.h"
#include "crawler/parse_pool.h"
#include "parser/ascii.h"
#include "parser/fingerprint.h"
#include "parser/http_date.h"
#include "storage/recorder.h"
#include "storage/sqlite.h"

namespace skitter::crawler {
namespace {

using parser::ascii::equals_ignore_case;
using storage::Record;

constexpr std::size_t kMostNoteBytes = 64 * 1024;  // what is used stands before the outlinks
constexpr std::size_t kRecordsATransaction = 256;
constexpr std::size_t kBytesATransaction = 4u << 20;
constexpr std::string_view kOurSoftware = "software: skitter/";

template <typename Number>
Number number_in(std::string_view text) {
  Number number = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), number);  // 0 where it is none
  return number;
}

// "2026-01-02T03:04:05.678Z"
std::optional<storage::SystemTime> parse_date(std::string_view date) {
  const std::optional<long long> seconds = parser::parse_iso_date(date);
  if (!seconds) return std::nullopt;
  milliseconds fraction{0};
  if (const std::size_t dot = date.find('.'); dot != std::string_view::npos) {
    int scale = 100;
    for (const char c : date.substr(dot + 1)) {
      if (!parser::ascii::is_digit(c) || scale == 0) break;
      fraction += milliseconds((c - '0') * scale);
      scale /= 10;
    }
  }
  return storage::SystemTime(std::chrono::seconds(*seconds) + fraction);
}

bool has_type(const parser::Headers& header, std::string_view type) {
  return equals_ignore_case(header.get("warc-type"), type);
}

// Some write the URI in brackets, as the standard's first edition seemed to ask.
std::string_view target_of(const parser::Headers& header) {
  std::string_view uri = header.get("warc-target-uri");
  if (uri.starts_with('<') && uri.ends_with('>')) uri = uri.substr(1, uri.size() - 2);
  return uri;
}

std::optional<PageNote> parse_note(std::string_view text) {
  parser::Headers fields;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    fields.add_line(text.substr(0, size));
    text.remove_prefix(size);
  }
  const auto outcome = storage::outcome_from(fields.get("outcome"));
  if (!outcome || *outcome == Outcome::Queued) return std::nullopt;
  PageNote note;
  note.outcome = *outcome;
  note.detail = fields.get("detail");
  note.error = fields.get("error");
  if (const auto via = parser::parse_url(fields.get("via")))
    note.referrer = via->without_fragment();
  note.depth = number_in<std::uint16_t>(fields.get("depth"));
  note.bytes = number_in<std::uint64_t>(fields.get("bytes"));
  note.attempts = number_in<unsigned>(fields.get("attempts"));
  note.elapsed = milliseconds(number_in<std::int64_t>(fields.get("fetchTimeMs")));
  return note;
}

// An outcome that only who fetched the page can know.
bool is_known_to_fetcher(Outcome outcome) {
  return outcome != Outcome::Ok && outcome != Outcome::ParseLimit;
}

ParseOptions parse_options(const ImportOptions& options) {
  ParseOptions parse;
  parse.workers = options.workers;
  parse.store = options.store;
  return parse;
}

class WarcImport {
 public:
  WarcImport(storage::Database& database, const ImportOptions& options,
             const ImportObserver& observer)
      : database_(database),
        options_(options),
        observer_(observer),
        recorder_(database.connection()),
        pages_(parse_options(options)) {}

  void read(WarcFile& file);
  ImportSummary finish();

 private:
  // An answer whose metadata record may still come.
  struct Open {
    std::string id;  // of its record
    ImportedPage page;
    bool is_cut = false;
  };

  void read_record(storage::WarcReader& reader);
  void read_info(storage::WarcReader& reader);
  void read_response(storage::WarcReader& reader);
  void read_metadata(storage::WarcReader& reader);
  std::string read_text(storage::WarcReader& reader);
  [[nodiscard]] bool is_stopped() const { return observer_.should_stop && observer_.should_stop(); }
  void close_answer();
  void tell(std::uint64_t offset, std::string_view what) const;
  void push(ImportedPage&& page);

  void store(ImportedPage&& page);
  [[nodiscard]] Outcome judge(Record& record, storage::PageRow& row, parser::LinkList& links,
                              ImportedPage& page) const;
  void apply(const Record& record);
  void commit();

  storage::Database& database_;
  const ImportOptions& options_;
  const ImportObserver& observer_;
  storage::Recorder recorder_;
  ImportBook book_;
  ImportPages pages_;
  ImportSummary summary_;
  std::optional<storage::Transaction> transaction_;
  std::size_t records_ = 0;  // of the transaction
  std::size_t bytes_ = 0;    // likewise
  std::string file_;         // the one at hand
  bool is_ours_ = false;     // likewise
  std::optional<Open> open_;
};

void WarcImport::read(WarcFile& file) {
  if (summary_.was_stopped) return;
  is_ours_ = false;
  file_ = file.name;
  storage::WarcReader reader(std::move(file.source),
                             [&](std::uint64_t offset, std::string_view what) {
                               if (is_stopped()) return;  // and the record at hand is cut
                               ++summary_.damaged;
                               tell(offset, what);
                             });
  try {
    while (reader.next()) {
      if (is_stopped()) break;
      read_record(reader);
    }
  } catch (const storage::StorageError&) {
    throw;
  } catch (const std::exception&) {  // the source's
    (void)finish();
    throw;
  }
  close_answer();
  if (is_stopped()) summary_.was_stopped = true;  // a source ends then
  if (reader.is_truncated() && !summary_.was_stopped) summary_.truncated.push_back(file_);
}

void WarcImport::tell(std::uint64_t offset, std::string_view what) const {
  if (!observer_.on_message) return;
  observer_.on_message(
      fmt::format("{}: the record at byte {} is passed over: {}", file_, offset, what));
}

ImportSummary WarcImport::finish() {
  close_answer();
  while (!pages_.is_empty()) store(pages_.pop());
  commit();
  sqlite3* const db = database_.connection();
  const auto count = [db](const std::string& sql) {
    return static_cast<std::uint64_t>(storage::query_integer(db, sql));
  };
  storage::RunCounts& counts = summary_.counts;
  counts.pages = counts.discovered = book_.pages();
  counts.ok = count(
      fmt::format("SELECT count(*) FROM url WHERE outcome = {}", static_cast<int>(Outcome::Ok)));
  counts.errors = count(
      fmt::format("SELECT count(*) FROM url WHERE outcome IN ({})", storage::error_numbers()));
  counts.bytes = count("SELECT coalesce(sum(bytes), 0) FROM page");
  return summary_;
}

void WarcImport::read_record(storage::WarcReader& reader) {
  const parser::Headers& header = reader.header();
  if (has_type(header, "warcinfo")) {
    read_info(reader);
  } else if (has_type(header, "response")) {
    read_response(reader);
  } else if (has_type(header, "metadata")) {
    read_metadata(reader);
  } else {
    const std::string type = parser::ascii::lower(header.get("warc-type"));
    if (reader.finish()) {
      ++summary_.records;
      // A request tells nothing that is stored.
      if (type != "request") ++summary_.passed_over[type];
    }
  }
}

std::string WarcImport::read_text(storage::WarcReader& reader) {
  std::string text;
  for (std::string_view piece = reader.read(); !piece.empty(); piece = reader.read()) {
    text += piece.substr(0, kMostNoteBytes - text.size());
  }
  return text;
}

void WarcImport::read_info(storage::WarcReader& reader) {
  const std::string text = read_text(reader);
  if (!reader.finish()) return;
  ++summary_.records;
  is_ours_ =
      text.starts_with(kOurSoftware) || text.find("\n" + std::string(kOurSoftware)) != text.npos;
}

void WarcImport::read_response(storage::WarcReader& reader) {
  const parser::Headers& header = reader.header();
  const std::uint64_t offset = reader.offset();
  const auto date = parse_date(header.get("warc-date"));
  const auto url = parser::parse_url(target_of(header));
  if (!url || !url->is_http()) {
    if (!reader.finish()) return;
    ++summary_.records;
    ++summary_.passed_over["response to another scheme"];
    return;
  }
  const bool was_http2 = header.get("warc-protocol") == "h2";
  const ArchiveOrigin origin = !is_ours_   ? ArchiveOrigin::Others
                               : was_http2 ? ArchiveOrigin::OursHttp2
                                           : ArchiveOrigin::Ours;
  // A later record goes on with a segment's body.
  const bool is_cut =
      !header.get("warc-truncated").empty() || !header.get("warc-segment-number").empty();
  Open open;
  open.id = header.get("warc-record-id");
  open.is_cut = is_cut;
  const BodyTypes types =
      is_packed_sitemap(url->without_fragment()) ? BodyTypes::Any : BodyTypes::Readable;
  ArchivedAnswer answer(options_.transfer, types, origin);
  for (std::string_view piece = reader.read(); !piece.empty(); piece = reader.read()) {
    answer.feed(piece);
  }
  if (!reader.finish()) return;
  ++summary_.records;
  std::optional<Response> response = answer.end(is_cut);
  if (!response || !date) {
    ++summary_.no_answers;
    tell(offset, date ? "it holds no HTTP answer" : "it has no WARC-Date");
    return;
  }
  close_answer();
  response->asked_at = *date;
  open.page.url = *url;
  open.page.is_ours = is_ours_;
  open.page.response = *std::move(response);
  open_ = std::move(open);
}

// Of others' metadata nothing is used: each has fields of his own.
void WarcImport::read_metadata(storage::WarcReader& reader) {
  const parser::Headers& header = reader.header();
  const std::string belongs_to(header.get("warc-concurrent-to"));
  const auto date = parse_date(header.get("warc-date"));
  const auto url = parser::parse_url(target_of(header));
  const std::string text = read_text(reader);
  if (!reader.finish()) return;
  ++summary_.records;
  if (!is_ours_) return;
  std::optional<PageNote> note = parse_note(text);
  if (!note) return;
  if (open_ && !belongs_to.empty() && open_->id == belongs_to) {
    open_->page.note = std::move(note);
  } else if (belongs_to.empty() && url && url->is_http() && date) {  // no answer came
    close_answer();
    ImportedPage page;
    page.url = *url;
    page.is_ours = true;
    page.response.outcome = note->outcome;
    page.response.asked_at = *date;
    page.note = std::move(note);
    push(std::move(page));
  }
}

void WarcImport::close_answer() {
  if (!open_) return;
  Open open = *std::exchange(open_, std::nullopt);
  // What it was cut for is known; or it was whole, and only its headers were kept.
  if (open.is_cut && open.page.note) {
    open.page.response.outcome = open.page.note->outcome;
    open.page.has_body = false;
  }
  push(std::move(open.page));
}

void WarcImport::push(ImportedPage&& page) {
  if (pages_.is_full()) store(pages_.pop());
  pages_.push(std::move(page));
}

// Row and links of the page; gives its outcome.
Outcome WarcImport::judge(Record& record, storage::PageRow& row, parser::LinkList& links,
                          ImportedPage& page) const {
  if (page.parsed) {
    links = std::move(page.parsed->page.links);
    return take_parsed(*page.parsed, row, record);
  }
  const Response& response = page.response;
  if (response.outcome != Outcome::Ok) return response.outcome;
  const bool is_success = response.status >= 200 && response.status < 300;
  if (response.status == 0 || is_success) return Outcome::Ok;
  record.detail = std::to_string(response.status);
  if (response.status == 304) return Outcome::NotModified;
  const std::string_view location = response.headers.get("location");
  if (response.status >= 400 || response.status < 300 || location.empty())
    return Outcome::HttpError;
  const auto target = parser::parse_url(location, &page.url);
  if (!target) {
    row.error = fmt::format("Location is no URL: {}", location);
    record.detail = "bad Location";
    return Outcome::HttpError;
  }
  row.redirect_url = target->without_fragment();
  links.add({.url = row.redirect_url, .anchor = {}, .rel = {}, .kind = parser::LinkKind::Redirect});
  record.detail.clear();
  return Outcome::Redirect;
}

void WarcImport::store(ImportedPage&& page) {
  const Response& response = page.parsed ? page.parsed->response : page.response;
  Record record;
  storage::PageRow row = page_row(response, 1);
  parser::LinkList links;
  Outcome outcome = judge(record, row, links, page);
  if (!page.parsed && response.outcome != Outcome::Ok) record.detail = response.error;
  ImportBook::Page known;
  if (page.note) {
    const PageNote& note = *page.note;
    if (is_known_to_fetcher(note.outcome)) outcome = note.outcome;
    record.detail = note.detail;
    row.error = note.error;
    row.bytes = note.bytes;
    row.elapsed_ms = note.elapsed.count();
    row.attempts = static_cast<int>(note.attempts);
    known.depth = note.depth;
    known.referrer = note.referrer;
  } else if (page.is_ours) {
    known.depth = 0;  // its note is lost
  }
  known.fetched_at_ms = row.fetched_at_ms;
  known.outcome = outcome;
  const std::string detail = record.detail;
  known.detail = detail;
  if (!book_.add_page(record, page.url, known)) {
    ++summary_.older;
    return;
  }
  std::vector<std::uint64_t> fingerprints;
  if (page.parsed) {
    fingerprints = std::move(page.parsed->link_fingerprints);
  } else {
    for (const parser::Link& link : links) fingerprints.push_back(parser::fingerprint(link.url));
  }
  book_.add_links(record, std::move(links), fingerprints, page.is_ours);
  if (options_.store == StoreBody::None) row.header.clear();
  record.page = std::move(row);
  apply(record);
}

void WarcImport::apply(const Record& record) {
  if (!transaction_) transaction_.emplace(database_.connection());
  recorder_.apply(record);
  bytes_ += record.page->page.text.size() + record.page->body.size();
  if (++records_ >= kRecordsATransaction || bytes_ >= kBytesATransaction) commit();
}

void WarcImport::commit() {
  if (transaction_) transaction_->commit();
  transaction_.reset();
  records_ = 0;
  bytes_ = 0;
}

}  // namespace

ImportSummary import_warc(storage::Database& database, std::vector<WarcFile> files,
                          const ImportOptions& options, const ImportObserver& observer) {
  WarcImport import(database, options, observer);
  for (WarcFile& file : files) import.read(file);
  return import.finish();
}

}  // namespace skitter::crawler
