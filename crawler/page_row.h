#pragma once

#include "crawler/fetcher.h"
#include "storage/record.h"

namespace skitter::crawler {

// What an answer alone says of its page.
[[nodiscard]] storage::PageRow page_row(const Response& response, unsigned attempts);

}  // namespace skitter::crawler
