// Input: an HTML document. What must hold whatever it is: the scanner finds what gumbo's tree has,
// but for the departures of tests/parser/scan_oracle.h.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "parser/charset.h"
#include "tests/parser/scan_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skitter::parser;
  // Valid UTF-8 first: the oracle looks at the bytes that gumbo is given.
  std::string storage;
  const std::string_view html =
      to_utf8({reinterpret_cast<const char*>(data), size}, "utf-8", storage);
  const Comparison comparison = compare_scan(html);
  if (comparison.difference.empty()) return 0;
  std::fprintf(stderr, "%s", comparison.difference.c_str());
  std::abort();
}
