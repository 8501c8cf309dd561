#include "tests/site/hostile.h"

#include <utility>

namespace skitter::site {

std::string hostile_host(const Behaviour& behaviour) {
  return behaviour.name + ".bad.localhost";
}

Answer raw_answer(std::string bytes) {
  Answer answer;
  answer.body = std::move(bytes);
  answer.framing = Framing::Raw;
  return answer;
}

Answer html_with(Headers headers, std::string body) {
  Answer answer = Answer::html(std::move(body));
  for (auto& header : headers) answer.headers.push_back(std::move(header));
  return answer;
}

void HostileSite::add(Behaviour behaviour, Answer answer) {
  site_.route(hostile_host(behaviour), "/", std::move(answer));
  behaviours_.push_back(std::move(behaviour));
}

void HostileSite::add_at(Behaviour behaviour, std::string_view path, Handler handler) {
  const std::string host = hostile_host(behaviour);
  site_.route(host, path, std::move(handler));
  site_.route(host, "/", Answer::html("<title>Harmless</title><a href=/next>next</a>"));
  if (path != "/next") site_.route(host, "/next", Answer::html("<title>Next</title>"));
  behaviours_.push_back(std::move(behaviour));
}

void HostileSite::add_space(Behaviour behaviour, Handler handler) {
  const std::string host = hostile_host(behaviour);
  site_.route(host, "/*", std::move(handler));
  site_.route(host, "/robots.txt", Answer::plain(404, ""));
  behaviours_.push_back(std::move(behaviour));
}

std::vector<Behaviour> add_hostile(Site& site, const HostileOptions& options) {
  HostileSite hostile(site, options);
  add_hostile_transfers(hostile);
  add_hostile_bodies(hostile);
  add_hostile_redirects(hostile);
  add_hostile_documents(hostile);
  add_hostile_spaces(hostile);
  return hostile.take();
}

}  // namespace skitter::site
