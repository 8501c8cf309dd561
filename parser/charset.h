#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skitter::parser {

// Bytes of a page to valid UTF-8 text, whatever they are.
//
// Encodings are named as the standard names them, in lower case ("utf-8", "windows-1252",
// "shift_jis"); the returned names live for ever.
//
// Total: bad input gives U+FFFD and goes on.
//
// Thread:  any.
// Source:  WHATWG Encoding Standard §4.2 (labels), §6 (BOM); HTML §13.2.3.2 (determining the
//          encoding). Legacy multi-byte encodings are read by iconv.

// The encoding a label stands for ("latin1" -> "windows-1252"); nullopt for an unknown label.
[[nodiscard]] std::optional<std::string_view> encoding_from_label(std::string_view label) noexcept;

// What is said of the encoding: BOM, then the label of the Content-Type header, then the meta
// prescan of the first 1,024 bytes (XML declaration included). nullopt where nothing is said.
[[nodiscard]] std::optional<std::string_view> declared_encoding(std::string_view bytes,
                                                                std::string_view http_charset);

// The encoding to read a page in: what is declared, else utf-8 if the bytes are valid UTF-8, else
// what a meta element further down declares, else windows-1252.
[[nodiscard]] std::string_view sniff_encoding(std::string_view bytes,
                                              std::string_view http_charset);
// The same without meta elements: for what is not HTML. An XML declaration counts.
[[nodiscard]] std::string_view sniff_text_encoding(std::string_view bytes,
                                                   std::string_view http_charset);

// The text without its BOM. Valid UTF-8 in utf-8 is not copied: the view is then into `bytes`, else
// into `storage`. `encoding` is a name that the functions above gave.
[[nodiscard]] std::string_view to_utf8(std::string_view bytes, std::string_view encoding,
                                       std::string& storage);

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace skitter::parser
