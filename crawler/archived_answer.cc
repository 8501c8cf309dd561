#include "crawler/archived_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "crawler/archived_head.h"
#include "parser/ascii.h"
#include "parser/headers.h"

namespace skitter::crawler {
namespace {

constexpr std::size_t kMostSizeLine = 4'096;  // with its extensions
constexpr std::size_t kSniffed = 4;           // bytes that tell a coding

// The number that a status line says; 0 where it is none.
int parse_status(std::string_view line) {
  constexpr int kLeast = 100;
  constexpr int kMost = 999;
  if (!line.starts_with("HTTP/")) return 0;
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return 0;
  const std::string_view number = line.substr(blank + 1);
  int status = 0;
  const auto [rest, error] = std::from_chars(number.data(), number.data() + number.size(), status);
  return error == std::errc() && status >= kLeast && status <= kMost ? status : 0;
}

bool is_chunked(const parser::Headers& headers) {
  const std::string_view value = headers.get("transfer-encoding");
  const std::size_t comma = value.rfind(',');
  const std::string_view last = comma == std::string_view::npos ? value : value.substr(comma + 1);
  return parser::ascii::equals_ignore_case(parser::ascii::trim(last), "chunked");
}

// By its first bytes. The others have no mark.
bool may_be(Coding coding, std::string_view first_bytes) {
  switch (coding) {
    case Coding::Gzip:
      return first_bytes.starts_with("\x1f\x8b");
    case Coding::Zstd:
      return first_bytes.starts_with("\x28\xb5\x2f\xfd");
    case Coding::Deflate:
    case Coding::Brotli:
      return !first_bytes.starts_with('<');
  }
  return true;
}

// Behind the head and its empty line; npos where it has not ended.
std::size_t find_body(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    const std::string_view next = bytes.substr(at + 1);
    if (next.starts_with('\n')) return at + 2;
    if (next.starts_with("\r\n")) return at + 3;
  }
  return std::string_view::npos;
}

}  // namespace

void Dechunker::take_size() {
  std::uint64_t size = 0;
  const std::string_view line = parser::ascii::trim(line_);
  const char* const end = line.data() + line.size();
  const auto [rest, error] = std::from_chars(line.data(), end, size, 16);
  const bool is_size = line_.ends_with('\n') && error == std::errc() && !line.empty() &&
                       (rest == end || *rest == ';' || *rest == ' ');
  if (!is_size) {
    part_ = is_first_ ? Part::Plain : Part::Damaged;
    return;
  }
  is_first_ = false;
  line_.clear();
  left_ = size;
  part_ = size == 0 ? Part::Over : Part::Data;  // a trailer changes nothing
}

bool Dechunker::feed(std::string_view bytes, Sink sink, void* context) {
  while (!bytes.empty()) {
    switch (part_) {
      case Part::Size:
      case Part::DataEnd: {
        const std::size_t room = kMostSizeLine + 1 - line_.size();
        const std::size_t size = std::min({bytes.find('\n'), bytes.size() - 1, room - 1}) + 1;
        line_ += bytes.substr(0, size);
        bytes.remove_prefix(size);
        const bool is_whole = line_.ends_with('\n');
        if (!is_whole && line_.size() <= kMostSizeLine) break;
        if (part_ == Part::DataEnd) {
          part_ = is_whole && line_.size() <= 2 ? Part::Size : Part::Damaged;
          line_.clear();
        } else {
          take_size();
          if (is_plain() && !sink(context, std::exchange(line_, {}))) return false;
        }
        break;
      }
      case Part::Data: {
        const std::string_view piece = bytes.substr(0, left_);
        bytes.remove_prefix(piece.size());
        left_ -= piece.size();
        if (left_ == 0) part_ = Part::DataEnd;
        if (!sink(context, piece)) return false;
        break;
      }
      case Part::Plain:
        return sink(context, bytes);
      case Part::Over:
      case Part::Damaged:
        return true;
    }
  }
  return true;
}

void Dechunker::end(Sink sink, void* context) {
  if (part_ != Part::Size || !is_first_) return;
  part_ = Part::Plain;
  (void)sink(context, std::exchange(line_, {}));
}

ArchivedAnswer::ArchivedAnswer(const TransferOptions& limits, BodyTypes types, ArchiveOrigin origin)
    : limits_(limits), types_(types), origin_(origin) {
  response_.outcome = Outcome::Ok;
}

void ArchivedAnswer::stop(Outcome outcome, std::string words) {
  response_.outcome = outcome;
  response_.error = std::move(words);
  part_ = Part::Done;
}

void ArchivedAnswer::feed(std::string_view bytes) {
  if (part_ == Part::Head) {
    // Searched again from where an empty line could have begun.
    const std::size_t before = head_.size();
    const std::size_t from = before - std::min<std::size_t>(before, 3);
    head_ +=
        bytes.substr(0, limits_.max_header_bytes + 1 - std::min(before, limits_.max_header_bytes));
    const std::size_t found = find_body(std::string_view(head_).substr(from));
    if (found != std::string_view::npos) {
      const std::size_t end = from + found;
      bytes.remove_prefix(end - before);
      head_.resize(end);
      take_head(head_);
    } else if (head_.size() > limits_.max_header_bytes) {
      part_ = Part::NoAnswer;
    } else {
      return;
    }
  }
  if (part_ != Part::Body || bytes.empty()) return;
  raw_bytes_ += bytes.size();
  if (!wants_body_) {
    response_.body_bytes += bytes.size();
  } else if (dechunker_) {
    (void)dechunker_->feed(bytes, on_piece, this);  // where it was stopped, `part_` says so
  } else {
    (void)take_body(bytes);
  }
}

void ArchivedAnswer::take_head(std::string_view head) {
  std::string text(head.substr(0, head.find_last_not_of("\r\n") + 1));
  text += head.substr(text.size(), head.substr(text.size()).starts_with('\r') ? 2 : 1);
  if (origin_ != ArchiveOrigin::Others) {
    text = restore_head(text, origin_ == ArchiveOrigin::OursHttp2);
  }
  response_.status = parse_status(text);
  if (response_.status == 0) {
    part_ = Part::NoAnswer;
    return;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const bool is_status_line = rest.size() == text.size();
    if (!is_status_line) response_.headers.add_line(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  response_.header_text = std::move(text);
  part_ = Part::Body;
  start_body();
}

void ArchivedAnswer::start_body() {
  wants_body_ = response_.status >= 200 && response_.status < 300;
  if (!wants_body_) return;
  const parser::Headers& headers = response_.headers;
  const parser::ContentType type = parser::parse_content_type(headers.get("content-type"));
  if (types_ == BodyTypes::Readable && !parser::is_readable_type(type.essence)) {
    return stop(Outcome::UnsupportedType, {});
  }
  if (origin_ != ArchiveOrigin::Others) return;  // decoded already
  const auto codings = parse_codings(headers.get_all("content-encoding"), limits_.max_encodings);
  if (!codings) {
    return stop(Outcome::TooLarge,
                fmt::format("the body has more than {} Content-Encodings", limits_.max_encodings));
  }
  codings_ = *codings;
  if (is_chunked(headers)) {
    dechunker_.emplace();
  } else if (const std::string_view value = headers.get("content-length"); !value.empty()) {
    std::uint64_t length = 0;
    const char* const end = value.data() + value.size();
    if (std::from_chars(value.data(), end, length).ptr == end) length_ = length;
  }
}

bool ArchivedAnswer::on_piece(void* self, std::string_view piece) {
  return static_cast<ArchivedAnswer*>(self)->take_body(piece);
}

bool ArchivedAnswer::take_body(std::string_view bytes) {
  if (codings_.empty()) return keep(bytes);
  if (is_told_) return decode(bytes);
  first_bytes_ += bytes;
  if (first_bytes_.size() < kSniffed) return true;
  return decode({});
}

// The first call says whether there is a coding at all.
bool ArchivedAnswer::decode(std::string_view bytes) {
  const std::string first = std::exchange(first_bytes_, {});
  if (!is_told_) {
    is_told_ = true;
    if (may_be(codings_.back(), first)) decoder_.emplace(codings_, limits_.max_body_bytes);
    length_.reset();  // it may tell of the body as it came, or as it is
    bytes = first;
  }
  if (!decoder_) return keep(bytes);
  const auto sink = [](void* self, std::string_view decoded) {
    return static_cast<ArchivedAnswer*>(self)->keep(decoded);
  };
  switch (decoder_->feed(bytes, sink, this)) {
    case Decoder::End::None:
      return true;
    case Decoder::End::Stopped:
      return false;
    case Decoder::End::TooLarge:
      stop(Outcome::TooLarge, fmt::format("the body, decoded in part, is larger than {} bytes",
                                          limits_.max_body_bytes));
      return false;
    case Decoder::End::Damaged:
      stop(Outcome::Truncated, fmt::format("the body does not decode as Content-Encoding says: {}",
                                           response_.headers.get("content-encoding")));
      return false;
  }
  return false;
}

bool ArchivedAnswer::keep(std::string_view bytes) {
  response_.body_bytes += bytes.size();
  if (response_.body_bytes <= limits_.max_body_bytes) {
    response_.body.append(bytes);
    return true;
  }
  stop(Outcome::TooLarge, fmt::format("the body is larger than {} bytes", limits_.max_body_bytes));
  return false;
}

// What is missing of the body, in words; empty where it is whole.
std::string ArchivedAnswer::shortage() const {
  if (dechunker_ && !dechunker_->is_complete()) return "a chunk of the body breaks off";
  if (decoder_ && !decoder_->is_complete()) return "the compressed body breaks off";
  if (length_ && raw_bytes_ < *length_) {
    return fmt::format("the body has {} of {} bytes", raw_bytes_, *length_);
  }
  return {};
}

std::optional<Response> ArchivedAnswer::end(bool is_cut) {
  if (part_ == Part::Head) {  // the empty line may be missing where nothing follows it
    take_head(head_);
  }
  if (part_ == Part::Body && wants_body_) {
    if (dechunker_) dechunker_->end(on_piece, this);
    if (!first_bytes_.empty()) (void)decode({});
    std::string words = is_cut ? "the archive holds a part of the body" : shortage();
    if (part_ == Part::Body && !words.empty()) stop(Outcome::Truncated, std::move(words));
  }
  if (part_ == Part::NoAnswer) return std::nullopt;
  if (response_.outcome != Outcome::Ok) response_.body.clear();
  decoder_.reset();
  return std::move(response_);
}

}  // namespace skitter::crawler
