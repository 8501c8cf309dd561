#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tests/site/answer.h"

namespace skitter::site {

// Which handler answers what; counts the requests for each host and path that has one.
//
// Thread:  any.
class Routes {
 public:
  void set(std::string_view host, std::string_view path, Handler handler);

  // The handler, or nullptr; sets `request.earlier` where there is one. It is called outside the
  // lock, so a handler may set routes.
  [[nodiscard]] std::shared_ptr<const Handler> match(Request& request);

 private:
  using Table = std::map<std::string, std::shared_ptr<const Handler>, std::less<>>;

  [[nodiscard]] std::shared_ptr<const Handler> find(const std::string& host,
                                                    std::string_view path) const;

  std::mutex mutex_;
  Table exact_;     // by host + path; a host has no '/', so they cannot be mistaken
  Table prefixes_;  // likewise, without the '*'
  std::unordered_map<std::string, std::uint32_t> counts_;
};

}  // namespace skitter::site
