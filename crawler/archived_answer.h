#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/decoder.h"
#include "crawler/fetcher.h"
#include "crawler/options.h"

namespace skitter::crawler {

// Undoes HTTP/1's chunks while a body comes.
//
// Archives also hold bodies whose chunks were undone, under a head that still tells of them: a body
// that does not begin with a chunk is taken as it is.
//
// Thread:  one at a time.
// Source:  RFC 9112 §7.1.
class Dechunker {
 public:
  using Sink = Decoder::Sink;

  // False where the sink wants no more.
  [[nodiscard]] bool feed(std::string_view bytes, Sink sink, void* context);
  // No more bytes come: what was held, should it be a chunk's size, is given.
  void end(Sink sink, void* context);
  // The last chunk came; or there were none.
  [[nodiscard]] bool is_complete() const noexcept { return part_ == Part::Over || is_plain(); }
  [[nodiscard]] bool is_damaged() const noexcept { return part_ == Part::Damaged; }

 private:
  enum class Part : std::uint8_t { Size, Data, DataEnd, Over, Plain, Damaged };

  [[nodiscard]] bool is_plain() const noexcept { return part_ == Part::Plain; }
  // Of the line in `line_`.
  void take_size();

  Part part_ = Part::Size;
  bool is_first_ = true;
  std::string line_;  // as far as it came
  std::uint64_t left_ = 0;
};

// Whose heads they are: what this program exported is restored (crawler/archived_head.h).
enum class ArchiveOrigin { Ours, OursHttp2, Others };

// An answer out of an archive, read while its bytes come: head, chunks, codings. It becomes what
// the fetcher would have made of it, within the same limits.
//
// Bodies that are not in the coding that their head names are taken as they are: many archives
// hold bodies decoded.
//
// Thread:  one at a time.
// Source:  RFC 9112 §2 to §7.
class ArchivedAnswer {
 public:
  ArchivedAnswer(const TransferOptions& limits, BodyTypes types, ArchiveOrigin origin);

  void feed(std::string_view bytes);
  // nullopt where the bytes are no HTTP answer. `is_cut`: the archive says that the body is.
  [[nodiscard]] std::optional<Response> end(bool is_cut);

 private:
  enum class Part : std::uint8_t { Head, Body, Done, NoAnswer };

  void take_head(std::string_view head);
  void start_body();
  bool take_body(std::string_view bytes);  // chunks are undone
  // The same, as a sink: `self` is the answer.
  static bool on_piece(void* self, std::string_view piece);
  bool decode(std::string_view bytes);
  bool keep(std::string_view bytes);
  void stop(Outcome outcome, std::string words);
  [[nodiscard]] std::string shortage() const;

  const TransferOptions& limits_;
  BodyTypes types_;
  ArchiveOrigin origin_;
  Part part_ = Part::Head;
  std::string head_;
  Response response_;
  bool wants_body_ = false;
  std::optional<std::uint64_t> length_;  // Content-Length, where it tells of the body as it comes
  std::uint64_t raw_bytes_ = 0;
  std::optional<Dechunker> dechunker_;
  std::vector<Coding> codings_;
  std::string first_bytes_;  // held until they tell whether the body is in its coding
  bool is_told_ = false;
  std::optional<Decoder> decoder_;
};

}  // namespace skitter::crawler
