#include "cli/version.h"

#include <ares.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <uv.h>

#include "crawler/version.h"

namespace skitter::cli {

std::string version_text() {
  // curl_version() names the TLS and HTTP/2 libraries behind curl too.
  return fmt::format("skitter {}\n{} libuv/{} c-ares/{} sqlite/{}", crawler::kVersion,
                     curl_version(), uv_version_string(), ares_version(nullptr),
                     sqlite3_libversion());
}

}  // namespace skitter::cli
