#pragma once

#include <string_view>

struct GumboInternalOutput;

namespace skitter::parser {

class Arena;
struct ParseBudget;

// Builds gumbo's tree of `html` (valid UTF-8, which must outlive the tree) in the arena; it lives
// until the arena's reset() and is never destroyed otherwise: gumbo_destroy_output() recurses.
//
// Internal to parser/.
// Errors:  nullptr where the page is of absurd shape, the budget is used up, or an assertion of gumbo
//          fails; the arena is then reset.
[[nodiscard]] const GumboInternalOutput* build_tree(std::string_view html, Arena& arena,
                                                    const ParseBudget& budget);

}  // namespace skitter::parser
