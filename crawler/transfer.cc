#include "crawler/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "crawler/crawler.h"
#include "crawler/version.h"

namespace skitter::crawler {
namespace {

template <typename Value>
void set(CURL* easy, CURLoption option, Value value, std::string_view what) {
  if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK) {
    throw OptionsError(fmt::format("{}: {}", what, curl_easy_strerror(code)));
  }
}

bool is_readable(const parser::Headers& headers) {
  const parser::ContentType type = parser::parse_content_type(headers.get("content-type"));
  return parser::is_readable_type(type.essence);
}

std::uint64_t content_length(const parser::Headers& headers) {
  const std::string_view value = headers.get("content-length");
  std::uint64_t length = 0;
  (void)std::from_chars(value.data(), value.data() + value.size(),
                        length);  // a bad one reserves nothing
  return length;
}

struct Judgement {
  Outcome outcome;
  bool may_retry;
};

Judgement judge_code(CURLcode code) {
  switch (code) {
    case CURLE_OK:
      return {Outcome::Ok, false};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Outcome::DnsError, false};
    case CURLE_OPERATION_TIMEDOUT:
      return {Outcome::Timeout, true};
    case CURLE_PARTIAL_FILE:
      return {Outcome::Truncated, true};
    case CURLE_BAD_CONTENT_ENCODING:
      return {Outcome::Truncated, false};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_USE_SSL_FAILED:
      return {Outcome::TlsError, false};
    case CURLE_SSL_CONNECT_ERROR:
      return {Outcome::TlsError, true};
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_PROXY:
      return {Outcome::NetworkError, true};
    default:
      return {Outcome::NetworkError, false};
  }
}

}  // namespace

Transfer::Transfer(const TransferOptions& options, CURLSH* share) : easy_(curl_easy_init()) {
  if (!easy_) throw std::bad_alloc();
  set_fixed_options(options, share);
}

void Transfer::set_fixed_options(const TransferOptions& options, CURLSH* share) {
  CURL* easy = easy_.get();
  const auto ms = [](milliseconds value) { return static_cast<long>(value.count()); };
  set(easy, CURLOPT_PRIVATE, this, "private");
  set(easy, CURLOPT_ERRORBUFFER, error_.data(), "error buffer");
  set(easy, CURLOPT_NOSIGNAL, 1L, "nosignal");
  set(easy, CURLOPT_SHARE, share, "TLS sessions");
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https", "protocols");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L, "redirects");
  set(easy, CURLOPT_PATH_AS_IS, 1L, "path");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS), "HTTP version");
  set(easy, CURLOPT_ACCEPT_ENCODING, "", "content encodings");
  set(easy, CURLOPT_BUFFERSIZE, 64L * 1024, "receive buffer");
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L, "proxy headers");
  set(easy, CURLOPT_TIMEOUT_MS, ms(options.timeout), "--timeout");
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, ms(options.connect_timeout), "--connect-timeout");
  set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L, "--stall-timeout");
  set(easy, CURLOPT_LOW_SPEED_TIME, std::max(1L, (ms(options.stall_timeout) + 999) / 1000),
      "--stall-timeout");
  set(easy, CURLOPT_PROXY, options.proxy.c_str(),
      "--proxy");  // empty: the environment's is not taken either
  set(easy, CURLOPT_USERAGENT,
      options.user_agent.empty() ? kDefaultUserAgent : options.user_agent.c_str(), "--user-agent");
  if (options.cookies == CookiePolicy::Keep) set(easy, CURLOPT_COOKIEFILE, "", "--cookies");
  if (!options.ca_file.empty()) set(easy, CURLOPT_CAINFO, options.ca_file.c_str(), "--cacert");
  if (options.tls == TlsPolicy::Insecure) {
    set(easy, CURLOPT_SSL_VERIFYPEER, 0L, "--insecure");
    set(easy, CURLOPT_SSL_VERIFYHOST, 0L, "--insecure");
  }
  set(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header, "headers");
  set(easy, CURLOPT_HEADERDATA, this, "headers");
  set(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body, "body");
  set(easy, CURLOPT_WRITEDATA, this, "body");
  set(easy, CURLOPT_PREREQFUNCTION, &Transfer::on_sent, "request");
  set(easy, CURLOPT_PREREQDATA, this, "request");
}

void Transfer::prepare(FetchRequest request) {
  request_ = std::move(request);
  response_ = Response{};
  response_.id = request_.id;
  response_.asked_at = std::chrono::system_clock::now();
  header_bytes_ = 0;
  cut_ = Cut::None;
  wants_body_ = false;
  was_sent_ = false;
  error_[0] = '\0';

  curl_slist* headers = nullptr;
  for (const std::string& line : request_.headers)
    headers = curl_slist_append(headers, line.c_str());
  headers_.reset(headers);
  curl_slist* resolve = nullptr;
  if (!request_.addresses.empty()) {
    std::string entry = fmt::format("+{}:{}:", request_.hostname, request_.port);
    for (const std::string& address : request_.addresses) entry += address + ',';
    entry.pop_back();
    resolve = curl_slist_append(nullptr, entry.c_str());
  }
  resolve_.reset(resolve);
  // A transfer may wait for the handshake of another to learn whether it can share that connection.
  // Without TLS there is no handshake to tell, and it would wait for the other's whole answer.
  set(easy_.get(), CURLOPT_PIPEWAIT, request_.url.starts_with("https:") ? 1L : 0L, "multiplexing");
  set(easy_.get(), CURLOPT_URL, request_.url.c_str(), "URL");
  set(easy_.get(), CURLOPT_HTTPHEADER, headers_.get(), "--header");
  set(easy_.get(), CURLOPT_RESOLVE, resolve_.get(), "addresses");
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count,
                                void* self) noexcept {
  const std::size_t bytes = size * count;
  return static_cast<Transfer*>(self)->take_header({data, bytes}) ? bytes : 0;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count,
                              void* self) noexcept {
  const std::size_t bytes = size * count;
  return static_cast<Transfer*>(self)->take_body({data, bytes}) || bytes == 0 ? bytes : 0;
}

int Transfer::on_sent(void* self, char*, char*, int, int) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.was_sent_ = true;
  if (transfer.just_sent != nullptr) transfer.just_sent->push_back(&transfer);
  return CURL_PREREQFUNC_OK;
}

bool Transfer::take_sent() noexcept {
  return std::exchange(was_sent_, false);
}

bool Transfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    cut_ = Cut::HeadersTooLarge;
    return false;
  }
  if (line.starts_with("HTTP/")) {  // a new answer: what came before was 1xx
    response_.headers.clear();
    return true;
  }
  if (line == "\r\n" || line == "\n") return end_headers();
  response_.headers.add_line(line);
  return true;
}

// Decides by the headers alone whether the body is worth its bytes.
bool Transfer::end_headers() {
  long status = 0;
  (void)curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE,
                          &status);  // fails for a bad handle only
  if (status < 200) return true;
  response_.status = static_cast<int>(status);
  wants_body_ = status < 300;
  if (!wants_body_) return true;
  if (request_.types == BodyTypes::Readable && !is_readable(response_.headers)) {
    cut_ = Cut::UnsupportedType;
    return false;
  }
  if (response_.headers.get("content-encoding").empty()) {
    response_.body.reserve(std::min(content_length(response_.headers), request_.max_body_bytes));
  }
  return true;
}

bool Transfer::take_body(std::string_view data) {
  response_.body_bytes += data.size();
  if (!wants_body_) {
    if (response_.body_bytes <= kMaxUnwantedBody) return true;
    cut_ = Cut::UnwantedBody;
    return false;
  }
  const bool is_too_large = response_.body_bytes > request_.max_body_bytes;
  if (is_too_large) {  // the part that fits is kept: of a robots.txt it is used
    cut_ = Cut::TooLarge;
    data = data.substr(0, request_.max_body_bytes - response_.body.size());
  }
  response_.body.append(data);
  return !is_too_large;
}

void Transfer::judge(CURLcode result) {
  switch (cut_) {
    case Cut::TooLarge:
      response_.outcome = Outcome::TooLarge;
      response_.error = fmt::format("the body is larger than {} bytes", request_.max_body_bytes);
      return;
    case Cut::UnsupportedType:
      response_.outcome = Outcome::UnsupportedType;
      return;
    case Cut::HeadersTooLarge:
      response_.outcome = Outcome::TooLarge;
      response_.error = fmt::format("the headers are larger than {} bytes", kMaxHeaderBytes);
      return;
    case Cut::UnwantedBody:
      response_.outcome = Outcome::Ok;
      return;
    case Cut::None:
      break;
  }
  const auto [outcome, may_retry] = judge_code(result);
  response_.outcome = outcome;
  response_.may_retry = may_retry;
  if (result != CURLE_OK) {
    response_.error = error_[0] != '\0' ? error_.data() : curl_easy_strerror(result);
  }
}

Response Transfer::take_response(CURLcode result) {
  judge(result);
  curl_off_t total_us = 0;
  curl_off_t before_us = 0;
  (void)curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &total_us);
  (void)curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T,
                          &before_us);  // name, connection, TLS
  const curl_off_t us = response_.status != 0 ? total_us - before_us : total_us;
  response_.elapsed = milliseconds((us + 500) / 1000);
  return std::move(response_);
}

}  // namespace skitter::crawler
