// skitter url: what our URL parser makes of a URL.
#include "parser/url.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/output.h"

namespace skitter::cli {
namespace {

struct UrlArguments {
  std::string url;
  std::string base;
  bool has_base = false;
};

nlohmann::ordered_json parts_of(const parser::Url& url) {
  return {
      {"href", url.href()},         {"origin", url.origin()},     {"protocol", url.protocol()},
      {"username", url.username()}, {"password", url.password()}, {"host", url.host()},
      {"hostname", url.hostname()}, {"port", url.port()},         {"pathname", url.pathname()},
      {"search", url.search()},     {"hash", url.hash()},
  };
}

Exit run_url(const UrlArguments& given) {
  std::optional<parser::Url> base;
  if (given.has_base) {
    base = parser::parse_url(given.base);
    if (!base) {
      complain(fmt::format("url: the base is no valid URL: {}", given.base));
      return Exit::Internal;
    }
  }
  const auto url = parser::parse_url(given.url, base ? &*base : nullptr);
  if (!url) {
    const bool relative = !base && given.url.find(':') == std::string::npos;
    complain(fmt::format("url: no valid URL: {}{}", given.url,
                         relative ? "; it has no scheme, and no BASE was given" : ""));
    return Exit::Internal;
  }
  Output output(STDOUT_FILENO);
  output.write(to_json(parts_of(*url), JsonLayout::Indented) + "\n");
  output.flush();
  return Exit::Finished;
}

}  // namespace

void add_url(CLI::App& app, Run& run) {
  const auto given = std::make_shared<UrlArguments>();
  CLI::App& url = *app.add_subcommand("url", "A URL taken apart, as JSON");
  url.add_option("URL", given->url, "Any URL; a relative one takes BASE")->required();
  CLI::Option* const base = url.add_option("BASE", given->base, "The URL it is relative to");
  url.callback([given, base, &run] {
    given->has_base = base->count() > 0;
    run = [given] { return run_url(*given); };
  });
}

}  // namespace skitter::cli
