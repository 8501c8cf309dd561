#include "parser/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace skitter::parser {
namespace {

// One inflating stream; zlib keeps a pointer to it, so it does not move.
class Inflater {
 public:
  Inflater() {
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { (void)inflateEnd(&stream_); }  // fails only for a stream that was never there
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills `out` as far as the input reaches; takes from the front of `in` what was used.
  int inflate_into(std::string_view& in, char* out, std::size_t room, std::size_t& written) {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    stream_.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(std::min(in.size(), kMost));
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(std::min(room, kMost));
    const uInt in_before = stream_.avail_in;
    const uInt out_before = stream_.avail_out;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(in_before - stream_.avail_in);
    written = out_before - stream_.avail_out;
    return result;
  }

  void next_member() { (void)inflateReset(&stream_); }

 private:
  z_stream stream_ = {};
};

constexpr std::size_t kFirstRoom = 64 * 1024;

}  // namespace

bool is_gzip(std::string_view bytes) noexcept {
  return bytes.starts_with("\x1F\x8B");
}

Gunzipped gunzip(std::string_view bytes, std::size_t max_bytes) {
  using End = Gunzipped::End;
  Inflater inflater;
  Gunzipped whole;
  std::size_t size = 0;
  const auto end = [&](End how) {
    whole.bytes.resize(std::min(size, max_bytes));
    whole.end = how;
    return std::move(whole);
  };
  while (true) {
    // One byte more than the limit tells what fits exactly from what does not.
    if (size > max_bytes) return end(End::Limit);
    if (size == whole.bytes.size()) {
      whole.bytes.resize(std::min(std::max(kFirstRoom, size * 2), max_bytes + 1));
    }
    std::size_t written = 0;
    const int result =
        inflater.inflate_into(bytes, whole.bytes.data() + size, whole.bytes.size() - size, written);
    size += written;
    if (result == Z_STREAM_END) {
      if (!is_gzip(bytes)) return end(size > max_bytes ? End::Limit : End::Whole);
      inflater.next_member();
    } else if (result != Z_OK) {  // Z_BUF_ERROR: the input has ended too early
      return end(size > max_bytes ? End::Limit : End::Damaged);
    }
  }
}

}  // namespace skitter::parser
