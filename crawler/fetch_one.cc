#include "crawler/fetch_one.h"

#include <utility>

#include "crawler/address.h"
#include "crawler/fetcher.h"
#include "crawler/resolver.h"
#include "crawler/uv_handle.h"

namespace skitter::crawler {
namespace {

// One fetch on a loop of its own: look up, ask, follow, until there is an answer that leads nowhere
// else.
class OneFetch {
 public:
  OneFetch(const TransferOptions& options, unsigned max_redirects, BodyTypes types)
      : options_(options),
        max_redirects_(max_redirects),
        types_(types),
        resolver_(loop_.get(), {options.dns_servers}, [this](const std::string&) { ask(); }),
        fetcher_(loop_.get(), options, 1,
                 {[](std::uint64_t) {},
                  [this](Response&& response) { answered(std::move(response)); }}) {}

  FetchedUrl run(const parser::Url& url) {
    url_ = url;
    first_origin_ = url.origin();
    first_host_ = url.hostname();
    ask();
    if (!is_done_) loop_.run();
    return std::move(result_);
  }

 private:
  void ask();
  void answered(Response&& response);
  void finish(Outcome outcome, std::string error) {
    result_.outcome = outcome;
    result_.error = std::move(error);
    result_.final_url = url_.without_fragment();
    is_done_ = true;
    loop_.stop();
  }

  const TransferOptions& options_;
  unsigned max_redirects_;
  BodyTypes types_;
  EventLoop loop_;
  Resolver resolver_;
  Fetcher fetcher_;
  parser::Url url_;
  std::string first_origin_;
  std::string first_host_;
  FetchedUrl result_;
  bool is_done_ = false;
};

void OneFetch::ask() {
  if (!url_.is_http()) return finish(Outcome::UnsupportedScheme, std::string(url_.scheme()));
  FetchRequest request;
  request.url = url_.without_fragment();
  request.types = types_;
  request.max_body_bytes = options_.max_body_bytes;
  for (const Header& header : options_.headers) {
    const bool is_for_this =
        header.host.empty() ? url_.origin() == first_origin_ : header.host == url_.host();
    if (is_for_this) request.headers.push_back(header.line);
  }
  const bool is_user_named =
      url_.hostname() == first_host_ || options_.addresses == AddressPolicy::AllowPrivate;
  if (is_user_named || !options_.proxy.empty()) request.policy = AddressPolicy::AllowPrivate;
  const std::optional<bool> is_private = is_private_address(url_.hostname());
  if (is_private && *is_private && !is_user_named) {
    return finish(Outcome::PrivateAddress, std::string(url_.hostname()));
  }
  if (!is_private && options_.proxy.empty()) {
    request.hostname = url_.hostname();
    request.port = url_.port_or_default();
    const Resolution* known = resolver_.find(request.hostname);
    if (known == nullptr) return;  // asked again when the answer is there
    if (known->addresses.empty())
      return finish(Outcome::DnsError, request.hostname + ": " + known->error);
    for (const std::string& address : known->addresses) {
      if (is_user_named || !is_private_address(address).value_or(true))
        request.addresses.push_back(address);
    }
    if (request.addresses.empty()) return finish(Outcome::PrivateAddress, known->addresses.front());
  }
  fetcher_.start(std::move(request));
}

void OneFetch::answered(Response&& response) {
  result_.status = response.status;
  result_.headers = std::move(response.headers);
  result_.body = std::move(response.body);
  if (response.outcome != Outcome::Ok) return finish(response.outcome, std::move(response.error));
  const int status = response.status;
  const std::string_view location = result_.headers.get("location");
  if (status >= 300 && status < 400 && status != 304 && !location.empty()) {
    if (result_.hops.size() >= max_redirects_)
      return finish(Outcome::Redirect, "too many redirects");
    std::optional<parser::Url> target = parser::parse_url(location, &url_);
    if (!target) return finish(Outcome::HttpError, "Location is no URL");
    result_.hops.emplace_back(url_.without_fragment());
    url_ = std::move(*target);
    return ask();
  }
  finish(status >= 200 && status < 300 ? Outcome::Ok : Outcome::HttpError, {});
}

}  // namespace

FetchedUrl fetch_one(const parser::Url& url, const TransferOptions& options, unsigned max_redirects,
                     BodyTypes types) {
  return OneFetch(options, max_redirects, types).run(url);
}

}  // namespace skitter::crawler
