#pragma once

#include <functional>
#include <string_view>

#include "storage/sqlite.h"
#include "storage/statement.h"

namespace skitter::storage {

// Lines, to be had in the order of their bytes. More than a few megabytes of them wait in a
// temporary file, which has no name and ends with the process.
//
// Thread:  one at a time.
// Errors:  StorageError: no room for the temporary file.
class SortedLines {
 public:
  SortedLines();

  void add(std::string_view line);
  void for_each(const std::function<void(std::string_view line)>& take);

 private:
  Connection db_;
  Statement add_;
};

}  // namespace skitter::storage
