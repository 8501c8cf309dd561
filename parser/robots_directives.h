#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace skitter::parser {

// What meta robots and X-Robots-Tag say to one agent. They add up: what one of them forbids, no
// other allows again.
//
// Total: unknown directives change nothing.
//
// Units:   now_unix is seconds since 1970; unavailable_after a date that has passed is noindex.
// Source:  the directives' documentation by Google; there is no standard.
struct RobotsDirectives {
  static constexpr std::size_t kMaxTextBytes = 1024;

  bool index = true;
  bool follow = true;
  // The directives that hold, as `Page::robots` keeps them: lower case, ", " between. Those that
  // are not printable ASCII, or would make it longer than kMaxTextBytes, are left out of it.
  std::string text;

  // A meta element; one that is neither for "robots" nor for `agent` is ignored.
  void add_meta(std::string_view name, std::string_view content, std::string_view agent,
                long long now_unix);
  // One X-Robots-Tag value: "noindex, otherbot: nofollow". An agent's name holds for the rest of
  // the value, until the next.
  void add_header(std::string_view value, std::string_view agent, long long now_unix);

 private:
  void add(std::string_view directive, long long now_unix);
};

// True where the rel attribute forbids following: the token "nofollow" ("sponsored" and "ugc" do
// not).
[[nodiscard]] bool rel_forbids_following(std::string_view rel) noexcept;

}  // namespace skitter::parser
