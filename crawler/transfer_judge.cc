// What a transfer that is over comes to: by what this side did, or by what libcurl says.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "crawler/memory.h"
#include "crawler/transfer.h"

namespace skitter::crawler {
namespace {

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
    case CURLE_OUT_OF_MEMORY:
      return {Outcome::NetworkError, true};
    default:
      return {Outcome::NetworkError, false};
  }
}

}  // namespace

// True where this side ended the transfer: what libcurl says of it is our own doing.
bool Transfer::judge_cut() {
  const auto end = [this](Outcome outcome, std::string words) {
    response_.outcome = outcome;
    response_.error = std::move(words);
    return true;
  };
  switch (cut_) {
    case Cut::None:
      return false;
    case Cut::UnwantedBody:
      return end(Outcome::Ok, {});
    case Cut::UnsupportedType:
      return end(Outcome::UnsupportedType, {});
    case Cut::TooLarge:
      return end(Outcome::TooLarge,
                 fmt::format("the body is larger than {} bytes", request_.max_body_bytes));
    case Cut::InnerTooLarge:
      return end(Outcome::TooLarge,
                 fmt::format("the body, decoded in part, is larger than {} bytes",
                             request_.max_body_bytes));
    case Cut::PackedTooLarge:
      return end(Outcome::TooLarge, fmt::format("the body, still packed, is larger than {} bytes",
                                                request_.max_body_bytes + kMaxFrame));
    case Cut::HeadersTooLarge:
      return end(Outcome::TooLarge,
                 fmt::format("the headers are larger than {} bytes", options_.max_header_bytes));
    case Cut::TooManyHeaders:
      return end(Outcome::TooLarge,
                 fmt::format("the headers have more than {} lines", options_.max_header_lines));
    case Cut::TooManyEncodings:
      return end(Outcome::TooLarge, fmt::format("the body has more than {} Content-Encodings",
                                                options_.max_encodings));
    case Cut::PackedTransfer:
      return end(Outcome::NetworkError, "a Transfer-Encoding that was not asked for");
    case Cut::Damaged:
      return end(Outcome::Truncated,
                 fmt::format("the body does not decode as Content-Encoding says: {}",
                             response_.headers.get("content-encoding")));
    case Cut::NoRoom:
      response_.may_retry = true;  // others give theirs back
      return end(Outcome::NetworkError, "no room for one more large body (--body-memory)");
    case Cut::Silent:
      response_.may_retry = true;
      return end(Outcome::Timeout, fmt::format("nothing came for {} s, and others waited for room "
                                               "for large bodies (--body-memory)",
                                               kMostSilent));
    case Cut::OutOfMemory:
      response_.may_retry = true;  // others give theirs back
      return end(Outcome::NetworkError, "out of memory");
  }
  return false;
}

// libcurl 7.88 says of one above 100 kB that there is no memory for it.
bool Transfer::is_header_line_too_long(CURLcode result) const noexcept {
  return result == CURLE_OUT_OF_MEMORY && part_ != Part::Body;
}

void Transfer::judge(CURLcode result) {
  if (judge_cut()) return;
  const auto [outcome, may_retry] = judge_code(result);
  response_.outcome = outcome;
  response_.may_retry = may_retry;
  if (result == CURLE_COULDNT_CONNECT && !refused_address_.empty()) {
    response_.outcome = Outcome::PrivateAddress;
    response_.error = fmt::format("{} is private", refused_address_);
    response_.may_retry = false;
  } else if (result != CURLE_OK && curl_refusals() != refusals_before_) {
    // Whatever libcurl makes of it: of a URL that it cannot copy, say, that it is malformed.
    response_.outcome = Outcome::NetworkError;
    response_.error = "out of memory";
    response_.may_retry = true;
  } else if (is_header_line_too_long(result)) {
    response_.outcome = Outcome::TooLarge;
    response_.may_retry = false;
    response_.error = "a header line is larger than 100 kB";
  } else if (result == CURLE_OK && response_.status == 0) {
    response_.outcome = Outcome::NetworkError;
    response_.error = "the connection closed before the head of the answer was complete";
    response_.may_retry = true;
  } else if (result == CURLE_OK && decoder_ && !decoder_->is_complete()) {
    response_.outcome = Outcome::Truncated;
    response_.error = "the compressed body breaks off";
    response_.may_retry = true;
  } else if (result != CURLE_OK) {
    response_.error = error_[0] != '\0' ? error_.data() : curl_easy_strerror(result);
  }
}

}  // namespace skitter::crawler
