#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crawler/options.h"
#include "parser/url.h"

namespace skitter::crawler {

// Spaces of URLs without end: calendars, session ids, directories within themselves.
//
// Thread:  loop.

// The rules that look at a URL alone; the detail of an outcome `trap` begins with the rule's name:
// url_length, path_depth, repeated_segment, repeated_parameter. nullopt: it is no trap.
[[nodiscard]] std::optional<std::string> trap_of(const parser::Url& url, const TrapLimits& limits);

// The rules by which a page's links, or those behind the first, are not followed unless another page
// has them too: page_links and same_text.
[[nodiscard]] std::string page_links_detail(const TrapLimits& limits);
[[nodiscard]] std::string same_text_detail(const TrapLimits& limits);
[[nodiscard]] bool is_rule_of_page(std::string_view detail) noexcept;

// The rules that count, in order of discovery:
//
//     spellings   URLs that differ in their session id, or in the order of their parameters, alone
//     pattern     pages of one URL pattern whose texts differ in digits alone
//     same_text   links of pages of one host whose texts differ in digits alone: of a page that says
//                 "not found" with status 200, with links into nothing, under any name
//
// A site may well have a thousand pages alike, but seldom one behind the other: pages alike at most
// kShallow links from a seed count but a thousandth.
//
// Memory:  at most kMostSpellings and kMostShapes entries of 16 bytes; what finds no room any more
//          is not counted, and so let in.
class TrapBudgets {
 public:
  static constexpr std::uint16_t kShallow = 10;
  static constexpr std::size_t kMostSpellings = std::size_t{1} << 18;
  static constexpr std::size_t kMostShapes = std::size_t{1} << 18;

  explicit TrapBudgets(const TrapLimits& limits) : limits_(limits) {}

  // Is this URL, which would be let in, one too many? Counts it where it is not. The detail, with
  // the rule's name.
  [[nodiscard]] std::optional<std::string> take(std::string_view url, std::uint16_t depth);
  // An earlier run let it in.
  void note(std::string_view url) { (void)is_spelled_too_often(url); }

  // Has the URL's pattern come to its end since it was let in?
  [[nodiscard]] std::optional<std::string> closed(std::string_view url, std::uint16_t depth) const;

  // A page was read, by this run or an earlier one. `shape`: parser::text_shape of its text. False
  // where it is one too many of its host with this text: then its links have only
  // same_text_detail().
  [[nodiscard]] bool page_read(std::string_view url, std::uint16_t depth, std::uint64_t shape);

 private:
  static constexpr std::uint32_t kShallowWeight = 1'000;

  struct Alike {
    std::uint32_t deep = 0;
    std::uint32_t all = 0;
  };

  // Counts a page that was seen before: nullptr where it is the first of its text.
  Alike* count(std::uint64_t text, std::uint64_t key, std::uint16_t depth);
  [[nodiscard]] bool is_spelled_too_often(std::string_view url);

  TrapLimits limits_;
  absl::flat_hash_map<std::uint64_t, std::uint8_t> spellings_;
  absl::flat_hash_set<std::uint64_t> shapes_;  // of a pattern, or an origin, and a text together
  absl::flat_hash_map<std::uint64_t, Alike> alike_;  // by pattern; by origin and text
  std::size_t closed_ = 0;
};

}  // namespace skitter::crawler
