#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "parser/url.h"

namespace skitter::cli {

// An index of a WARC file: a line for each answer in it, sorted by bytes, as replay programs
// (pywb, OpenWayback) look URLs up.
//
//     com,example)/a?b=1 20260102030405 {"url":"http://www.example.com/a?b=1","mime":"text/html",...}
//
// Source:  the IIPC's draft of CDXJ; the key as by the Internet Archive's SURT.

// The URL turned about, so that hosts of one domain stand together: "com,example)/path". Without
// scheme and "www.", in lower case, parameters in order.
[[nodiscard]] std::string surt(const parser::Url& url);

struct CdxjEntry {
  std::string date;  // ISO 8601, UTC
  std::string mime;  // empty: the answer says none
  int status = 0;
  std::string digest;  // of the payload; empty: the record has none
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // of the gzip member
  std::string filename;
};

// Without a line end.
[[nodiscard]] std::string cdxj_line(const parser::Url& url, const CdxjEntry& entry);

// Beside "site.warc.gz" stands "site.cdxj".
[[nodiscard]] std::string cdxj_path(std::string_view warc_path);

}  // namespace skitter::cli
