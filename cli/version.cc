#include "cli/version.h"

#include <ares.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <uv.h>

#include "crawler/version.h"

namespace skitter::cli {

// Not curl_version(): to name OpenLDAP's version it sets up that library, for 2 ms.
std::string version_text() {
  const curl_version_info_data& curl = *curl_version_info(CURLVERSION_NOW);
  const auto named = [](const char* name, const char* version) {
    return version == nullptr ? std::string() : fmt::format(" {}{}", name, version);
  };
  return fmt::format("skitter {}\nlibcurl/{}{}{}{} libuv/{} c-ares/{} sqlite/{}", crawler::kVersion,
                     curl.version, named("", curl.ssl_version), named("zlib/", curl.libz_version),
                     named("nghttp2/", curl.nghttp2_version), uv_version_string(),
                     ares_version(nullptr), sqlite3_libversion());
}

}  // namespace skitter::cli
