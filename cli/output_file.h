#pragma once

#include <string>
#include <string_view>

#include "cli/output.h"

namespace skitter::cli {

// A file that takes its name once it is whole: until commit() what had the name stays as it was.
//
//     FILE.part --(commit)--> FILE
//
// What is no regular file (a pipe, /dev/stdout) is written as it is; behind a symbolic link it is the
// linked file that is replaced.
//
// Owns:    the descriptor and, till commit(), FILE.part, which is removed without one. One that a
//          killed program left is overwritten; one that a program has in hand is refused.
// Thread:  one at a time.
// Errors:  OutputError.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  [[nodiscard]] Output& output() noexcept { return output_; }
  void commit();                            // flushes first; on the disk when it returns
  void commit_as(const std::string& path);  // under another name in the same directory

 private:
  struct Opened {
    std::string path;  // where it is to stand
    std::string part;  // empty: written in place
    int fd = -1;
  };
  OutputFile(Opened opened, const std::string& name);
  static Opened open(const std::string& path);

  Opened opened_;
  Output output_;
};

// A slip of the hand would cost the crawl: UsageError where `output`, of the subcommand `command`, is
// the database or one of the files that belong to it.
void refuse_database(std::string_view command, const std::string& database,
                     const std::string& output);

}  // namespace skitter::cli
