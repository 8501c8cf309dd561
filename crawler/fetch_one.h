#pragma once

#include <string>
#include <vector>

#include "crawler/options.h"
#include "parser/headers.h"
#include "parser/url.h"
#include "storage/outcome.h"

namespace skitter::crawler {

// One URL fetched apart from any crawl, redirects followed; what `fetch` and `robots` show.
struct FetchedUrl {
  storage::Outcome outcome = storage::Outcome::NetworkError;
  std::string error;              // the words; empty where there was none
  std::string final_url;          // canonical; where the last answer came from
  std::vector<std::string> hops;  // URLs that redirected, in order
  int status = 0;                 // 0: no response came
  parser::Headers headers;        // of the last answer
  std::string body;               // decoded from Content-Encoding
};

enum class BodyTypes {
  Readable,
  Any
};  // Readable: cut at its headers where it is no page (unsupported_type)

// Runs an event loop of its own until the answer is there. `url` may be on a private address: the
// user named it. Thread: any. Errors: OptionsError for unusable options.
[[nodiscard]] FetchedUrl fetch_one(const parser::Url& url, const TransferOptions& options,
                                   unsigned max_redirects, BodyTypes types);

}  // namespace skitter::crawler
