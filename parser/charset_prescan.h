#pragma once

#include <optional>
#include <string_view>

namespace skitter::parser {

// The encoding that a meta element in `bytes` declares, else an XML declaration; the caller cuts
// `bytes` to what is to be looked at. Source: HTML §13.2.3.2, "prescan a byte stream".
[[nodiscard]] std::optional<std::string_view> prescan_meta(std::string_view bytes) noexcept;

// The encoding of an XML declaration at the very start. Source: HTML §13.2.3.2, "get an XML
// encoding".
[[nodiscard]] std::optional<std::string_view> xml_encoding(std::string_view bytes) noexcept;

}  // namespace skitter::parser
