#pragma once

#include "crawler/fetcher.h"
#include "crawler/parse_pool.h"
#include "storage/record.h"

namespace skitter::crawler {

// What an answer alone says of its page.
[[nodiscard]] storage::PageRow page_row(const Response& response, unsigned attempts);

// Moves what was read of the page into its row and its record, but for the links. Gives its outcome.
[[nodiscard]] Outcome take_parsed(PageParsed& parsed, storage::PageRow& row,
                                  storage::Record& record);

}  // namespace skitter::crawler
