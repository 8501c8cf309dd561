#include "crawler/transfer.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include "crawler/address.h"
#include "crawler/crawler.h"
#include "crawler/memory.h"
#include "crawler/version.h"
#include "parser/ascii.h"

namespace skitter::crawler {
namespace {

constexpr const char* kAcceptEncoding = "Accept-Encoding: gzip, deflate, br, zstd";

// A line of the user's with the name of that one.
bool is_accept_encoding(std::string_view line) {
  constexpr std::string_view kName = "accept-encoding";
  return parser::ascii::equals_ignore_case(line.substr(0, line.find_first_of(":; ")), kName);
}

template <typename Value>
void set(CURL* easy, CURLoption option, Value value, std::string_view what) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) {
    throw OptionsError(fmt::format("{}: {}", what, curl_easy_strerror(code)));
  }
}

// Without memory libcurl would leave the line out.
void append(Slist& list, const char* line) {
  curl_slist* const longer = curl_slist_append(list.get(), line);
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

bool is_readable(const parser::Headers& headers) {
  const parser::ContentType type = parser::parse_content_type(headers.get("content-type"));
  return parser::is_readable_type(type.essence);
}

}  // namespace

Transfer::Transfer(const TransferOptions& options, CURLSH* share)
    : options_(options), share_(share) {
  set_up_libraries();
  renew_easy();
}

// libcurl before 8.1 keeps a pointer to the last field of an answer, which it has freed, and appends
// to it where the next answer on that handle begins with a folded line.
void Transfer::renew_easy() {
  easy_.reset(curl_easy_init());
  if (!easy_) throw std::bad_alloc();
  set_fixed_options();
}

void Transfer::set_fixed_options() {
  const TransferOptions& options = options_;
  CURL* easy = easy_.get();
  const auto ms = [](milliseconds value) { return static_cast<long>(value.count()); };
  set(easy, CURLOPT_PRIVATE, this, "private");
  set(easy, CURLOPT_ERRORBUFFER, error_.data(), "error buffer");
  set(easy, CURLOPT_NOSIGNAL, 1L, "nosignal");
  set(easy, CURLOPT_SHARE, share_, "TLS sessions");
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https", "protocols");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L, "redirects");
  set(easy, CURLOPT_PATH_AS_IS, 1L, "path");
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS), "HTTP version");
  set(easy, CURLOPT_HTTP09_ALLOWED, 0L, "HTTP/0.9");
  set(easy, CURLOPT_BUFFERSIZE, 64L * 1024, "receive buffer");
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L, "proxy headers");
  set(easy, CURLOPT_TIMEOUT_MS, ms(options.timeout), "--timeout");
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, ms(options.connect_timeout), "--connect-timeout");
  set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L, "--stall-timeout");
  set(easy, CURLOPT_LOW_SPEED_TIME, std::max(1L, (ms(options.stall_timeout) + 999) / 1000),
      "--stall-timeout");
  set(easy, CURLOPT_PROXY, options.proxy.c_str(),
      "--proxy");  // empty: the environment's is not taken either
  // It looks through all addresses it knows after each request, for those that are too old. Given to
  // it with each request as they are, none is, but for a proxy's, which it finds itself.
  if (options.proxy.empty()) set(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L, "addresses");
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
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket, "socket");
  set(easy, CURLOPT_OPENSOCKETDATA, this, "socket");
  set(easy, CURLOPT_CLOSESOCKETFUNCTION, &Transfer::on_close_socket, "socket");
  set(easy, CURLOPT_PREREQFUNCTION, &Transfer::on_sent, "request");
  set(easy, CURLOPT_PREREQDATA, this, "request");
}

std::string Transfer::name_of(const FetchRequest& request) {
  return fmt::format("{}:{}", request.hostname, request.port);
}

void Transfer::prepare(FetchRequest request, std::span<const std::string> unused) {
  if (std::exchange(is_used_, true)) renew_easy();
  request_ = std::move(request);
  response_ = Response{};
  response_.id = request_.id;
  response_.asked_at = std::chrono::system_clock::now();
  decoder_.reset();
  refused_address_.clear();
  header_bytes_ = 0;
  header_lines_ = 0;
  packed_bytes_ = 0;
  fed_ = 0;
  is_waiting_ = false;
  is_packed_twice_ = false;
  told_bytes_ = 0;
  seen_bytes_ = 0;
  silent_ = 0;
  part_ = Part::StatusLine;
  cut_ = Cut::None;
  is_starved_ = false;
  wants_body_ = false;
  was_sent_ = false;
  refusals_before_ = curl_refusals();
  error_[0] = '\0';

  // Bodies are decoded here: libcurl takes one that breaks off in its compressed data for whole.
  headers_.reset();
  const bool is_given =
      std::any_of(request_.headers.begin(), request_.headers.end(), is_accept_encoding);
  if (!is_given) append(headers_, kAcceptEncoding);
  for (const std::string& line : request_.headers) append(headers_, line.c_str());
  resolve_.reset();
  for (const std::string& name : unused) append(resolve_, ('-' + name).c_str());
  if (!request_.addresses.empty()) {
    std::string entry = fmt::format("+{}:", name_of(request_));
    for (const std::string& address : request_.addresses) entry += address + ',';
    entry.pop_back();
    append(resolve_, entry.c_str());
  }
  // A transfer may wait for the handshake of another to learn whether it can share that connection.
  // Without TLS there is no handshake to tell, and it would wait for the other's whole answer.
  set(easy_.get(), CURLOPT_PIPEWAIT, request_.url.starts_with("https:") ? 1L : 0L, "multiplexing");
  set(easy_.get(), CURLOPT_URL, request_.url.c_str(), "URL");
  set(easy_.get(), CURLOPT_HTTPHEADER, headers_.get(), "--header");
  set(easy_.get(), CURLOPT_RESOLVE, resolve_.get(), "addresses");
  // A connection outlives the transfer that opened it.
  set(easy_.get(), CURLOPT_CLOSESOCKETDATA, connections, "socket");
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count,
                                void* self) noexcept {
  const std::size_t bytes = size * count;
  auto& transfer = *static_cast<Transfer*>(self);
  return transfer.guard([&] { return transfer.take_header({data, bytes}); }) ? bytes : 0;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count,
                              void* self) noexcept {
  const std::size_t bytes = size * count;
  auto& transfer = *static_cast<Transfer*>(self);
  const bool goes_on = transfer.guard([&] { return transfer.take_body({data, bytes}); });
  if (transfer.is_waiting_) return CURL_WRITEFUNC_PAUSE;
  return goes_on || bytes == 0 ? bytes : 0;
}

int Transfer::on_sent(void* self, char*, char*, int, int) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  const bool goes_on = transfer.guard([&] {
    if (transfer.just_sent != nullptr) transfer.just_sent->push_back(&transfer);
    transfer.give_up_connection_if_too_many();
    return transfer.was_sent_ = true;
  });
  return goes_on ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

void Transfer::give_up_connection_if_too_many() {
  if (connections == nullptr) return;
  long opened = 0;
  (void)curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &opened);  // known to every libcurl
  if (opened > 0 && !connections->is_to_be_kept()) {
    set(easy_.get(), CURLOPT_FORBID_REUSE, 1L, "connection");
  }
}

bool Transfer::take_sent() noexcept {
  return std::exchange(was_sent_, false);
}

curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  curl_socket_t fd = CURL_SOCKET_BAD;
  const bool goes_on = transfer.guard([&] {
    fd = transfer.open_socket(*address);
    return true;
  });
  return goes_on ? fd : CURL_SOCKET_BAD;
}

int Transfer::on_close_socket(void* connections, curl_socket_t fd) noexcept {
  if (connections != nullptr) static_cast<ConnectionCount*>(connections)->closed(fd);
  return ::close(fd);
}

template <typename Work>
bool Transfer::guard(Work work) noexcept try {
  return work();
} catch (const std::bad_alloc&) {
  return cut(Cut::OutOfMemory);
}

// Called for each address that is tried.
curl_socket_t Transfer::open_socket(const curl_sockaddr& address) {
  if (request_.policy == AddressPolicy::RefusePrivate && is_private_address(&address.addr)) {
    refused_address_ = to_string(&address.addr);
    return CURL_SOCKET_BAD;
  }
  const curl_socket_t fd =
      socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (fd >= 0) {
    if (connections != nullptr) connections->opened(fd);
    return fd;
  }
  is_starved_ = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
  return CURL_SOCKET_BAD;
}

// Limits count what comes before the answer, 1xx after 1xx, and after its body too.
bool Transfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > options_.max_header_bytes) return cut(Cut::HeadersTooLarge);
  if (++header_lines_ > options_.max_header_lines) return cut(Cut::TooManyHeaders);
  if (part_ == Part::Body) return true;  // a trailer changes nothing
  if (line == "\r\n" || line == "\n") return end_headers();
  if (part_ == Part::StatusLine) {  // a new answer: what came before was 1xx
    response_.headers.clear();
    response_.header_text = line;
    part_ = Part::Fields;
  } else {
    response_.headers.add_line(line);
    response_.header_text += line;
  }
  return true;
}

// Decides by the headers alone whether the body is worth its bytes.
bool Transfer::end_headers() {
  long status = 0;
  (void)curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE,
                          &status);  // fails for a bad handle only
  part_ = status < 200 ? Part::StatusLine : Part::Body;
  if (status < 200) return true;
  response_.status = static_cast<int>(status);
  wants_body_ = status < 300;
  if (!wants_body_) return true;
  if (request_.types == BodyTypes::Readable && !is_readable(response_.headers)) {
    return cut(Cut::UnsupportedType);
  }
  return start_decoding();
}

Response Transfer::take_response(CURLcode result) {
  judge(result);
  give_back_room(response_.outcome == Outcome::Ok ? response_.body.size() : 0);
  response_.reserved_bytes = std::exchange(reserved_, 0);
  decoder_.reset();  // its window may be larger than the body
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
