#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace skitter::storage {

// SHA-1 of bytes that come in pieces. It names contents, as WARC does; it protects nothing.
//
// Thread:  one at a time.
// Source:  FIPS 180-4 §6.1, by OpenSSL's libcrypto.
class Sha1 {
 public:
  using Digest = std::array<std::uint8_t, 20>;

  Sha1();

  void add(std::string_view bytes);
  [[nodiscard]] Digest end();  // and begins anew

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] Sha1::Digest sha1(std::string_view bytes);
// "sha1:" and the digest in base 32, without padding: it needs none. Source: RFC 4648 §6.
[[nodiscard]] std::string digest_label(const Sha1::Digest& digest);

}  // namespace skitter::storage
