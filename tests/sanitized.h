#pragma once

namespace skitter {

// A sanitizer makes code of one thread ten to fifty times as slow, and needs no large number to find
// what it is for: tests that are about the number take a smaller one then.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

}  // namespace skitter
