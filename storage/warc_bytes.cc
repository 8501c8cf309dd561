#include "storage/warc_bytes.h"

#include <algorithm>
#include <new>
#include <utility>

namespace skitter::storage {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
// What is kept of a member that is being read, should it turn out broken.
constexpr std::size_t kMostOfMember = 1u << 20;

constexpr std::string_view kMagic = "\x1f\x8b\x08";  // gzip, deflate
constexpr std::size_t kMagicBytes = kMagic.size() + 1;
constexpr unsigned char kReservedFlags = 0xe0;

bool is_member(std::string_view bytes) {
  return bytes.size() >= kMagicBytes && bytes.starts_with(kMagic) &&
         (static_cast<unsigned char>(bytes[kMagic.size()]) & kReservedFlags) == 0;
}

}  // namespace

WarcBytes::WarcBytes(WarcReader::Source source) : source_(std::move(source)) {
  constexpr int kGzipOnly = 16;
  if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  while (raw().size() < kMagicBytes && read_raw()) {
  }
  is_gzip_ = is_member(raw());
  if (is_gzip_) open_member();
}

WarcBytes::~WarcBytes() {
  (void)inflateEnd(&stream_);  // fails only for a stream that was never there
}

std::uint64_t WarcBytes::offset() const noexcept {
  return is_gzip_ ? member_start_ : filled_ - (window_.size() - pos_);
}

bool WarcBytes::read_raw() {
  if (is_raw_over_) return false;
  const std::uint64_t in_member = raw_offset() - member_start_;
  const bool keeps_member = is_in_member_ && in_member <= kMostOfMember;
  const std::size_t keep = keeps_member ? std::min<std::size_t>(in_member, raw_pos_) : 0;
  const std::size_t drop = raw_pos_ - keep;
  raw_.erase(0, drop);
  raw_begin_ += drop;
  raw_pos_ -= drop;
  const std::size_t size = raw_.size();
  raw_.resize(size + kPiece);
  const std::size_t got = source_(raw_.data() + size, kPiece);
  raw_.resize(size + got);
  is_raw_over_ = got == 0;
  return got > 0;
}

bool WarcBytes::fill() {
  if (edge_ != Edge::None) return false;
  window_.erase(0, std::exchange(pos_, 0));
  while (true) {
    if (raw().empty() && !read_raw()) {
      edge_ = Edge::End;
      return false;
    }
    if (is_gzip_) {
      if (inflate_some()) return true;
      if (edge_ != Edge::None) return false;
    } else {
      filled_ += raw().size();
      window_.append(raw());
      raw_pos_ = raw_.size();
      return true;
    }
  }
}

// True where something came out.
bool WarcBytes::inflate_some() {
  const std::size_t size = window_.size();
  window_.resize(size + kPiece);
  const std::string_view in = raw();
  stream_.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(in.data()));
  stream_.avail_in = static_cast<uInt>(in.size());
  stream_.next_out = reinterpret_cast<Bytef*>(window_.data() + size);
  stream_.avail_out = kPiece;
  const int result = inflate(&stream_, Z_NO_FLUSH);
  const std::size_t written = kPiece - stream_.avail_out;
  raw_pos_ += in.size() - stream_.avail_in;
  window_.resize(size + written);
  filled_ += written;
  if (result == Z_STREAM_END) {
    edge_ = Edge::Member;
    is_in_member_ = false;
  } else if (result != Z_OK && result != Z_BUF_ERROR) {
    edge_ = Edge::Broken;
  }
  return written > 0;
}

void WarcBytes::open_member() {
  window_.clear();
  pos_ = 0;
  is_in_member_ = false;
  while (raw().size() < kMagicBytes && read_raw()) {
  }
  member_start_ = raw_offset();
  if (raw().empty()) {
    edge_ = Edge::End;
  } else if (!is_member(raw())) {
    edge_ = Edge::Broken;
  } else {
    (void)inflateReset(&stream_);  // fails for a stream that was never there
    is_in_member_ = true;
    edge_ = Edge::None;
  }
}

void WarcBytes::find_member() {
  if (member_start_ >= searched_ && member_start_ >= raw_begin_) {
    searched_ = raw_offset();
    raw_pos_ = static_cast<std::size_t>(member_start_ - raw_begin_);
    if (!raw().empty()) ++raw_pos_;  // not the broken one again
  }
  is_in_member_ = false;
  while (true) {
    const std::size_t found = raw().find(kMagic);
    raw_pos_ = found == std::string_view::npos
                   ? std::max(raw_pos_, raw_.size() - std::min(raw_.size(), kMagic.size() - 1))
                   : raw_pos_ + found;
    if (is_member(raw())) break;
    const bool needs_flags = found != std::string_view::npos && raw().size() < kMagicBytes;
    if (found != std::string_view::npos && !needs_flags) {
      ++raw_pos_;
    } else if (!read_raw()) {
      raw_pos_ = raw_.size();
      break;
    }
  }
  open_member();
}

}  // namespace skitter::storage
