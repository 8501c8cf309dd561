#pragma once

#include <cstddef>
#include <string_view>

namespace skitter::parser {

// White space as HTML means it: VT is none. Internal to parser/. Source: WHATWG Infra §4.6.

[[nodiscard]] constexpr bool is_html_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

[[nodiscard]] constexpr std::string_view skip_html_space(std::string_view text) noexcept {
  while (!text.empty() && is_html_space(text.front())) text.remove_prefix(1);
  return text;
}

[[nodiscard]] constexpr std::string_view trim_html_space(std::string_view text) noexcept {
  text = skip_html_space(text);
  while (!text.empty() && is_html_space(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the next token off the front of `text`; empty at its end.
[[nodiscard]] constexpr std::string_view take_token(std::string_view& text) noexcept {
  text = skip_html_space(text);
  std::size_t size = 0;
  while (size < text.size() && !is_html_space(text[size])) ++size;
  const std::string_view token = text.substr(0, size);
  text.remove_prefix(size);
  return token;
}

}  // namespace skitter::parser
