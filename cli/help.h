#pragma once

#include <functional>  // CLI11 2.1 forgets it in the next header
#include <string>

#include <CLI/FormatterFwd.hpp>

namespace skitter::cli {

// --help as we like it: usage, one line an option with its default in brackets, by group.
class HelpFormatter : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

}  // namespace skitter::cli
