#include "crawler/page_row.h"

#include <chrono>
#include <utility>

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

Outcome take_parsed(PageParsed& parsed, storage::PageRow& row, storage::Record& record) {
  const bool is_cut = parsed.page.cut;
  if (!parsed.error.empty()) row.error = std::move(parsed.error);
  row.page = std::move(parsed.page);
  row.content_hash = parsed.content_hash;
  row.simhash = parsed.simhash;
  if (parsed.text_shape != 0) row.text_shape = parsed.text_shape;
  row.body = std::move(parsed.stored_body);
  record.items = std::move(parsed.items);
  return is_cut ? Outcome::ParseLimit : Outcome::Ok;
}

}  // namespace skitter::crawler
