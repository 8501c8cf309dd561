#include "crawler/page_row.h"

#include <chrono>

namespace skitter::crawler {

storage::PageRow page_row(const Response& response, unsigned attempts) {
  storage::PageRow row;
  if (response.status != 0) row.status = response.status;
  row.content_type = response.headers.get("content-type");
  row.bytes = response.body_bytes;
  row.fetched_at_ms =
      std::chrono::duration_cast<milliseconds>(response.asked_at.time_since_epoch()).count();
  row.elapsed_ms = response.elapsed.count();
  row.attempts = static_cast<int>(attempts);
  row.error = response.error;
  row.etag = response.headers.get("etag");
  row.last_modified = response.headers.get("last-modified");
  if (response.status != 0) row.header = response.header_text;  // whole
  return row;
}

}  // namespace skitter::crawler
