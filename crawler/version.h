#pragma once

namespace skitter::crawler {

// From CMake's project(): the version, and how the program names itself to servers.
inline constexpr const char* kVersion = SKITTER_VERSION;
inline constexpr const char* kProductToken = "skitter";  // in robots.txt
inline constexpr const char* kDefaultUserAgent =
    "skitter/" SKITTER_VERSION " (+" SKITTER_CONTACT_URL ")";

}  // namespace skitter::crawler
