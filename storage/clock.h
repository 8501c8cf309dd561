#pragma once

#include <chrono>

namespace skitter::storage {

// To wait by; never stored.
using SteadyTime = std::chrono::steady_clock::time_point;
// To record; never waited for.
using SystemTime = std::chrono::system_clock::time_point;
using std::chrono::milliseconds;

}  // namespace skitter::storage
