#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace skitter::cli {

// What a configuration file may hold: the part of TOML 1.0 that options and rules need. Tables,
// also in tables and inline; bare, quoted and dotted keys; one-line strings of both kinds,
// integers, decimal fractions, booleans, and arrays of these. A table without keys leaves no trace.
//
// Errors:  TomlError, with the line.
// Source:  toml.io, v1.0.0.

enum class TomlKind { String, Number, Boolean, Array };

struct TomlEntry {
  std::vector<std::string> path;  // of the tables around it; empty above the first [table]
  std::string table;              // the same with dots between
  std::string key;
  TomlKind kind = TomlKind::String;
  std::vector<std::string> values;  // one, except for an array; numbers and booleans as written
  int line = 0;
};

class TomlError : public std::runtime_error {
 public:
  TomlError(int line, const std::string& what) : std::runtime_error(what), line_(line) {}
  [[nodiscard]] int line() const noexcept { return line_; }

 private:
  int line_;
};

[[nodiscard]] std::vector<TomlEntry> parse_toml(std::string_view text);

// A basic string, quotes included: "a \"b\"".
[[nodiscard]] std::string toml_string(std::string_view text);

}  // namespace skitter::cli
