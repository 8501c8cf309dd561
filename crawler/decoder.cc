#include "crawler/decoder.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <new>

namespace skitter::crawler {

enum class Step : std::uint8_t { Going, Ended, Damaged };

class Decoder::Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  // Takes from the front of `in`, fills the front of `room`; `written` says how much of it.
  virtual Step step(std::string_view& in, std::span<char> room, std::size_t& written) = 0;
  // After its end: do these bytes, which are not empty, start it anew?
  virtual bool begins_again(std::string_view) { return false; }

  bool has_ended = false;
  bool is_over = false;  // what came behind its end was no further beginning
};

namespace {

constexpr std::size_t kRoomBytes = 16 * 1024;
constexpr int kZstdWindowLog = 23;  // 8 MiB, the most that RFC 8878 recommends for HTTP

// gzip, one member after the other, and deflate: with the zlib header that RFC 9110 asks for, or
// without it as some servers send it.
class ZlibStage : public Decoder::Stage {
 public:
  explicit ZlibStage(Coding coding) : coding_(coding) {}
  ~ZlibStage() override {
    if (is_open_) (void)inflateEnd(&stream_);
  }

  Step step(std::string_view& in, std::span<char> room, std::size_t& written) override {
    if (!is_open_) {
      if (in.empty()) return Step::Going;
      open(in.front());
    }
    stream_.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(room.data());
    stream_.avail_out = static_cast<uInt>(room.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in.remove_prefix(in.size() - stream_.avail_in);
    written = room.size() - stream_.avail_out;
    if (result == Z_OK || result == Z_BUF_ERROR) return Step::Going;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    return result == Z_STREAM_END ? Step::Ended : Step::Damaged;
  }

  bool begins_again(std::string_view in) override {
    constexpr char kGzipStart = '\x1f';
    return coding_ == Coding::Gzip && in.front() == kGzipStart && inflateReset(&stream_) == Z_OK;
  }

 private:
  void open(char first) {
    constexpr int kGzip = 16;
    const bool has_zlib_header = (first & 0x0f) == Z_DEFLATED;
    const int bits = coding_ == Coding::Gzip ? MAX_WBITS + kGzip
                     : has_zlib_header       ? MAX_WBITS
                                             : -MAX_WBITS;
    if (inflateInit2(&stream_, bits) != Z_OK) throw std::bad_alloc();
    is_open_ = true;
  }

  Coding coding_;
  z_stream stream_ = {};
  bool is_open_ = false;
};

struct BrotliDeleter {
  void operator()(BrotliDecoderState* state) const noexcept { BrotliDecoderDestroyInstance(state); }
};

class BrotliStage : public Decoder::Stage {
 public:
  BrotliStage() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (!state_) throw std::bad_alloc();
  }

  Step step(std::string_view& in, std::span<char> room, std::size_t& written) override {
    std::size_t in_left = in.size();
    auto* next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    std::size_t room_left = room.size();
    auto* next_out = reinterpret_cast<std::uint8_t*>(room.data());
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(
        state_.get(), &in_left, &next_in, &room_left, &next_out, nullptr);
    in.remove_prefix(in.size() - in_left);
    written = room.size() - room_left;
    switch (result) {
      case BROTLI_DECODER_RESULT_SUCCESS:
        return Step::Ended;
      case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
      case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        return Step::Going;
      case BROTLI_DECODER_RESULT_ERROR:
        if (has_no_memory()) throw std::bad_alloc();
        return Step::Damaged;
    }
    return Step::Damaged;
  }

 private:
  [[nodiscard]] bool has_no_memory() const {
    const BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(state_.get());
    return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
           code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
  }

  std::unique_ptr<BrotliDecoderState, BrotliDeleter> state_;
};

struct ZstdDeleter {
  void operator()(ZSTD_DStream* stream) const noexcept { (void)ZSTD_freeDStream(stream); }
};

class ZstdStage : public Decoder::Stage {
 public:
  ZstdStage() : stream_(ZSTD_createDStream()) {
    if (!stream_) throw std::bad_alloc();
    (void)ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kZstdWindowLog);
  }

  Step step(std::string_view& in, std::span<char> room, std::size_t& written) override {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{room.data(), room.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream_.get(), &to, &from);
    in.remove_prefix(from.pos);
    written = to.pos;
    if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) throw std::bad_alloc();
    if (ZSTD_isError(result) != 0) return Step::Damaged;
    return result == 0 ? Step::Ended : Step::Going;
  }

  bool begins_again(std::string_view in) override {
    constexpr char kFrameStart = '\x28';
    return in.front() == kFrameStart;
  }

 private:
  std::unique_ptr<ZSTD_DStream, ZstdDeleter> stream_;
};

std::unique_ptr<Decoder::Stage> make_stage(Coding coding) {
  switch (coding) {
    case Coding::Gzip:
    case Coding::Deflate:
      return std::make_unique<ZlibStage>(coding);
    case Coding::Brotli:
      return std::make_unique<BrotliStage>();
    case Coding::Zstd:
      return std::make_unique<ZstdStage>();
  }
  return nullptr;
}

std::string lower_token(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  const std::size_t end = text.find_last_not_of(kBlank) + 1;
  std::string token(text.substr(begin, end > begin ? end - begin : 0));
  for (char& c : token) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return token;
}

std::optional<Coding> coding_from(std::string_view token) {
  if (token == "gzip" || token == "x-gzip") return Coding::Gzip;
  if (token == "deflate") return Coding::Deflate;
  if (token == "br") return Coding::Brotli;
  if (token == "zstd") return Coding::Zstd;
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<Coding>> parse_codings(std::span<const std::string_view> fields,
                                                 std::size_t most) {
  std::vector<Coding> codings;
  for (std::string_view field : fields) {
    while (!field.empty()) {
      const std::size_t comma = std::min(field.find(','), field.size());
      const std::optional<Coding> coding = coding_from(lower_token(field.substr(0, comma)));
      field.remove_prefix(std::min(comma + 1, field.size()));
      if (!coding) continue;
      if (codings.size() == most) return std::nullopt;
      codings.push_back(*coding);
    }
  }
  return codings;
}

Decoder::Decoder(std::span<const Coding> codings, std::uint64_t max_inner_bytes)
    : given_(codings.size()), max_inner_bytes_(max_inner_bytes) {
  for (std::size_t i = codings.size(); i > 0; --i) stages_.push_back(make_stage(codings[i - 1]));
}

Decoder::~Decoder() = default;

Decoder::End Decoder::feed(std::string_view bytes, Sink sink, void* context) {
  if (!bytes.empty()) has_input_ = true;
  return feed_stage(0, bytes, sink, context);
}

// As deep as there are codings.
Decoder::End Decoder::feed_stage(std::size_t index, std::string_view bytes, Sink sink,
                                 void* context) {
  if (index == stages_.size()) return sink(context, bytes) ? End::None : End::Stopped;
  Stage& stage = *stages_[index];
  const bool is_inner = index + 1 < stages_.size();
  std::array<char, kRoomBytes> room;
  bool may_hold_more = true;  // the room was full: more may come without further input
  while (!bytes.empty() || may_hold_more) {
    if (stage.has_ended) {  // what follows the end is ignored, as browsers do
      if (bytes.empty() || stage.is_over) break;
      stage.is_over = !stage.begins_again(bytes);
      if (stage.is_over) break;
      stage.has_ended = false;
    }
    std::size_t written = 0;
    const Step step = stage.step(bytes, room, written);
    may_hold_more = written == room.size();
    given_[index] += written;
    if (is_inner && given_[index] > max_inner_bytes_) return End::TooLarge;
    if (written > 0) {
      const End end = feed_stage(index + 1, {room.data(), written}, sink, context);
      if (end != End::None) return end;
    }
    if (step == Step::Damaged) return End::Damaged;
    stage.has_ended = step == Step::Ended;
  }
  return End::None;
}

bool Decoder::is_complete() const noexcept {
  if (!has_input_) return true;
  return std::all_of(stages_.begin(), stages_.end(),
                     [](const std::unique_ptr<Stage>& stage) { return stage->has_ended; });
}

}  // namespace skitter::crawler
