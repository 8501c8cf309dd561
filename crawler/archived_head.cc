#include "crawler/archived_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "parser/ascii.h"

namespace skitter::crawler {
namespace {

constexpr std::string_view kPrefix = "X-Archive-Orig-";
constexpr std::string_view kWireFields[] = {"content-encoding", "transfer-encoding",
                                            "content-length"};
constexpr std::string_view kLength = "content-length";
constexpr std::string_view kHttp1 = "HTTP/1.1";
constexpr std::string_view kHttp2 = "HTTP/2";

// With their line ends. The first is the status line.
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// Of a field line; empty for what continues the line before.
std::string name_of(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t')) return {};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  std::string name = parser::ascii::lower(line.substr(0, colon));
  name.erase(name.find_last_not_of(" \t") + 1);
  return name;
}

bool is_wire_field(std::string_view name) {
  return std::find(std::begin(kWireFields), std::end(kWireFields), name) != std::end(kWireFields);
}

bool is_prefixed(std::string_view line) {
  return parser::ascii::starts_with_ignore_case(line, kPrefix);
}

std::string_view value_of(std::string_view line) {
  return parser::ascii::trim(line.substr(line.find(':') + 1));
}

// Do the fields tell of a body as it was on the wire, which is not the one that is stored?
bool is_untrue(const std::vector<std::string_view>& lines, std::uint64_t body_bytes) {
  const std::string length = std::to_string(body_bytes);
  return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
    const std::string name = name_of(line);
    return is_wire_field(name) && (name != kLength || value_of(line) != length);
  });
}

}  // namespace

ArchivedHead archive_head(std::string_view header, std::optional<std::uint64_t> body_bytes) {
  const std::vector<std::string_view> lines = split_lines(header);
  const bool renames = body_bytes && is_untrue(lines, *body_bytes);
  ArchivedHead head;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view line = lines[i];
    if (i == 0 && line.starts_with(kHttp2)) {
      head.was_http2 = true;
      head.text = kHttp1;
      line.remove_prefix(kHttp2.size());
    } else if (i > 0) {
      if (is_prefixed(line) || (renames && is_wire_field(name_of(line)))) head.text += kPrefix;
    }
    head.text += line;
  }
  if (!head.text.ends_with('\n')) head.text += "\r\n";
  if (renames) head.text += fmt::format("Content-Length: {}\r\n", *body_bytes);
  head.text += "\r\n";
  return head;
}

std::string restore_head(std::string_view text, bool was_http2) {
  std::vector<std::string_view> lines = split_lines(text);
  std::string head;
  bool is_length_added = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view line = lines[i];
    if (i == 0 && was_http2 && line.starts_with(kHttp1)) {
      head = kHttp2;
      line.remove_prefix(kHttp1.size());
    } else if (i > 0 && is_prefixed(line)) {
      line.remove_prefix(kPrefix.size());
      is_length_added = is_length_added || is_wire_field(name_of(line));
    } else if (is_length_added && i + 1 == lines.size() && name_of(line) == kLength) {
      continue;
    }
    head += line;
  }
  return head;
}

}  // namespace skitter::crawler
