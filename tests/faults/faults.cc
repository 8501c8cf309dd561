// Preloaded (LD_PRELOAD), has calls of a program fail as its environment says. Calls are counted from the start of
// main() on.
//
//   FAULT_CALL   which: alloc open read write sync truncate map lock thread
//   FAULT_AT     the first that fails; 1 is the program's first of this kind. 0 or unset: none
//   FAULT_TIMES  how many fail from there on; unset: 1
//   FAULT_ERRNO  the number that errno gets; unset: EIO, for alloc ENOMEM, for thread EAGAIN
//   FAULT_PATH   of file calls, only those whose path holds this text are counted
//   FAULT_MARK   a file that is made when the first call has failed
//   FAULT_COUNTS a file that gets a line "CALL COUNT" for each kind at the end
//   FAULT_FREE   a file whose number is what statvfs() says is free, in bytes, for as long as there is one
//   FAULT_CLOCK  "N SECONDS": the wall clock jumps by so much at its N-th reading
//
// Thread:  any.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

// glibc's own, beneath the names that are taken over here.
extern "C" {
void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void* __libc_memalign(std::size_t, std::size_t) noexcept;
}

namespace {

enum Call : std::size_t { Alloc, Open, Read, Write, Sync, Truncate, Map, Lock, Thread, kCalls };
constexpr std::array<const char*, kCalls> kNames = {"alloc",    "open", "read", "write", "sync",
                                                    "truncate", "map",  "lock", "thread"};

struct Plan {
  std::size_t call = kCalls;
  unsigned long at = 0;
  unsigned long times = 1;
  int error = 0;
  const char* path = nullptr;
  const char* mark = nullptr;
  const char* counts = nullptr;
  const char* free = nullptr;
  unsigned long jump_at = 0;
  long jump_seconds = 0;
};

Plan plan;
std::atomic<bool> is_armed = false;
std::array<std::atomic<unsigned long>, kCalls> counts;
std::atomic<unsigned long> readings = 0;

unsigned long number_of(const char* variable, unsigned long otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

void read_plan() {
  const char* const name = std::getenv("FAULT_CALL");
  for (std::size_t call = 0; name != nullptr && call < kCalls; ++call) {
    if (std::strcmp(name, kNames[call]) == 0) plan.call = call;
  }
  const int usual = plan.call == Alloc ? ENOMEM : plan.call == Thread ? EAGAIN : EIO;
  plan.at = number_of("FAULT_AT", 0);
  plan.times = number_of("FAULT_TIMES", 1);
  plan.error = static_cast<int>(number_of("FAULT_ERRNO", static_cast<unsigned long>(usual)));
  plan.path = std::getenv("FAULT_PATH");
  plan.mark = std::getenv("FAULT_MARK");
  plan.counts = std::getenv("FAULT_COUNTS");
  plan.free = std::getenv("FAULT_FREE");
  if (const char* const jump = std::getenv("FAULT_CLOCK")) {
    char* rest = nullptr;
    plan.jump_at = std::strtoul(jump, &rest, 10);
    plan.jump_seconds = std::strtol(rest, nullptr, 10);
  }
}

// By system calls of its own: what is called here must not be counted.
int raw_open(const char* path, int flags) {
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600));
}

void make_mark() {
  if (plan.mark == nullptr) return;
  const int fd = raw_open(plan.mark, O_WRONLY | O_CREAT);
  if (fd >= 0) (void)syscall(SYS_close, fd);
}

bool fails(Call call) {
  if (!is_armed.load(std::memory_order_relaxed)) return false;
  const unsigned long count = counts[call].fetch_add(1, std::memory_order_relaxed) + 1;
  if (plan.call != call || plan.at == 0) return false;
  if (count < plan.at || count - plan.at >= plan.times) return false;
  if (count == plan.at) make_mark();
  errno = plan.error;
  return true;
}

bool fails(Call call, const char* path) {
  if (!is_armed.load(std::memory_order_relaxed)) return false;
  if (plan.path != nullptr && std::strstr(path, plan.path) == nullptr) return false;
  return fails(call);
}

bool fails(Call call, int fd) {
  if (!is_armed.load(std::memory_order_relaxed)) return false;
  if (plan.path == nullptr) return fails(call);
  std::array<char, 64> link;
  std::array<char, PATH_MAX> path;
  (void)std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  const long length = syscall(SYS_readlinkat, AT_FDCWD, link.data(), path.data(), path.size() - 1);
  if (length < 0) return false;
  path[static_cast<std::size_t>(length)] = '\0';
  return fails(call, path.data());
}

// What `name` is without this library.
template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

void write_counts() {
  if (plan.counts == nullptr) return;
  const int fd = raw_open(plan.counts, O_WRONLY | O_CREAT | O_TRUNC);
  for (std::size_t call = 0; call < kCalls; ++call) {
    std::array<char, 64> line;
    const int length =
        std::snprintf(line.data(), line.size(), "%s %lu\n", kNames[call], counts[call].load());
    (void)syscall(SYS_write, fd, line.data(), static_cast<std::size_t>(length));
  }
  (void)syscall(SYS_close, fd);
}

long jumped() {
  if (plan.jump_at == 0 || !is_armed.load(std::memory_order_relaxed)) return 0;
  return readings.fetch_add(1, std::memory_order_relaxed) + 1 >= plan.jump_at ? plan.jump_seconds
                                                                              : 0;
}

void set_free(unsigned long block_bytes, fsblkcnt_t& available) {
  if (plan.free == nullptr || !is_armed.load()) return;
  const int fd = raw_open(plan.free, O_RDONLY);
  if (fd < 0) return;
  std::array<char, 32> text{};
  (void)syscall(SYS_read, fd, text.data(), text.size() - 1);
  (void)syscall(SYS_close, fd);
  available = std::strtoul(text.data(), nullptr, 10) / block_bytes;
}

using Main = int(int, char**, char**);
Main* program = nullptr;

int armed_main(int argc, char** argv, char** environment) {
  read_plan();
  is_armed = true;
  const int status = program(argc, argv, environment);
  is_armed = false;
  write_counts();
  return status;
}

}  // namespace

extern "C" {

int __libc_start_main(Main* main, int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*rtld_fini)(), void* stack_end) {
  program = main;
  using Start = int(Main*, int, char**, void (*)(), void (*)(), void (*)(), void*);
  return real<Start>("__libc_start_main")(armed_main, argc, argv, init, fini, rtld_fini, stack_end);
}

void* malloc(std::size_t bytes) noexcept {
  return fails(Alloc) ? nullptr : __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) noexcept {
  return fails(Alloc) ? nullptr : __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) noexcept {
  return fails(Alloc) ? nullptr : __libc_realloc(memory, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  return fails(Alloc) ? nullptr : __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  if (fails(Alloc)) return ENOMEM;
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}

// The mode is there only where a file may be made, and is passed on anyway.
int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (fails(Open, path)) return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
int open(const char* path, int flags, ...) __attribute__((alias("open64")));

ssize_t read(int fd, void* to, std::size_t bytes) {
  return fails(Read, fd) ? -1 : syscall(SYS_read, fd, to, bytes);
}
ssize_t pread64(int fd, void* to, std::size_t bytes, off64_t at) {
  return fails(Read, fd) ? -1 : syscall(SYS_pread64, fd, to, bytes, at);
}
ssize_t pread(int fd, void* to, std::size_t bytes, off_t at) {
  return fails(Read, fd) ? -1 : syscall(SYS_pread64, fd, to, bytes, at);
}
ssize_t write(int fd, const void* from, std::size_t bytes) {
  return fails(Write, fd) ? -1 : syscall(SYS_write, fd, from, bytes);
}
ssize_t pwrite64(int fd, const void* from, std::size_t bytes, off64_t at) {
  return fails(Write, fd) ? -1 : syscall(SYS_pwrite64, fd, from, bytes, at);
}
ssize_t pwrite(int fd, const void* from, std::size_t bytes, off_t at) {
  return fails(Write, fd) ? -1 : syscall(SYS_pwrite64, fd, from, bytes, at);
}

int fsync(int fd) {
  return fails(Sync, fd) ? -1 : static_cast<int>(syscall(SYS_fsync, fd));
}
int fdatasync(int fd) {
  return fails(Sync, fd) ? -1 : static_cast<int>(syscall(SYS_fdatasync, fd));
}
int ftruncate64(int fd, off64_t bytes) noexcept {
  return fails(Truncate, fd) ? -1 : static_cast<int>(syscall(SYS_ftruncate, fd, bytes));
}
int ftruncate(int fd, off_t bytes) noexcept {
  return fails(Truncate, fd) ? -1 : static_cast<int>(syscall(SYS_ftruncate, fd, bytes));
}

// Memory without a file is a stack of a thread, or malloc()'s own, which does not come by here.
void* mmap64(void* at, std::size_t bytes, int protection, int flags, int fd,
             off64_t from) noexcept {
  if (fd >= 0 && fails(Map, fd)) return MAP_FAILED;
  return reinterpret_cast<void*>(syscall(SYS_mmap, at, bytes, protection, flags, fd, from));
}
void* mmap(void* at, std::size_t bytes, int protection, int flags, int fd, off_t from) noexcept {
  return mmap64(at, bytes, protection, flags, fd, from);
}

int fcntl64(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  const bool locks = command == F_SETLK || command == F_SETLKW || command == F_GETLK;
  if (locks && fails(Lock, fd)) return -1;
  return static_cast<int>(syscall(SYS_fcntl, fd, command, argument));
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
  if (fails(Thread)) return plan.error;
  using Create = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  return real<Create>("pthread_create")(thread, attributes, start, argument);
}

int statvfs64(const char* path, struct statvfs64* into) noexcept {
  using Function = int(const char*, struct statvfs64*);
  const int result = real<Function>("statvfs64")(path, into);
  if (result == 0) set_free(into->f_frsize, into->f_bavail);
  return result;
}
int statvfs(const char* path, struct statvfs* into) noexcept {
  using Function = int(const char*, struct statvfs*);
  const int result = real<Function>("statvfs")(path, into);
  if (result == 0) set_free(into->f_frsize, into->f_bavail);
  return result;
}

int clock_gettime(clockid_t clock, timespec* into) noexcept {
  using Function = int(clockid_t, timespec*);
  static Function* const function = real<Function>("clock_gettime");
  const int result = function(clock, into);
  if (result == 0 && clock == CLOCK_REALTIME) into->tv_sec += jumped();
  return result;
}
int gettimeofday(timeval* into, void*) noexcept {
  timespec now{};
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  into->tv_sec = now.tv_sec;
  into->tv_usec = now.tv_nsec / 1000;
  return result;
}
time_t time(time_t* into) noexcept {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  if (into != nullptr) *into = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
