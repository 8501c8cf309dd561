#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skitter::crawler {

// The head of an answer, between the database and an archive (WARC), which holds HTTP/1 messages.
//
// The database keeps heads as they came, but bodies decoded. A message of such a body may not say
// "Content-Encoding: gzip", nor the length that it had on the wire. So what speaks of the wire
// (Content-Encoding, Transfer-Encoding, Content-Length) goes under a name of its own wherever it
// would not be true, and the true length is put behind the last field:
//
//     Content-Encoding: gzip      ->   X-Archive-Orig-Content-Encoding: gzip
//     Content-Length: 1234             X-Archive-Orig-Content-Length: 1234
//                                      Content-Length: 5678
//
// A field that came with such a name gets the prefix once more, so that restore_head() gives back
// what there was. HTTP/2 has no status line; libcurl writes one, which is given HTTP/1.1's form.
//
// Source:  the prefix is a convention of web archives, no standard's.
struct ArchivedHead {
  std::string text;  // with the empty line
  bool was_http2 = false;
};

// `header` as the database has it. `body_bytes`: of the decoded body that follows; nullopt where none
// does, although one came: then the head stays as it is, and the record says that it is cut.
[[nodiscard]] ArchivedHead archive_head(std::string_view header,
                                        std::optional<std::uint64_t> body_bytes);

// The other way; without the empty line on either side. Only for what archive_head() made.
[[nodiscard]] std::string restore_head(std::string_view text, bool was_http2);

}  // namespace skitter::crawler
