// Spaces of URLs without end.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "tests/site/hostile.h"

namespace skitter::site {
namespace {

// The number that ends the path; 0 where none does.
std::uint64_t last_number(std::string_view path) {
  const std::size_t begin = path.find_last_not_of("0123456789") + 1;
  std::uint64_t number = 0;
  (void)std::from_chars(path.data() + begin, path.data() + path.size(), number);
  return number;
}

Answer page(const std::string& title, const std::vector<std::string>& links) {
  std::string body = fmt::format("<title>{}</title><h1>{}</h1>", title, title);
  for (const std::string& link : links) body += fmt::format("<a href=\"{}\">on</a>\n", link);
  return Answer::html(body);
}

Answer calendar(const Request& request) {
  constexpr std::uint64_t kFirstMonth = 24'310;
  const std::uint64_t given = last_number(request.path);
  const std::uint64_t month = given == 0 ? kFirstMonth : given / 100 * 12 + given % 100;
  const auto link = [](std::uint64_t m) {
    return fmt::format("/calendar?month={:04}{:02}", m / 12, m % 12);
  };
  return page(fmt::format("Events of {}-{}", month / 12, month % 12),
              {link(month - 1), link(month + 1)});
}

// A name without a digit, drawn from the name before it.
std::string next_name(std::string_view name) {
  std::uint64_t hash = std::hash<std::string_view>()(name);
  std::string next;
  for (int i = 0; i < 12; ++i, hash /= 20) next += static_cast<char>('a' + hash % 20);
  return next;
}

Answer permutations(const Request&) {
  std::vector<std::string> filters = {"colour=red", "fit=slim", "max=90", "size=m", "sort=new"};
  std::vector<std::string> links;
  do {
    links.push_back(fmt::format("/list?{}", fmt::join(filters, "&")));
  } while (std::next_permutation(filters.begin(), filters.end()));
  return page("All", links);
}

}  // namespace

void add_hostile_spaces(HostileSite& hostile) {
  hostile.add_space({"calendar", "a calendar without end", "ok", "trap"}, calendar);
  hostile.add_space(
      {"numbers", "a page for every number", "ok", "trap"}, [](const Request& request) {
        const std::uint64_t number = last_number(request.path);
        return page(fmt::format("Item {}", number), {fmt::format("/item/{}", number + 1)});
      });
  hostile.add_space({"tokens", "a new hash in every link", "ok", "trap"},
                    [](const Request& request) {
                      const std::size_t hash = std::hash<std::string>()(request.path);
                      return page("Token", {fmt::format("/t/{:016x}{:016x}", hash, ~hash)});
                    });
  hostile.add_space({"sessions", "a new session id in every link", "ok", "trap"},
                    [](const Request& request) {
                      const std::size_t hash = std::hash<std::string>()(request.path);
                      return page("Session", {fmt::format("/a?PHPSESSID={:016x}", hash),
                                              fmt::format("/b?PHPSESSID={:016x}", hash + 1)});
                    });
  hostile.add_space({"path-sessions", "a new ;jsessionid in every link", "ok", "trap"},
                    [](const Request& request) {
                      const std::size_t hash = std::hash<std::string>()(request.path);
                      return page("Session", {fmt::format("/a;jsessionid={:016X}", hash)});
                    });
  hostile.add_space(
      {"soft-404", "the same words at any name, and a link to another", "ok", "trap"},
      [](const Request& request) { return page("Not found", {"/" + next_name(request.path)}); });
  hostile.add_space({"permutations", "the same query in every order", "ok", "trap"}, permutations);
  hostile.add_space({"growing-query", "a query that grows", "ok", "trap"},
                    [](const Request& request) {
                      const bool has_query = request.path.find('?') != std::string::npos;
                      return page("More", {request.path + (has_query ? "&" : "?") + "more=1"});
                    });
  hostile.add_space({"repeated-segments", "a relative link to where it stands", "ok", "trap"},
                    [](const Request&) { return page("Again", {"again/"}); });
  hostile.add_space({"endless-depth", "a directory in every directory", "ok", "trap"},
                    [](const Request& request) {
                      return page("Deeper", {fmt::format("d{:x}x/", request.path.size())});
                    });
  hostile.add_space({"growing-name", "a name that grows", "ok", "trap"},
                    [](const Request& request) {
                      return page("Longer", {request.path + std::string(100, 'x')});
                    });
}

}  // namespace skitter::site
