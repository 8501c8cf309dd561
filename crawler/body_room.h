#pragma once

#include <algorithm>
#include <cstdint>

namespace skitter::crawler {

// The memory of all large bodies together, from the first byte beyond kSmallBody until they are
// parsed; of those with more than one Content-Encoding from their first. A body asks for all that it
// may come to before it grows beyond that, and waits where there is not so much: so one that has
// room never waits for one that has not, and small ones for nobody.
//
// Thread:  loop.
class BodyRoom {
 public:
  static constexpr std::uint64_t kSmallBody = 256 * 1024;

  explicit BodyRoom(std::uint64_t bytes, std::uint64_t small_body = kSmallBody) noexcept
      : bytes_(bytes), small_body_(small_body) {}

  [[nodiscard]] std::uint64_t small_body() const noexcept { return small_body_; }
  // `more` for one that has `own`. It may have more than there is where no other has any.
  [[nodiscard]] bool try_take(std::uint64_t own, std::uint64_t more) noexcept {
    if (taken_ > own && taken_ + more > bytes_) return false;
    taken_ += more;
    return true;
  }
  void take(std::uint64_t more) noexcept { taken_ += more; }  // whether there is so much or not
  void give_back(std::uint64_t bytes) noexcept { taken_ -= std::min(bytes, taken_); }
  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

 private:
  std::uint64_t bytes_;
  std::uint64_t small_body_;  // what each may have without asking
  std::uint64_t taken_ = 0;
};

}  // namespace skitter::crawler
