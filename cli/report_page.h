#pragma once

#include <string>

#include "cli/output.h"
#include "storage/reader.h"

namespace skitter::cli {

// Writes one page of HTML that tells of a crawl: its numbers, plots and the first rows of its
// reports. All of it is in the page: no script, nothing that is loaded, and its policy
// (Content-Security-Policy) forbids both. The same database gives the same page. What strangers'
// pages say is text in it; of URLs only http and https ones are links.
//
// `database` is how the page calls the file, in the commands it names.
//
// Bounded: a few hundred rows are kept at a time, whatever the crawl's size.
// Errors:  StorageError, OutputError, OutputClosed.
void write_report_page(const storage::Reader& reader, const std::string& database, Output& output);

}  // namespace skitter::cli
