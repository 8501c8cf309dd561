// Input: a byte that picks the codings, one for the length of the pieces, then a body. What must hold:
//   - nothing more comes out than is asked for, and an end is an end;
//   - the same comes out in whatever pieces the body comes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/decoder.h"

namespace skitter::crawler {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Decoded {
  std::string bytes;
  Decoder::End end = Decoder::End::None;
  bool is_complete = false;
};

bool take(void* context, std::string_view bytes) {
  std::string& into = *static_cast<std::string*>(context);
  into.append(bytes.substr(0, kMostBytes - into.size()));
  return into.size() < kMostBytes;
}

Decoded decode(const std::vector<Coding>& codings, std::string_view body, std::size_t piece) {
  Decoder decoder(codings, kMostBytes);
  Decoded decoded;
  while (!body.empty() && decoded.end == Decoder::End::None) {
    const std::size_t size = std::min(piece, body.size());
    decoded.end = decoder.feed(body.substr(0, size), take, &decoded.bytes);
    body.remove_prefix(size);
  }
  decoded.is_complete = decoder.is_complete();
  return decoded;
}

}  // namespace
}  // namespace skitter::crawler

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::crawler;
  static const std::vector<Coding> kChoices[] = {{Coding::Gzip},
                                                 {Coding::Deflate},
                                                 {Coding::Brotli},
                                                 {Coding::Zstd},
                                                 {Coding::Gzip, Coding::Gzip},
                                                 {Coding::Zstd, Coding::Brotli, Coding::Deflate}};
  if (size < 2) return 0;
  const std::vector<Coding>& codings = kChoices[data[0] % std::size(kChoices)];
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Decoded whole = decode(codings, body, std::max<std::size_t>(body.size(), 1));
  require(whole.bytes.size() <= kMostBytes);
  const Decoded pieces = decode(codings, body, data[1] + std::size_t{1});
  // What came before the damage may differ: a library gives nothing of a block that is damaged.
  if (whole.end == Decoder::End::Damaged || pieces.end == Decoder::End::Damaged) return 0;
  require(whole.end == pieces.end && whole.bytes == pieces.bytes);
  require(whole.end != Decoder::End::None || whole.is_complete == pieces.is_complete);
  return 0;
}
