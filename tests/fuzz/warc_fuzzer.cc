// Input: a byte for the length of the pieces, then a WARC file. What must hold:
//   - the same records are whole in whatever pieces the file comes (not of damaged gzip: how far zlib
//     reads into damage depends on the pieces);
//   - what is read is no longer than it says;
//   - the file is read to its end, and no more is asked of it after that.
// Bodies go through the reader of answers too.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/archived_answer.h"
#include "crawler/options.h"
#include "storage/warc_reader.h"

namespace skitter::crawler {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Read {
  std::vector<std::string> records;  // what is told of each that is whole
  bool is_damaged = false;
};

Read read_all(std::string_view file, std::size_t piece) {
  TransferOptions limits;
  limits.max_body_bytes = kMostBytes;
  Read read;
  int ends = 0;
  const auto source = [&](char* room, std::size_t size) {
    const std::size_t got = file.copy(room, std::min(size, piece));
    file.remove_prefix(got);
    if (got == 0) ++ends;
    return got;
  };
  storage::WarcReader reader(source,
                             [&read](std::uint64_t, std::string_view) { read.is_damaged = true; });
  while (reader.next()) {
    std::uint64_t size = 0;
    ArchivedAnswer answer(limits, BodyTypes::Any, ArchiveOrigin::Others);
    for (auto part = reader.read(); !part.empty(); part = reader.read()) {
      size += part.size();
      answer.feed(part);
    }
    require(size <= reader.length());
    std::string record(reader.header().get("warc-type"));
    const std::uint64_t length = reader.length();
    if (!reader.finish()) continue;
    require(size == length);
    const auto response = answer.end(/*is_cut=*/false);
    record += ' ' + std::to_string(size);
    if (response) {
      require(response->body.size() <= kMostBytes);
      require(response->status >= 100 && response->status <= 999);
      record += ' ' + std::to_string(response->status) + ' ' + response->header_text;
      // What came before damage may differ: a library gives nothing of a block that is damaged.
      if (response->outcome == Outcome::Ok) record += response->body;
    }
    read.records.push_back(std::move(record));
  }
  require(file.empty() && ends == 1);
  return read;
}

}  // namespace
}  // namespace skitter::crawler

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::crawler;
  if (size < 1) return 0;
  const std::string_view file(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Read whole = read_all(file, file.size() + 1);
  const Read pieces = read_all(file, data[0] + std::size_t{1});
  const bool is_gzip = file.starts_with("\x1f\x8b");
  if (is_gzip && (whole.is_damaged || pieces.is_damaged)) return 0;
  require(whole.records == pieces.records && whole.is_damaged == pieces.is_damaged);
  return 0;
}
