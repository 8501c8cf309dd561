#pragma once

#include <chrono>
#include <optional>

#include "storage/reader.h"

namespace skitter::cli {

enum class StopReason { None, Interrupt, Timeout };

// While it lives, SIGINT, SIGTERM and the end of `timeout` stop the reader's statement.
//
// Owns:    the handlers of SIGINT, SIGTERM and SIGALRM and the process's real-time timer; one at a
//          time. The reader is borrowed.
// Thread:  main. sqlite3_interrupt() only sets a flag, so that a handler may call it.
class QueryStop {
 public:
  QueryStop(storage::Reader& reader, std::optional<std::chrono::milliseconds> timeout);
  QueryStop(const QueryStop&) = delete;
  QueryStop& operator=(const QueryStop&) = delete;
  ~QueryStop();

  [[nodiscard]] StopReason reason() const noexcept;
};

}  // namespace skitter::cli
