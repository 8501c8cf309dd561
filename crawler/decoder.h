#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace skitter::crawler {

enum class Coding : std::uint8_t { Gzip, Deflate, Brotli, Zstd };

// The codings that a body went through, in the order they were applied. What names no coding that
// is known ("identity", "utf-8") is left out, as browsers do. nullopt: more than `most` of them.
//
// Source:  RFC 9110 §8.4; RFC 8878 for zstd.
[[nodiscard]] std::optional<std::vector<Coding>> parse_codings(
    std::span<const std::string_view> fields, std::size_t most);

// Undoes the codings of one body while it comes. Memory is that of the codings' windows (at most
// 16 MiB each) and one buffer, whatever the body decodes to: who takes the bytes says when it is
// enough. What an inner coding gives to the next is bounded too: a few hundred bytes can decode to
// gigabytes that decode to nothing.
//
// Thread:  one at a time.
class Decoder {
 public:
  enum class End : std::uint8_t {
    None,      // goes on
    Damaged,   // these bytes do not decode
    TooLarge,  // more came out of an inner coding than it may give
    Stopped,   // whoever takes the bytes wants no more
  };
  // Takes decoded bytes, which hold during the call; false for no more.
  using Sink = bool (*)(void* context, std::string_view bytes);

  // `codings` as parse_codings() gives them; `max_inner_bytes` of each coding but the last one
  // undone.
  Decoder(std::span<const Coding> codings, std::uint64_t max_inner_bytes);
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder();

  [[nodiscard]] End feed(std::string_view bytes, Sink sink, void* context);
  // Nothing came at all, or every coding has seen its end.
  [[nodiscard]] bool is_complete() const noexcept;

  // One coding. Defined with the codings.
  class Stage;

 private:
  [[nodiscard]] End feed_stage(std::size_t index, std::string_view bytes, Sink sink, void* context);

  std::vector<std::unique_ptr<Stage>> stages_;  // in the order they are undone
  std::vector<std::uint64_t> given_;            // bytes that each has given
  std::uint64_t max_inner_bytes_;
  bool has_input_ = false;
};

}  // namespace skitter::crawler
