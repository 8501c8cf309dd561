#pragma once

#include <cstddef>

namespace skitter::crawler {

// A transfer holds a descriptor, and so does an idle connection: takes all that the system lets
// this process have.
void raise_descriptor_limit() noexcept;

// How many sockets fit under the limit beside the database, name look-ups and the loop's own.
[[nodiscard]] std::size_t socket_budget() noexcept;

}  // namespace skitter::crawler
