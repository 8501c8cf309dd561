#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/site/site.h"

namespace skitter::site {

// One way to misbehave, on a host of its own: http://NAME.bad.localhost:PORT/.
struct Behaviour {
  std::string name;
  std::string what;      // in a few words, for a table
  std::string outcomes;  // that its first page may end in; more than one parted by '|'
  std::string inside;    // an outcome that some URL behind the first page must have; empty: none
};

struct HostileOptions {
  std::size_t bomb_bytes = 64u << 20;  // what a bomb decodes to
  std::size_t document_bytes = 2u << 20;
};

// Gives the site all of them. The outcomes hold for a crawl of every first page, with `--scope any
// --retries 0 --max-body 8M` and timeouts of seconds.
[[nodiscard]] std::vector<Behaviour> add_hostile(Site& site, const HostileOptions& options);
[[nodiscard]] std::string hostile_host(const Behaviour& behaviour);

// The parts, by what is attacked.
class HostileSite;
void add_hostile_transfers(HostileSite& hostile);
void add_hostile_bodies(HostileSite& hostile);
void add_hostile_redirects(HostileSite& hostile);
void add_hostile_documents(HostileSite& hostile);
void add_hostile_spaces(HostileSite& hostile);

// What the parts are put together with.
class HostileSite {
 public:
  HostileSite(Site& site, const HostileOptions& options) : site_(site), options_(options) {}

  // Its first page is `answer`.
  void add(Behaviour behaviour, Answer answer);
  // The first page is a harmless one, and `path` of the same host (which may end in '*') answers.
  void add_at(Behaviour behaviour, std::string_view path, Handler handler);
  // All of the host is answered by `handler`.
  void add_space(Behaviour behaviour, Handler handler);

  [[nodiscard]] const HostileOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::vector<Behaviour> take() { return std::move(behaviours_); }

 private:
  Site& site_;
  HostileOptions options_;
  std::vector<Behaviour> behaviours_;
};

// Answers that the parts share.
[[nodiscard]] Answer raw_answer(std::string bytes);
[[nodiscard]] Answer html_with(Headers headers, std::string body);

}  // namespace skitter::site
