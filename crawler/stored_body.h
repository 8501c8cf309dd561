#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace skitter::crawler {

// Makes what `body.data` holds: a zstd frame (RFC 8878) of the decoded body, behind the page's text
// as its prefix, with which it shares most of its words. Keeps its memory from page to page.
// Thread: one at a time. Errors: std::bad_alloc, std::runtime_error.
class BodyCompressor {
 public:
  BodyCompressor();
  BodyCompressor(const BodyCompressor&) = delete;
  BodyCompressor& operator=(const BodyCompressor&) = delete;
  ~BodyCompressor();

  // Empty where the body is.
  [[nodiscard]] std::string compress(std::string_view body, std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The decoded body of such a frame; nullopt where it holds none. `text` is that which it was made
// behind: the text of the row of `page_text` that `body.text_id` names, empty where it names none.
[[nodiscard]] std::optional<std::string> decompress_body(std::string_view frame,
                                                         std::string_view text);

}  // namespace skitter::crawler
