#include "storage/warc_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "parser/gunzip.h"
#include "storage/warc_bytes.h"

namespace skitter::storage {
namespace {

using Edge = WarcBytes::Edge;

constexpr std::string_view kName = "WARC/";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeaderEnd = "\r\n\r\n";
constexpr std::string_view kRecordEnd = "\r\n\r\n";
constexpr std::string_view kVersions[] = {"WARC/1.0\r\n", "WARC/1.1\r\n"};
constexpr std::size_t kVersionBytes = kVersions[0].size();

bool has_version(std::string_view bytes) {
  return std::any_of(std::begin(kVersions), std::end(kVersions),
                     [&](std::string_view version) { return bytes.starts_with(version); });
}

enum class Begins { AtLine, Within };

// Where the next record seems to begin; `begins` says where `bytes` do.
std::size_t find_record(std::string_view bytes, Begins begins) {
  for (std::size_t at = bytes.find(kName); at != std::string_view::npos;
       at = bytes.find(kName, at + 1)) {
    const bool is_line = at == 0 ? begins == Begins::AtLine : bytes[at - 1] == '\n';
    if (is_line && has_version(bytes.substr(at))) return at;
  }
  return std::string_view::npos;
}

std::optional<std::uint64_t> parse_length(std::string_view value) {
  std::uint64_t length = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, length);
  if (error != std::errc() || rest != end || value.empty()) return std::nullopt;
  return length;
}

}  // namespace

struct WarcReader::Impl {
  Impl(Source source, OnDamage told) : bytes(std::move(source)), on_damage(std::move(told)) {}

  bool next();
  std::string_view read();
  bool finish();

  // False where the file ends.
  bool come_to_record();
  bool read_header();
  bool take_header(std::string_view text);
  void damaged(std::string_view what);
  void damaged_at_edge(std::string_view at_member_end);
  void pass_over();

  WarcBytes bytes;
  OnDamage on_damage;
  parser::Headers header;
  std::uint64_t length = 0;
  std::uint64_t left = 0;  // of the block
  std::uint64_t offset = 0;
  bool is_in_record = false;
  bool is_lost = false;  // where the next record begins must be found
  bool is_truncated = false;
};

void WarcReader::Impl::damaged(std::string_view what) {
  is_in_record = false;
  is_lost = true;
  if (on_damage) on_damage(offset, what);
}

// There must be more, and there is none.
void WarcReader::Impl::damaged_at_edge(std::string_view at_member_end) {
  switch (bytes.edge()) {
    case Edge::None:
    case Edge::Member:
      return damaged(at_member_end);
    case Edge::Broken:
      return damaged("the gzip data is damaged");
    case Edge::End:
      is_truncated = true;
      return damaged("the file ends within this record");
  }
}

// To where a record may begin, past what belongs to none.
void WarcReader::Impl::pass_over() {
  is_lost = false;
  Begins begins = Begins::AtLine;
  while (true) {
    const std::string_view view = bytes.view();
    const std::size_t found = find_record(view, begins);
    if (found != std::string_view::npos) return bytes.consume(found);
    // The version line may be cut in two, and the line end before it counts.
    if (view.size() > kVersionBytes) {
      bytes.consume(view.size() - kVersionBytes);
      begins = Begins::Within;
    }
    if (bytes.fill()) continue;
    bytes.consume(bytes.view().size());
    if (bytes.edge() == Edge::Broken || bytes.is_cut()) {
      bytes.find_member();
      if (bytes.edge() != Edge::End) is_truncated = false;
    }
    return;
  }
}

bool WarcReader::Impl::come_to_record() {
  while (true) {
    if (is_lost) pass_over();
    const std::string_view view = bytes.view();
    const std::size_t begin = view.find_first_not_of(kLineEnd);  // some end a record with more
    bytes.consume(std::min(begin, view.size()));
    offset = bytes.offset();
    if (!bytes.view().empty()) return true;
    if (bytes.fill()) continue;
    switch (bytes.edge()) {
      case Edge::None:
        break;
      case Edge::Member:
        bytes.open_member();
        break;
      case Edge::Broken:
        damaged("what is here is no gzip member, or a damaged one");
        break;
      case Edge::End:
        if (!bytes.is_cut()) return false;
        damaged_at_edge({});
        break;
    }
  }
}

bool WarcReader::Impl::next() {
  if (is_in_record) (void)finish();
  while (come_to_record()) {
    if (read_header()) {
      is_in_record = true;
      left = length;
      return true;
    }
  }
  return false;
}

bool WarcReader::Impl::read_header() {
  std::size_t searched = 0;
  while (true) {
    const std::string_view view = bytes.view();
    if (view.substr(0, kName.size()) != kName.substr(0, view.size())) {
      damaged("no record begins here");
      bytes.consume(1);
      return false;
    }
    const std::size_t end = view.find(kHeaderEnd, searched);
    if (end != std::string_view::npos && end <= kMaxHeaderBytes) {
      const bool is_good = take_header(view.substr(0, end + kLineEnd.size()));
      bytes.consume(is_good ? end + kHeaderEnd.size() : 1);
      return is_good;
    }
    if (view.size() > kMaxHeaderBytes) {
      damaged("its header is larger than 64 KiB");
      bytes.consume(1);
      return false;
    }
    searched = view.size() - std::min(view.size(), kHeaderEnd.size() - 1);
    if (!bytes.fill()) {
      damaged_at_edge("its header has no end");
      bytes.consume(std::min<std::size_t>(1, bytes.view().size()));
      return false;
    }
  }
}

bool WarcReader::Impl::take_header(std::string_view text) {
  if (!has_version(text)) {
    damaged("a version of WARC that is neither 1.0 nor 1.1");
    return false;
  }
  header.clear();
  for (text.remove_prefix(kVersionBytes); !text.empty();) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    header.add_line(text.substr(0, end));
    text.remove_prefix(end);
  }
  const std::optional<std::uint64_t> given = parse_length(header.get("content-length"));
  if (!given) {
    damaged("it has no valid Content-Length");
  } else if (header.get("warc-type").empty()) {
    damaged("it has no WARC-Type");
  } else {
    length = *given;
    return true;
  }
  return false;
}

std::string_view WarcReader::Impl::read() {
  if (!is_in_record || left == 0) return {};
  while (bytes.view().empty()) {
    if (bytes.fill()) continue;
    damaged_at_edge("it ends before its Content-Length");
    return {};
  }
  const std::string_view piece = bytes.view().substr(0, left);
  left -= piece.size();
  bytes.consume(piece.size());
  return piece;
}

bool WarcReader::Impl::finish() {
  while (!read().empty()) {
  }
  if (!is_in_record) return false;
  while (bytes.view().size() < kRecordEnd.size()) {
    if (bytes.fill()) continue;
    damaged_at_edge("it is not followed by two line ends");
    return false;
  }
  if (!bytes.view().starts_with(kRecordEnd)) {
    damaged("it is not followed by two line ends: its Content-Length is wrong");
    return false;
  }
  bytes.consume(kRecordEnd.size());
  is_in_record = false;
  // The checksum behind it is read, where it is there.
  if (bytes.view().empty() && !bytes.fill() && (bytes.edge() == Edge::Broken || bytes.is_cut())) {
    damaged_at_edge({});
    return false;
  }
  return true;
}

WarcReader::WarcReader(Source source, OnDamage on_damage)
    : impl_(std::make_unique<Impl>(std::move(source), std::move(on_damage))) {}

WarcReader::~WarcReader() = default;

bool WarcReader::next() {
  return impl_->next();
}
const parser::Headers& WarcReader::header() const noexcept {
  return impl_->header;
}
std::uint64_t WarcReader::length() const noexcept {
  return impl_->length;
}
std::uint64_t WarcReader::offset() const noexcept {
  return impl_->offset;
}
std::string_view WarcReader::read() {
  return impl_->read();
}
bool WarcReader::finish() {
  return impl_->finish();
}
bool WarcReader::is_truncated() const noexcept {
  return impl_->is_truncated;
}

bool is_warc(std::string_view first_bytes) noexcept {
  return first_bytes.starts_with(kName) || parser::is_gzip(first_bytes);
}

}  // namespace skitter::storage
