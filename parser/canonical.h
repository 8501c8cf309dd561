#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/url.h"

namespace skitter::parser {

// What the user wants left out of URLs before their identity is decided: query parameters that
// name a session or a campaign and not a page.
//
// A name is compared with the decoded name of a parameter ("a[b]" meets "?a%5Bb%5D=1"), in its
// case; one that ends in '*' stands for every name that begins with what is before it.
struct CanonicalRules {
  std::vector<std::string> strip;
};

// The parameters of --strip-tracking: campaign and click ids, and the session ids of the common
// frameworks. Names that sites also use for content ("ref", "source", "sid", "id") are not in it.
[[nodiscard]] std::span<const std::string_view> tracking_parameters() noexcept;

// The URL without the query parameters that the rules name. The others keep their order and
// spelling; a query that has become empty takes its '?' along. Only http and https URLs change.
[[nodiscard]] Url canonicalise(Url url, const CanonicalRules& rules);

}  // namespace skitter::parser
