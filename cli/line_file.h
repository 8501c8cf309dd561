#pragma once

#include <string>

namespace skitter::cli {

// Where a crawl's JSON lines go: stdout, or a file that a later run goes on with.
//
// A file is locked against a second crawl, and refused where it holds something else than JSON
// lines: what is named behind --jsonl by mistake, a list of seeds perhaps, stays as it is.
//
// Owns:    the file's descriptor; stdout is borrowed.
// Errors:  UsageError, OutputError.
class LineFile {
 public:
  explicit LineFile(std::string path);  // "-": stdout
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;
  ~LineFile();

  enum class Begin { Anew, BehindTheLast };
  // Empties it, or cuts off the line that a killed run was at.
  void begin(Begin begin);

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }  // for messages

 private:
  [[noreturn]] void fail(int error) const;

  std::string name_;
  int fd_ = -1;
  bool is_regular_ = false;
};

}  // namespace skitter::cli
