#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace skitter::storage {

// Bytes that this user may still write to the file system of `path`; nullopt where it does not say.
// A quota is not seen. May block: a network's file system takes its time.
[[nodiscard]] std::optional<std::uint64_t> free_bytes(const std::string& path) noexcept;

}  // namespace skitter::storage
