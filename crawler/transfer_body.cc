// What becomes of the bytes of a body: decoded, kept, and waited for room for.
#include <algorithm>
#include <charconv>
#include <utility>

#include "crawler/transfer.h"

namespace skitter::crawler {
namespace {

std::uint64_t content_length(const parser::Headers& headers) {
  const std::string_view value = headers.get("content-length");
  std::uint64_t length = 0;
  (void)std::from_chars(value.data(), value.data() + value.size(),
                        length);  // a bad one reserves nothing
  return length;
}

}  // namespace

bool Transfer::start_decoding() {
  const auto packed = parse_codings(response_.headers.get_all("transfer-encoding"), /*most=*/0);
  if (!packed) return cut(Cut::PackedTransfer);
  const auto codings =
      parse_codings(response_.headers.get_all("content-encoding"), options_.max_encodings);
  if (!codings) return cut(Cut::TooManyEncodings);
  if (!codings->empty()) {
    decoder_.emplace(*codings, request_.max_body_bytes);
    is_packed_twice_ = codings->size() > 1;
  } else {
    told_bytes_ = std::min(content_length(response_.headers), request_.max_body_bytes);
    response_.body.reserve(room == nullptr ? told_bytes_
                                           : std::min(told_bytes_, room->small_body()));
  }
  return true;
}

bool Transfer::take_body(std::string_view data) {
  if (!wants_body_) {
    response_.body_bytes += data.size();
    return response_.body_bytes <= kMaxUnwantedBody || cut(Cut::UnwantedBody);
  }
  if (!decoder_) return must_wait(data.size()) || keep(data);
  // What it waited in the midst of comes again from its start.
  for (std::size_t start = fed_; start < data.size(); start = fed_) {
    const std::string_view piece = data.substr(start, has_all_room() ? data.npos : kPackedPiece);
    if (must_wait(piece.size())) return true;
    if (!unpack(piece)) return false;
    fed_ = start + piece.size();
  }
  fed_ = 0;
  return true;
}

bool Transfer::unpack(std::string_view data) {
  // Packed, a body is no larger than unpacked, but for what its frame takes: a stream of empty blocks
  // unpacks to nothing, and has no end.
  packed_bytes_ += data.size();
  if (packed_bytes_ > request_.max_body_bytes + kMaxFrame) return cut(Cut::PackedTooLarge);
  const auto sink = [](void* self, std::string_view decoded) {
    return static_cast<Transfer*>(self)->keep(decoded);
  };
  switch (decoder_->feed(data, sink, this)) {
    case Decoder::End::None:
      return true;
    case Decoder::End::Damaged:
      return cut(Cut::Damaged);
    case Decoder::End::TooLarge:
      return cut(Cut::InnerTooLarge);
    case Decoder::End::Stopped:
      return false;
  }
  return false;
}

bool Transfer::keep(std::string_view decoded) {
  if (!has_room_for(decoded.size())) return cut(Cut::NoRoom);
  if (told_bytes_ > response_.body.capacity() && reserved_ == told_bytes_) {
    response_.body.reserve(told_bytes_);
  }
  response_.body_bytes += decoded.size();
  if (response_.body_bytes <= request_.max_body_bytes) {
    response_.body.append(decoded);
    return true;
  }
  // The part that fits is kept: of a robots.txt it is used.
  response_.body.append(decoded.substr(0, request_.max_body_bytes - response_.body.size()));
  return cut(Cut::TooLarge);
}

std::uint64_t Transfer::largest_body() const noexcept {
  return told_bytes_ == 0 ? request_.max_body_bytes : told_bytes_;
}

bool Transfer::must_wait(std::size_t more) {
  if (has_all_room()) return false;
  // Packed twice, a body that is small may come of a large one.
  const std::uint64_t free = is_packed_twice_ ? 0 : room->small_body();
  if (response_.body.size() + more <= std::max(free, reserved_)) return false;
  if (waiting->empty() && take_room(/*in_any_case=*/false)) return false;
  waiting->push_back(this);
  is_waiting_ = true;
  return true;
}

CURLcode Transfer::go_on() noexcept {
  is_waiting_ = false;
  return curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
}

bool Transfer::take_room(bool in_any_case) noexcept {
  const std::uint64_t more = largest_body() - reserved_;
  if (in_any_case) {
    room->take(more);
  } else if (!room->try_take(reserved_, more)) {
    return false;
  }
  reserved_ += more;
  return true;
}

// A few bytes of a packed body may unpack to many, and nobody can wait within them: as much again as
// a small one may have goes without.
bool Transfer::has_room_for(std::size_t decoded) noexcept {
  if (has_all_room()) return true;
  const std::uint64_t most = std::max(room->small_body(), reserved_) + room->small_body();
  return response_.body.size() + decoded <= most || take_room(/*in_any_case=*/false);
}

void Transfer::give_back_room(std::uint64_t kept) noexcept {
  if (kept >= reserved_) return;
  room->give_back(reserved_ - kept);
  reserved_ = kept;
}

bool Transfer::is_stuck() noexcept {
  const std::uint64_t grown =
      response_.body_bytes - std::exchange(seen_bytes_, response_.body_bytes);
  silent_ = grown == 0 ? silent_ + 1 : 0;
  // Packed twice, it may have used it on the way, whatever has come of it.
  if (grown < kSlow && !is_packed_twice_) give_back_room(response_.body.size() + kSlow);
  if (silent_ >= kMostSilent) cut_ = Cut::Silent;
  return cut_ == Cut::Silent;
}

}  // namespace skitter::crawler
