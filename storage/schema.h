#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;

namespace skitter::storage {

// `PRAGMA application_id` of every database of ours, by which another program's is told: "skit".
inline constexpr std::uint32_t kApplicationId = 0x736b6974;

// The steps from an empty file to the newest schema: step i makes version i + 1 of version i, which
// `PRAGMA user_version` holds. A step that has been released never changes.
[[nodiscard]] std::span<const std::string_view> schema_steps() noexcept;

// The public views over the tables of the newest version; they are made anew by each migration.
[[nodiscard]] std::string schema_views();

// Throws StorageError where the connection's database is another program's, or newer than ours.
void check_identity(sqlite3* db, const std::string& path);

// Takes the database through the steps that it lacks, then makes the views anew, in one
// transaction.
void migrate(sqlite3* db, std::span<const std::string_view> steps, const std::string& views);

}  // namespace skitter::storage
