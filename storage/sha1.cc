#include "storage/sha1.h"

#include <openssl/evp.h>

#include <new>
#include <stdexcept>

namespace skitter::storage {
namespace {

void require(int result) {
  if (result != 1) throw std::runtime_error("libcrypto does not compute SHA-1");
}

}  // namespace

void Sha1::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha1::Sha1() : context_(EVP_MD_CTX_new()) {
  if (!context_) throw std::bad_alloc();
  require(EVP_DigestInit_ex(context_.get(), EVP_sha1(), nullptr));
}

void Sha1::add(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

Sha1::Digest Sha1::end() {
  Digest digest;
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  require(EVP_DigestInit_ex(context_.get(), nullptr, nullptr));
  return digest;
}

Sha1::Digest sha1(std::string_view bytes) {
  Sha1 whole;
  whole.add(bytes);
  return whole.end();
}

std::string digest_label(const Sha1::Digest& digest) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  constexpr unsigned kBits = 5;
  std::string label = "sha1:";
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : digest) {
    held = held << 8 | byte;
    for (bits += 8; bits >= kBits; bits -= kBits) {
      label += kAlphabet[held >> (bits - kBits) & 0x1f];
    }
  }
  return label;
}

}  // namespace skitter::storage
