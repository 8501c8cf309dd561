// skitter-site: generated web sites on loopback, to try a crawler on without a network.

#include <signal.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

#include "tests/site/hostile.h"
#include "tests/site/site.h"

namespace skitter::site {
namespace {

struct Settings {
  SiteOptions site;
  PageOptions pages;
  std::uint64_t delay_ms = 0;
  std::uint64_t jitter_ms = 0;
  std::uint64_t lifetime_ms = 3'600'000;
  std::string robots_file;
  std::string log_file;
  bool print_seeds = false;
  bool is_hostile = false;
  HostileOptions hostile;
  std::uint32_t tarpits = 0;
};

void add_options(CLI::App& app, Settings& settings) {
  const CLI::AsNumberWithUnit duration(std::map<std::string, std::uint64_t>{
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}});
  PageOptions& pages = settings.pages;
  app.add_option("--port", settings.site.port, "Port on 127.0.0.1 and [::1]; 0: one that is free");
  app.add_option("--hosts", pages.hosts, "Host names: h0.localhost, h1.localhost, ...")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--pages-per-host", pages.pages_per_host, "Pages of each host")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  app.add_option("--size", pages.size_bytes, "Bytes of a page, such as 16k")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--links", pages.links, "Links on a page")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  app.add_option("--seed", pages.seed, "Another seed gives other pages")->capture_default_str();
  app.add_option("--redirects", pages.redirect_share,
                 "Share of the pages with a link that is redirected")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--missing", pages.missing_share, "Share of the pages with a link to a 404")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--delay", settings.delay_ms, "Wait before each answer, such as 50ms")
      ->transform(duration);
  app.add_option("--jitter", settings.jitter_ms, "Wait up to this much longer, fixed by the URL")
      ->transform(duration);
  app.add_option("--robots", settings.robots_file, "File served as /robots.txt; else there is none")
      ->check(CLI::ExistingFile);
  app.add_option("--log", settings.log_file, "Write each request to this file at the end");
  app.add_option("--for", settings.lifetime_ms, "Exit after this time, 1h if not given")
      ->transform(duration);
  app.add_flag(
      "--hostile", settings.is_hostile,
      "Misbehave too: print a line for each way, with its URL, what it is, and how it ends");
  app.add_option("--tarpits", settings.tarpits,
                 "Hosts that never answer: tarpit0.localhost, tarpit1.localhost, ...")
      ->check(CLI::Range(0, 100'000));
  app.add_option("--bomb", settings.hostile.bomb_bytes, "What bombs decode to, such as 64M")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_flag("--print-seeds", settings.print_seeds, "Print the first URL of each host");
}

std::string read_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

SiteOptions site_options(const Settings& settings) {
  SiteOptions options = settings.site;
  options.log = settings.log_file.empty() ? LogKind::None : LogKind::Requests;
  options.pages = settings.pages;
  options.pages->delay = milliseconds(settings.delay_ms);
  options.pages->jitter = milliseconds(settings.jitter_ms);
  if (!settings.robots_file.empty()) options.pages->robots_txt = read_file(settings.robots_file);
  return options;
}

void write_log(const std::string& name, const Site& site) {
  std::ofstream file(name, std::ios::binary);
  write_tsv(file, site.log());
  if (!file.flush()) throw std::runtime_error("cannot write the log to " + name);
}

// Blocks both signals first, so that they reach this thread whenever they come.
void run(const Settings& settings) {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  (void)pthread_sigmask(SIG_BLOCK, &stops, nullptr);

  Site site(site_options(settings));
  std::cout << "listening on 127.0.0.1:" << site.port() << '\n';
  if (settings.print_seeds) {
    for (const std::string& url : site.seeds()) std::cout << url << '\n';
  }
  Answer never = Answer::plain(200, "");
  never.delay = milliseconds(settings.lifetime_ms);
  for (std::uint32_t i = 0; i < settings.tarpits; ++i) {
    const std::string host = "tarpit" + std::to_string(i) + ".localhost";
    site.route(host, "/*", never);
    if (settings.print_seeds) std::cout << site.url(host) << '\n';
  }
  if (settings.is_hostile) {
    for (const Behaviour& behaviour : add_hostile(site, settings.hostile)) {
      std::cout << site.url(hostile_host(behaviour)) << '\t' << behaviour.what << '\t'
                << behaviour.outcomes << '\n';
    }
  }
  std::cout.flush();

  const timespec lifetime{.tv_sec = static_cast<std::time_t>(settings.lifetime_ms / 1000),
                          .tv_nsec = static_cast<long>(settings.lifetime_ms % 1000) * 1'000'000};
  (void)sigtimedwait(&stops, nullptr, &lifetime);  // signal or end of the time: both are the end
  if (!settings.log_file.empty()) write_log(settings.log_file, site);
}

}  // namespace
}  // namespace skitter::site

int main(int argc, char** argv) {
  CLI::App app("Generated web sites on loopback, to try a crawler on.", "skitter-site");
  skitter::site::Settings settings;
  skitter::site::add_options(app, settings);
  CLI11_PARSE(app, argc, argv);
  try {
    skitter::site::run(settings);
  } catch (const std::exception& error) {
    std::cerr << "skitter-site: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
