#pragma once

#include <string>
#include <string_view>

namespace skitter::cli {

// A directory that takes its name once all its files are written. It is a new one: what stands
// under that name is never changed, unless it is empty.
//
//     DIR.part/... --(commit)--> DIR/...
//
// Owns:    the descriptor and, till commit(), DIR.part, which is removed without one. One that a
//          killed program left is emptied first, of files with names of ours only.
// Thread:  one at a time.
// Errors:  OutputError.
class OutputDirectory {
 public:
  // True for the names that add() is given.
  using IsOwn = bool (*)(std::string_view name);

  OutputDirectory(std::string path, IsOwn is_own);
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;
  ~OutputDirectory();

  void add(const std::string& name, std::string_view text);  // a new file
  void commit();                                             // on the disk when it returns

 private:
  [[noreturn]] void refuse(const std::string& path, std::string_view why);
  void lock();
  void remove_own_files();

  std::string path_;
  std::string part_;
  IsOwn is_own_;
  int fd_ = -1;  // of part_
};

}  // namespace skitter::cli
