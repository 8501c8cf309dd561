#include "crawler/stored_body.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <new>
#include <stdexcept>

namespace skitter::crawler {
namespace {

constexpr std::size_t kMostBytes = 1u << 30;  // no stored body has as many

// A body is its text with tags in between, so what it has in common with the text comes in long
// runs: matches of seven bytes find them. The window reaches back over both, however large; zstd
// makes it as small as they are. Measured (docs/performance.md).
constexpr int kShortestMatch = 7;
constexpr int kWindowLog = 27;

// The table in which matches are looked for: of 256 KiB, and for large pages of up to 4 MiB, so
// that the end of a text does not push its beginning out. zstd remembers every third place of it.
int hash_log(std::size_t bytes) {
  constexpr int kLeast = 16;
  constexpr int kMost = 20;
  return std::clamp(static_cast<int>(std::bit_width(bytes)) - 2, kLeast, kMost);
}

// Up to so many bytes text and body are put side by side, which zstd is a fifth faster on.
constexpr std::size_t kMostCopied = 1u << 20;

template <auto kFree>
struct Freed {
  template <typename Context>
  void operator()(Context* context) const noexcept {
    (void)kFree(context);
  }
};

std::size_t checked(std::size_t result) {
  if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) throw std::bad_alloc();
  if (ZSTD_isError(result) != 0) throw std::runtime_error(ZSTD_getErrorName(result));
  return result;
}

}  // namespace

struct BodyCompressor::Impl {
  std::unique_ptr<ZSTD_CCtx, Freed<&ZSTD_freeCCtx>> context{ZSTD_createCCtx()};
  std::string side_by_side;  // text, body
  std::string frame;
};

BodyCompressor::BodyCompressor() : impl_(std::make_unique<Impl>()) {
  ZSTD_CCtx* const context = impl_->context.get();
  if (context == nullptr) throw std::bad_alloc();
  (void)checked(ZSTD_CCtx_setParameter(context, ZSTD_c_strategy, ZSTD_fast));
  (void)checked(ZSTD_CCtx_setParameter(context, ZSTD_c_minMatch, kShortestMatch));
  (void)checked(ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, kWindowLog));
}

BodyCompressor::~BodyCompressor() = default;

std::string BodyCompressor::compress(std::string_view body, std::string_view text) {
  if (body.empty()) return {};
  auto& [context, side_by_side, frame] = *impl_;
  if (!text.empty() && text.size() + body.size() <= kMostCopied) {
    side_by_side.assign(text).append(body);
    text = std::string_view(side_by_side).substr(0, text.size());
    body = std::string_view(side_by_side).substr(text.size());
  }
  frame.resize(ZSTD_compressBound(body.size()));
  (void)ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_only);  // of a page that failed
  (void)checked(
      ZSTD_CCtx_setParameter(context.get(), ZSTD_c_hashLog, hash_log(text.size() + body.size())));
  (void)checked(ZSTD_CCtx_refPrefix(context.get(), text.data(), text.size()));
  const std::size_t size =
      checked(ZSTD_compress2(context.get(), frame.data(), frame.size(), body.data(), body.size()));
  return frame.substr(0, size);
}

std::optional<std::string> decompress_body(std::string_view frame, std::string_view text) {
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > kMostBytes) return std::nullopt;  // the codes for errors are larger still
  const std::unique_ptr<ZSTD_DCtx, Freed<&ZSTD_freeDCtx>> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  std::string bytes(size, '\0');
  (void)checked(ZSTD_DCtx_refPrefix(context.get(), text.data(), text.size()));
  const std::size_t got =
      ZSTD_decompressDCtx(context.get(), bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0) return std::nullopt;
  bytes.resize(got);
  return bytes;
}

}  // namespace skitter::crawler
