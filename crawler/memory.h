#pragma once

#include <cstdint>

namespace skitter::crawler {

// What the C libraries do where the system has no memory for them: libuv would abort(), libcurl
// gives an error that it gives for too large a header, too.

// Before the first use of libcurl, which transfers see to; more than once does nothing.
// Errors: std::runtime_error, std::bad_alloc.
void set_up_libraries();

// How often libcurl was refused memory so far. Thread: any; of the calling thread.
[[nodiscard]] std::uint64_t curl_refusals() noexcept;

// Ends the process with one line on stderr and status 1, as for any internal error; takes no memory
// itself. What is committed stays, as when the process is killed. For frames that no exception can
// leave.
[[noreturn]] void end_out_of_memory() noexcept;

}  // namespace skitter::crawler
