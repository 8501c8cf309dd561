#include "storage/log_writeback.h"

#include <fcntl.h>
#include <unistd.h>

namespace skitter::storage {

LogWriteback::~LogWriteback() {
  if (descriptor_ >= 0) (void)::close(descriptor_);
}

void LogWriteback::begin() noexcept {
  if (descriptor_ < 0) descriptor_ = ::open(log_.c_str(), O_RDONLY | O_CLOEXEC);
  constexpr off_t kToItsEnd = 0;
  if (descriptor_ >= 0) (void)::sync_file_range(descriptor_, 0, kToItsEnd, SYNC_FILE_RANGE_WRITE);
}

}  // namespace skitter::storage
