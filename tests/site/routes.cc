#include "tests/site/routes.h"

#include <utility>

namespace skitter::site {

void Routes::set(std::string_view host, std::string_view path, Handler handler) {
  Table& table = path.ends_with('*') ? prefixes_ : exact_;
  if (path.ends_with('*')) path.remove_suffix(1);
  auto shared = std::make_shared<const Handler>(std::move(handler));
  const std::lock_guard lock(mutex_);
  table.insert_or_assign(std::string(host).append(path), std::move(shared));
}

std::shared_ptr<const Handler> Routes::find(const std::string& host, std::string_view path) const {
  const std::string whole = host + std::string(path);
  if (const auto found = exact_.find(whole); found != exact_.end()) return found->second;
  const auto bare = exact_.find(whole.substr(0, whole.find('?')));
  if (bare != exact_.end()) return bare->second;
  // The longest prefix sorts last among those of this text; tests have few of them.
  for (auto prefix = prefixes_.rbegin(); prefix != prefixes_.rend(); ++prefix) {
    if (whole.starts_with(prefix->first) && prefix->first.size() > host.size())
      return prefix->second;
  }
  return nullptr;
}

std::shared_ptr<const Handler> Routes::match(Request& request) {
  const std::lock_guard lock(mutex_);
  if (exact_.empty() && prefixes_.empty()) return nullptr;
  auto handler = find(request.host, request.path);
  if (!handler) handler = find("", request.path);
  if (handler) request.earlier = counts_[request.host + request.path]++;
  return handler;
}

}  // namespace skitter::site
