#include "tests/site/wire.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string_view>
#include <utility>

namespace skitter::site {
namespace {

constexpr std::uint64_t kMissingBytes =
    1000;  // what a truncated body promises beyond what it sends
constexpr std::uint64_t kEndlessPieceBytes = 65536;  // an endless body is never wholly in memory

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 410:
      return "Gone";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number, base).ptr;
  out.append(digits, end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

Wire::Wire(Answer answer, const Request& request)
    : answer_(std::move(answer)),
      has_body_(answer_.framing == Framing::Raw ||
                (request.method != "HEAD" && answer_.status != 204 && answer_.status != 304)),
      closes_(!request.keep_alive || answer_.fault != Fault::None ||
              answer_.framing == Framing::Close || answer_.framing == Framing::Raw) {
  if (has_body_ && !answer_.body.empty()) {
    total_ = std::max<std::uint64_t>(answer_.body.size(), answer_.endless_bytes);
  }
  piece_bytes_ = answer_.piece_bytes;
  if (piece_bytes_ == 0) piece_bytes_ = answer_.endless_bytes == 0 ? total_ : kEndlessPieceBytes;
}

std::string Wire::head() const {
  if (answer_.framing == Framing::Raw) return answer_.lead;
  std::string out;
  out.reserve(256 + total_ * is_single_piece());
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(answer_.status));
  out.append(" ").append(reason_phrase(answer_.status)).append("\r\n");
  for (const auto& [name, value] : answer_.headers) append_header(out, name, value);
  if (answer_.framing == Framing::Chunked && has_body_) {
    append_header(out, "Transfer-Encoding", "chunked");
  }
  if (answer_.framing == Framing::Length && has_body_) {
    out += "Content-Length: ";
    append_number(out, total_ + (answer_.fault == Fault::Truncate ? kMissingBytes : 0));
    out += "\r\n";
  }
  if (closes_) append_header(out, "Connection", "close");
  out += "\r\n";
  return out;
}

void Wire::append_body(std::string& out, std::uint64_t count) const {
  for (std::uint64_t done = 0; done < count;) {
    const auto from = static_cast<std::size_t>((sent_ + done) % answer_.body.size());
    const auto bytes = std::min<std::uint64_t>(count - done, answer_.body.size() - from);
    out.append(answer_.body, from, static_cast<std::size_t>(bytes));
    done += bytes;
  }
}

std::string Wire::next() {
  std::string out;
  if (!is_head_sent_) out = head();
  is_head_sent_ = true;
  const bool is_chunked = answer_.framing == Framing::Chunked && has_body_;
  const std::uint64_t count = std::min(piece_bytes_, total_ - sent_);
  if (is_chunked && count > 0) {
    append_number(out, count, 16);
    out += "\r\n";
  }
  append_body(out, count);
  if (is_chunked && count > 0) out += "\r\n";
  sent_ += count;
  if (is_chunked && sent_ == total_ && answer_.fault != Fault::Truncate) out += "0\r\n\r\n";
  return out;
}

}  // namespace skitter::site
