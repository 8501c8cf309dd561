#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/site/answer.h"

namespace skitter::site {

// An answer turned into the bytes that go over the connection, piece by piece:
//
//    head + piece | piece | ... | piece + last chunk
//
class Wire {
 public:
  Wire(Answer answer, const Request& request);

  [[nodiscard]] bool is_done() const noexcept { return is_head_sent_ && sent_ == total_; }
  [[nodiscard]] bool is_single_piece() const noexcept { return total_ <= piece_bytes_; }
  [[nodiscard]] std::string next();  // only while it is not done

  [[nodiscard]] bool closes() const noexcept { return closes_; }
  [[nodiscard]] const Answer& answer() const noexcept { return answer_; }
  [[nodiscard]] std::uint64_t sent_bytes() const noexcept { return sent_; }  // of the body

 private:
  [[nodiscard]] std::string head() const;
  void append_body(std::string& out, std::uint64_t count) const;

  Answer answer_;
  bool has_body_;
  bool closes_;
  bool is_head_sent_ = false;
  std::uint64_t total_ = 0;  // bytes of the body to send
  std::uint64_t sent_ = 0;
  std::uint64_t piece_bytes_;
};

}  // namespace skitter::site
