// skitter export --format warc: the pages as a web archive, for the tools of web archives.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "cli/cdxj.h"
#include "cli/export_format.h"
#include "cli/output.h"
#include "cli/output_file.h"
#include "cli/text.h"
#include "cli/units.h"
#include "crawler/archived_head.h"
#include "crawler/stored_body.h"
#include "crawler/version.h"
#include "parser/headers.h"
#include "parser/page.h"
#include "parser/url.h"
#include "storage/outcome.h"
#include "storage/sha1.h"
#include "storage/sorted_lines.h"
#include "storage/warc_record.h"

namespace skitter::cli {
namespace {

using storage::ColumnType;
using storage::Outcome;
using storage::Statement;
using storage::WarcRecord;

// A page's row, in this order.
enum ArchivedColumn {
  kId,
  kUrl,
  kDepth,
  kReferrer,
  kOutcome,
  kStatus,
  kBytes,
  kFetchedAt,
  kElapsed,
  kAttempts,
  kError,
  kContentType,
  kDetail,
  kHeader,
  kBody,
  kBodyText
};
constexpr std::string_view kColumns =
    "id, url, depth, referrer, outcome, status, bytes, fetched_at, elapsed_ms, attempts, error, "
    "content_type, (SELECT u.detail FROM url AS u WHERE u.id = pages.id), "
    "(SELECT h.data FROM page AS p JOIN header AS h ON h.id = p.header_id WHERE p.id = pages.id), "
    "(SELECT b.data FROM page AS p JOIN body AS b ON b.id = p.body_id WHERE p.id = pages.id), "
    "(SELECT t.text FROM page AS p JOIN body AS b ON b.id = p.body_id "
    "JOIN page_text AS t ON t.id = b.text_id WHERE p.id = pages.id)";

// Of a page, as in cli/page_lines.cc.
constexpr std::string_view kTargetsOfPage =
    "SELECT t.url, l.kind FROM page AS p "
    "CROSS JOIN link AS l ON l.id >= p.first_link AND l.id < p.first_link + p.link_count "
    "CROSS JOIN url AS t ON t.id = l.target WHERE p.id = ?1 ORDER BY l.id";

// application/warc-fields: "name: value" lines.
void add_warc_field(std::string& block, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  block.append(name).append(": ");
  for (const char c : value) block += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  block += "\r\n";
}

// What the crawls that the database knows of called themselves.
class Agents {
 public:
  explicit Agents(sqlite3* db) {
    Statement run(db, "SELECT started_at, version, options FROM runs ORDER BY id");
    while (run.step()) {
      runs_.emplace_back(run.text(0), agent_of(run.text(1), run.text(2)));
      if (first_.empty()) first_ = run.text(0);
    }
  }

  // Empty where it is not known: an import, or another version's default.
  [[nodiscard]] std::string_view at(std::string_view date) const {
    const auto after =
        std::find_if(runs_.begin(), runs_.end(), [&](const auto& run) { return run.first > date; });
    return after == runs_.begin() ? std::string_view() : std::prev(after)->second;
  }
  [[nodiscard]] const std::string& first_date() const noexcept { return first_; }

 private:
  static std::string agent_of(std::string_view version, std::string_view options) {
    const auto json = nlohmann::json::parse(options, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("user_agent")) return {};
    if (json["user_agent"].is_string()) return json["user_agent"];
    return version == crawler::kVersion ? crawler::kDefaultUserAgent : "";
  }

  std::vector<std::pair<std::string, std::string>> runs_;  // started_at, agent
  std::string first_;
};

// Why a body is not there as a whole. Source: ISO 28500:2017 §5.13.
std::string_view cut_reason(std::optional<Outcome> outcome) {
  if (outcome == Outcome::TooLarge) return "length";
  if (outcome == Outcome::Timeout) return "time";
  if (outcome == Outcome::Truncated || outcome == Outcome::NetworkError) return "disconnect";
  return "unspecified";
}

bool is_answer(std::optional<Outcome> outcome) {
  return outcome == Outcome::Ok || outcome == Outcome::Redirect || outcome == Outcome::HttpError ||
         outcome == Outcome::NotModified || outcome == Outcome::ParseLimit;
}

class WarcExport {
 public:
  // `output` is that of the file named by the task, or stdout.
  WarcExport(const ExportTask& task, Output& output)
      : task_(task),
        output_(output),
        agents_(task.reader.connection()),
        links_(task.reader.connection(), kTargetsOfPage),
        filename_(std::filesystem::path(task.path).filename().string()) {}

  void write_all();
  // Of what was written.
  void write_index(Output& index);
  // What the database does not hold, on stderr.
  void tell_lacks() const;

 private:
  struct Written {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };

  void write_info();
  void write_page(const Statement& page);
  // The answer's id; empty where there is none.
  std::string write_response(const Statement& page);
  void write_request(const Statement& page, const std::string& response);
  void write_metadata(const Statement& page, const std::string& response);
  Written write(const WarcRecord& record, const std::string& id);
  [[nodiscard]] static WarcRecord record_of(const Statement& page, std::string_view type);
  void count_lack(const Statement& page, bool has_body);

  const ExportTask& task_;
  Output& output_;
  Agents agents_;
  Statement links_;
  std::string filename_;
  storage::GzipMembers members_;
  storage::SortedLines index_;
  std::uint64_t offset_ = 0;
  std::uint64_t without_body_ = 0;    // of those that were fetched
  std::uint64_t without_header_ = 0;  // likewise
};

WarcExport::Written WarcExport::write(const WarcRecord& record, const std::string& id) {
  const std::string member = members_.member(storage::warc_bytes(record, id));
  output_.write(member);
  const Written written{offset_, member.size()};
  offset_ += member.size();
  return written;
}

void WarcExport::write_info() {
  WarcRecord info;
  info.type = "warcinfo";
  // That of the capture, as for all records: the same export is the same file.
  info.date = agents_.first_date().empty() ? "1970-01-01T00:00:00Z" : agents_.first_date();
  info.content_type = "application/warc-fields";
  if (!filename_.empty()) info.fields.emplace_back("WARC-Filename", filename_);
  add_warc_field(info.block, "software", crawler::kDefaultUserAgent);
  add_warc_field(info.block, "format", "WARC File Format 1.1");
  add_warc_field(info.block, "conformsTo",
                 "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/");
  (void)write(info, storage::warc_id(info));
}

WarcRecord WarcExport::record_of(const Statement& page, std::string_view type) {
  WarcRecord record;
  record.type = type;
  record.date = page.text(kFetchedAt);
  record.target_uri = page.text(kUrl);
  return record;
}

void WarcExport::count_lack(const Statement& page, bool has_body) {
  if (page.text(kOutcome) != storage::to_string(Outcome::Ok)) return;
  if (page.blob(kHeader).empty()) {
    ++without_header_;
  } else if (!has_body) {
    ++without_body_;
  }
}

std::string WarcExport::write_response(const Statement& page) {
  const std::string_view frame = page.blob(kBody);
  const auto outcome = storage::outcome_from(page.text(kOutcome));
  std::optional<std::string> body;
  if (!frame.empty()) {
    body = crawler::decompress_body(frame, page.text(kBodyText));
  } else if (page.integer(kBytes) == 0 && is_answer(outcome)) {
    body.emplace();  // there was none
  }
  count_lack(page, body.has_value());
  if (page.blob(kHeader).empty()) return {};

  WarcRecord response = record_of(page, "response");
  response.content_type = "application/http; msgtype=response";
  std::optional<std::uint64_t> size;
  if (body) size = body->size();
  crawler::ArchivedHead head = crawler::archive_head(page.blob(kHeader), size);
  if (head.was_http2) response.fields.emplace_back("WARC-Protocol", "h2");
  response.block = std::move(head.text);
  if (body) {
    response.payload = response.block.size();
    response.block += *body;
  } else {
    response.fields.emplace_back("WARC-Truncated", cut_reason(outcome));
  }
  std::string id = storage::warc_id(response);
  const Written at = write(response, id);
  if (const auto url = parser::parse_url(response.target_uri); url && !filename_.empty()) {
    const std::string digest = body ? storage::digest_label(storage::sha1(*body)) : "";
    index_.add(cdxj_line(
        *url, {response.date, parser::parse_content_type(page.text(kContentType)).essence,
               static_cast<int>(page.integer(kStatus)), digest, at.offset, at.length, filename_}));
  }
  return id;
}

// What is known of it: where to, and by what name. The other fields that went with it (Accept,
// --header) are not stored.
void WarcExport::write_request(const Statement& page, const std::string& response) {
  const auto url = parser::parse_url(page.text(kUrl));
  if (!url) return;
  WarcRecord request = record_of(page, "request");
  request.content_type = "application/http; msgtype=request";
  request.fields.emplace_back("WARC-Concurrent-To", response);
  request.block =
      fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n", url->path_and_query(), url->host());
  const std::string_view agent = agents_.at(request.date);
  if (!agent.empty()) request.block += fmt::format("User-Agent: {}\r\n", agent);
  request.block += "\r\n";
  (void)write(request, storage::warc_id(request));
}

void WarcExport::write_metadata(const Statement& page, const std::string& response) {
  WarcRecord metadata = record_of(page, "metadata");
  metadata.content_type = "application/warc-fields";
  if (!response.empty()) metadata.fields.emplace_back("WARC-Concurrent-To", response);
  std::string& block = metadata.block;
  add_warc_field(block, "via", page.text(kReferrer));
  add_warc_field(block, "fetchTimeMs", page.text(kElapsed));
  add_warc_field(block, "depth", page.text(kDepth));
  add_warc_field(block, "outcome", page.text(kOutcome));
  add_warc_field(block, "detail", printable(page.text(kDetail)));
  add_warc_field(block, "error", printable(page.text(kError)));
  add_warc_field(block, "bytes", page.text(kBytes));
  add_warc_field(block, "attempts", page.text(kAttempts));
  links_.reset();
  links_.bind(1, page.integer(kId));
  while (links_.step()) {
    const auto kind = static_cast<parser::LinkKind>(links_.integer(1));
    // As Heritrix has it: the URL, what kind of step it is (R: redirect, L: link, E: part of the
    // page), and where it stood.
    const char step = kind == parser::LinkKind::Redirect ? 'R'
                      : parser::is_followed(kind)        ? 'L'
                                                         : 'E';
    add_warc_field(block, "outlink",
                   fmt::format("{} {} {}", links_.text(0), step, parser::to_string(kind)));
  }
  (void)write(metadata, storage::warc_id(metadata));
}

void WarcExport::write_page(const Statement& page) {
  const std::string response = write_response(page);
  if (!response.empty()) write_request(page, response);
  write_metadata(page, response);
}

void WarcExport::tell_lacks() const {
  if (without_body_ > 0) {
    complain(
        fmt::format("export: {} pages that were fetched have no stored body (--store): of "
                    "them only the headers are written",
                    human_count(without_body_)));
  }
  if (without_header_ > 0) {
    complain(
        fmt::format("export: {} pages that were fetched have no stored headers (--store none, "
                    "or an older skitter): of them only metadata is written",
                    human_count(without_header_)));
  }
}

void WarcExport::write_all() {
  write_info();
  Statement pages = select_pages(task_, kColumns);
  while (pages.step()) write_page(pages);
  output_.flush();
}

void WarcExport::write_index(Output& index) {
  index_.for_each([&index](std::string_view line) {
    index.write(line);
    index.write("\n");
  });
  index.flush();
}

// An index that is older than its archive leads astray: it takes its name last.
void export_to_files(const ExportTask& task) {
  OutputFile file(task.path);
  OutputFile index(cdxj_path(task.path));
  WarcExport warc(task, file.output());
  warc.write_all();
  warc.write_index(index.output());
  if (task.stop.reason() != StopReason::None) return;
  file.commit();
  index.commit();
  warc.tell_lacks();
}

}  // namespace

void export_warc(const ExportTask& task) {
  if (!task.path.empty()) return export_to_files(task);
  WarcExport warc(task, task.output);
  warc.write_all();
  warc.tell_lacks();
}

}  // namespace skitter::cli
