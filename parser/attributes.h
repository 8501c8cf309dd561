#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace skitter::parser {

// The attributes that anything is taken from; all others are read past. Internal to parser/.
enum class AttributeName : std::uint8_t {
  Alt,
  Color,
  Content,
  Data,
  Encoding,
  Face,
  Href,
  HttpEquiv,
  Lang,
  Name,
  Prompt,
  Rel,
  Size,
  Src,
  Srcset,
  Type,
  XlinkHref,
};
inline constexpr std::size_t kAttributeNames = 17;

// As they are written in a page, in the order of the enum.
inline constexpr std::array<const char*, kAttributeNames> kAttributeWords = {
    "alt",  "color",  "content", "data", "encoding", "face",   "href", "http-equiv", "lang",
    "name", "prompt", "rel",     "size", "src",      "srcset", "type", "xlink:href"};

[[nodiscard]] constexpr std::size_t index_of(AttributeName name) noexcept {
  return static_cast<std::size_t>(name);
}

// The attributes of the element in hand, whoever read them. Values are valid UTF-8 and must stay
// where they are until PageBuilder::finish().
class Attributes {
 public:
  // nullopt where there is no such attribute; the first of two wins.
  [[nodiscard]] virtual std::optional<std::string_view> find(AttributeName name) const = 0;

 protected:
  ~Attributes() = default;
};

}  // namespace skitter::parser
