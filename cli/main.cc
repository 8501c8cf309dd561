#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/program.h"
#include "crawler/crawler.h"
#include "crawler/memory.h"
#include "storage/database.h"

namespace {

using skitter::cli::complain;
using skitter::cli::Exit;

// Every error that ends the run is one line here, and an exit status.
Exit run(int argc, char** argv) {
  try {
    return skitter::cli::run_program(argc, argv);
  } catch (const skitter::cli::OutputClosed&) {
    return Exit::Finished;
  } catch (const skitter::cli::OutputError& error) {
    complain(error.what());
    return Exit::Storage;
  } catch (const skitter::storage::StorageError& error) {
    complain(error.what());
    return Exit::Storage;
  } catch (const skitter::cli::UsageError& error) {
    complain(error.what());
    return Exit::Usage;
  } catch (const skitter::crawler::OptionsError& error) {
    complain(error.what());
    return Exit::Usage;
  } catch (const std::bad_alloc&) {
    skitter::crawler::end_out_of_memory();
  } catch (const std::exception& error) {
    complain(error.what());
    return Exit::Internal;
  }
}

std::terminate_handler usual_terminate = nullptr;

// Memory that runs out in a frame which no exception can leave (a destructor, a C library's) is no
// reason for a core dump.
[[noreturn]] void terminate() {
  try {
    if (const std::exception_ptr error = std::current_exception()) std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    skitter::crawler::end_out_of_memory();
  } catch (...) {
  }
  usual_terminate();
  std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  // A reader of stdout or a peer that goes away is an error code, not the end.
  (void)std::signal(SIGPIPE, SIG_IGN);
  // So is a limit on the size of files (`ulimit -f`): it is told like a full disk.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  usual_terminate = std::set_terminate(terminate);
  return static_cast<int>(run(argc, argv));
}
