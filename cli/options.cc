#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "cli/units.h"

namespace skitter::cli {
namespace {

constexpr const char* kDurationHint = "is no duration; write 250ms, 2s, 1m or 1h";
constexpr std::chrono::milliseconds kShortestTimeout{1};

std::chrono::milliseconds duration_or_throw(const std::string& given) {
  const auto duration = parse_duration(given);
  if (!duration) throw UsageError(fmt::format("'{}' {}", given, kDurationHint));
  return *duration;
}

void add_timeout(CLI::App& app, const OptionText& text, std::chrono::milliseconds& into) {
  add_value(app, text, "DUR", duration_option(into), [&into](const std::string& given) {
    into = duration_or_throw(given);
    if (into < kShortestTimeout) throw UsageError("must be more than 0");
  });
}

// libcurl has a limit of its own, a little above.
void add_size_up_to(CLI::App& app, const OptionText& text, std::uint64_t most,
                    std::uint64_t& into) {
  add_value(app, text, "SIZE", size_option(into), [&into, most](const std::string& given) {
    const auto size = parse_size(given);
    if (!size) throw UsageError(fmt::format("'{}' is no size; write 64k", given));
    if (*size == 0) throw UsageError("must be more than 0");
    if (*size > most) throw UsageError(fmt::format("must be at most {}", size_option(most)));
    into = *size;
  });
}

// A header field that cannot smuggle a second one in (RFC 9110 §5.1, §5.5).
void check_header(const std::string& line) {
  const std::size_t colon = line.find(':');
  const std::string name = line.substr(0, colon);
  const bool has_name = colon != std::string::npos && !name.empty() &&
                        name.find_first_of(" \t()<>@,;\\\"/[]?={}") == std::string::npos;
  if (!has_name || line.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    throw UsageError(fmt::format("'{}' is no header field; write 'Name: value'", line));
  }
}

// 'Name: value' for the seeds' origins, or 'host: Name: value': a host has a dot or a port, or is
// localhost.
crawler::Header parse_header(const std::string& given) {
  const std::size_t gap = given.find(": ");
  const std::string host = given.substr(0, gap);
  const bool is_host = gap != std::string::npos &&
                       (host == "localhost" || host.find_first_of(".:") != std::string::npos) &&
                       given.find(':', gap + 1) != std::string::npos;
  crawler::Header header{is_host ? host : "", is_host ? given.substr(gap + 2) : given};
  check_header(header.line);
  return header;
}

}  // namespace

CLI::Option* add_flag(CLI::App& app, const OptionText& text, std::function<void()> set) {
  return app.add_flag_callback(text.names, std::move(set), text.about)->group(text.group);
}

CLI::Option* add_value(CLI::App& app, const OptionText& text, const char* type,
                       const std::string& shown_default,
                       std::function<void(const std::string&)> set) {
  const std::string names = text.names;
  const std::string name = names.substr(names.rfind(',') + 1);
  const auto take = [name, set = std::move(set)](const CLI::results_t& given) {
    try {
      for (const std::string& value : given) set(value);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}: {}", name, error.what()));
    }
    return true;
  };
  CLI::Option* const option = app.add_option(names, take, text.about);
  option->type_name(type)->default_str(shown_default)->group(text.group);
  return option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

CLI::Option* add_text(CLI::App& app, const OptionText& text, const char* type, std::string& into) {
  return add_value(app, text, type, into, [&into](const std::string& given) { into = given; });
}

CLI::Option* add_list(CLI::App& app, const OptionText& text, const char* type,
                      std::vector<std::string>& into) {
  CLI::Option* const option =
      add_value(app, text, type, "", [&into](const std::string& given) { into.push_back(given); });
  // Without this CLI11 takes "[a-z]" apart at its brackets.
  return option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
}

CLI::Option* add_duration(CLI::App& app, const OptionText& text, std::chrono::milliseconds& into) {
  return add_value(app, text, "DUR", duration_option(into),
                   [&into](const std::string& given) { into = duration_or_throw(given); });
}

CLI::Option* add_duration(CLI::App& app, const OptionText& text,
                          std::optional<std::chrono::milliseconds>& into) {
  return add_value(app, text, "DUR", "",
                   [&into](const std::string& given) { into = duration_or_throw(given); });
}

CLI::Option* add_size(CLI::App& app, const OptionText& text, std::uint64_t& into) {
  return add_value(app, text, "SIZE", size_option(into), [&into](const std::string& given) {
    const auto size = parse_size(given);
    if (!size) throw UsageError(fmt::format("'{}' is no size; write 64k, 8M or 1G", given));
    if (*size == 0) throw UsageError("must be more than 0");
    into = *size;
  });
}

CLI::Option* add_size_or_none(CLI::App& app, const OptionText& text, std::uint64_t& into) {
  return add_value(app, text, "SIZE", size_option(into), [&into](const std::string& given) {
    const auto size = parse_size(given);
    if (!size) throw UsageError(fmt::format("'{}' is no size; write 64k, 8M or 1G", given));
    into = *size;
  });
}

std::uint64_t parse_count(const std::string& text, const CountRange& range) {
  std::uint64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  const bool is_number = error == std::errc() && rest == end && !text.empty();
  if (!is_number) throw UsageError(fmt::format("'{}' is no whole number", text));
  if (count < range.least) throw UsageError(fmt::format("must be at least {}", range.least));
  if (count > range.most) throw UsageError(fmt::format("must be at most {}", range.most));
  return count;
}

std::string join_words(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, "|"));
}

void add_parse_timeout(CLI::App& app, const char* group, std::chrono::milliseconds& into) {
  add_duration(app, {"--parse-timeout", "For the tree of one page, and for its items", group},
               into);
}

void add_parse_mode(CLI::App& app, const char* group, parser::ParseMode& into) {
  add_choice<parser::ParseMode>(
      app, {"--parse", "Read a page in one pass, or build its tree", group}, kParseModes, into);
}

void add_transfer_options(CLI::App& app, crawler::TransferOptions& options) {
  constexpr const char* kLimits = "Limits of one request";
  constexpr const char* kIdentity = "Requests";
  add_size(app, {"--max-body", "Decoded bytes of one response", kLimits}, options.max_body_bytes);
  add_size_up_to(app, {"--max-header", "Bytes of one response's headers", kLimits},
                 options.max_header_bytes, options.max_header_bytes);
  add_count(app, {"--max-header-lines", "Lines of one response's headers", kLimits}, {1},
            options.max_header_lines);
  add_count(app, {"--max-encodings", "Content-Encodings of one response", kLimits}, {0, 16},
            options.max_encodings);
  add_timeout(app, {"--timeout", "For one request, all in all", kLimits}, options.timeout);
  add_timeout(app, {"--connect-timeout", "For a connection to be made", kLimits},
              options.connect_timeout);
  add_timeout(app, {"--stall-timeout", "Without a byte received", kLimits}, options.stall_timeout);

  add_text(app, {"-A,--user-agent", "Who we say we are (skitter/VERSION)", kIdentity}, "TEXT",
           options.user_agent);
  const auto add_header = [&options](const std::string& given) {
    options.headers.push_back(parse_header(given));
  };
  add_value(app,
            {"-H,--header", "'Name: value' to the seeds' origins, 'host: Name: value' to that host",
             kIdentity},
            "LINE", "", add_header)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  add_text(app, {"-x,--proxy", "http, https or socks5 proxy", kIdentity}, "URL", options.proxy);
  add_flag(app, {"-k,--insecure", "Do not verify TLS certificates", kIdentity},
           [&options] { options.tls = crawler::TlsPolicy::Insecure; });
  add_text(app,
           {"--ca-file,--cacert", "Trust these CA certificates (PEM), not the system's", kIdentity},
           "FILE", options.ca_file);
  add_text(app, {"--dns-servers", "ADDR[:PORT],... not those of /etc/resolv.conf", kIdentity},
           "LIST", options.dns_servers);
  add_flag(app, {"--allow-private", "Private addresses are allowed for every URL", kIdentity},
           [&options] { options.addresses = crawler::AddressPolicy::AllowPrivate; });
}

void add_config_options(CLI::App& app) {
  constexpr const char* kGroup = "Configuration";
  const auto take_name = [](const CLI::results_t&) { return true; };  // read after the parsing
  app.add_option("--config", take_name, "Options from a TOML file; the command line wins")
      ->type_name("FILE")
      ->group(kGroup)
      ->configurable(false);
  app.add_flag_callback(
         "--print-config", [] {}, "Print the options as TOML and do nothing else")
      ->group(kGroup)
      ->configurable(false);
}

}  // namespace skitter::cli
