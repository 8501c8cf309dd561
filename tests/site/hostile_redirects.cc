// Redirects, and other ways to lead a crawler where it should not go.
#include <charconv>
#include <string>
#include <utility>

#include "tests/site/hostile.h"

namespace skitter::site {
namespace {

void add_targets(HostileSite& hostile) {
  struct Target {
    const char* name;
    const char* what;
    const char* location;
    const char* inside;
  };
  constexpr Target kTargets[] = {
      {"to-file", "a redirect to file:", "file:///etc/passwd", "unsupported_scheme"},
      {"to-script", "a redirect to javascript:", "javascript:alert(1)", "unsupported_scheme"},
      {"to-data", "a redirect to data:", "data:text/html,<p>x", "unsupported_scheme"},
      {"to-gopher", "a redirect to gopher:", "gopher://10.0.0.1:25/_HELO", "unsupported_scheme"},
      {"to-ftp", "a redirect to ftp:", "ftp://10.0.0.1/", "unsupported_scheme"},
      {"to-private", "a redirect to 10.0.0.1", "http://10.0.0.1/", "private_address"},
      {"to-metadata", "a redirect to the cloud's metadata", "http://169.254.169.254/latest/",
       "private_address"},
      {"to-decimal", "a redirect to a decimal address", "http://167772162/", "private_address"},
      {"to-octal", "a redirect to an octal address", "http://012.0.0.3/", "private_address"},
      {"to-hex", "a redirect to a hexadecimal address", "http://0xa.4/", "private_address"},
      {"to-mapped", "a redirect to IPv4 in IPv6", "http://[::ffff:10.0.0.6]/", "private_address"},
      {"to-localhost", "a redirect to localhost", "http://localhost:9/", "private_address"},
      {"to-userinfo", "a redirect with another host in its name", "http://example.com@10.0.0.7/",
       "private_address"},
      {"to-fullwidth", "a redirect to an address in wide digits",
       "http://\xef\xbc\x91\xef\xbc\x90.0.0.5/", "private_address"},
  };
  for (const Target& target : kTargets) {
    hostile.add({target.name, target.what, "redirect", target.inside},
                Answer::redirect(target.location));
  }
}

void add_loops(HostileSite& hostile) {
  hostile.add({"to-itself", "a redirect to itself", "redirect", ""}, Answer::redirect("/"));
  hostile.add_space({"endless-redirects", "a redirect to a new URL each time", "redirect", ""},
                    [](const Request& request) {
                      std::uint64_t number = 0;
                      const std::string_view path(request.path);
                      (void)std::from_chars(path.data() + 1, path.data() + path.size(), number);
                      return Answer::redirect("/" + std::to_string(number + 1));
                    });
  hostile.add_space({"redirect-loop", "two URLs that lead to each other", "redirect", ""},
                    [](const Request& request) {
                      return Answer::redirect(request.path == "/" ? "/other" : "/");
                    });
  hostile.add({"refresh-loop", "a page that refreshes itself", "ok", ""},
              html_with({{"Refresh", "0"}}, "<meta http-equiv=refresh content='0;url=/'>"));
  hostile.add({"refresh-script", "a refresh to javascript:", "ok", "unsupported_scheme"},
              html_with({{"Refresh", "0;url=javascript:alert(2)"}}, "<p>x"));
}

void add_locations(HostileSite& hostile) {
  hostile.add({"no-location", "302 without a Location", "http_error", ""},
              raw_answer("HTTP/1.1 302 Found\r\n\r\n"));
  hostile.add({"bad-location", "a Location that is no URL", "http_error", ""},
              Answer::redirect("http://["));
  hostile.add({"long-location", "a Location of 90 kB", "redirect", "trap"},
              Answer::redirect("/" + std::string(90'000, 'a')));
  hostile.add({"location-escapes", "terminal escapes in Location", "redirect", ""},
              Answer::redirect("/\x1b]0;owned\x07\x1b[2J"));
  hostile.add({"location-dots", "a Location that climbs", "redirect", ""},
              Answer::redirect("/../../../../etc/passwd"));
  hostile.add({"two-locations", "two Locations that differ", "redirect", ""},
              raw_answer("HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\n\r\n"));
  hostile.add({"redirect-body", "a redirect with an endless body", "redirect", ""}, [] {
    Answer answer = Answer::redirect("/next");
    answer.body = "<p>again</p>";
    answer.endless_bytes = 256u << 20;
    return answer;
  }());
  hostile.add({"link-header", "a Link field of 100 kB", "ok|too_large", ""},
              html_with({{"Link", "</" + std::string(90'000, 'a') + ">; rel=next"}}, "<p>x"));
}

}  // namespace

void add_hostile_redirects(HostileSite& hostile) {
  add_targets(hostile);
  add_loops(hostile);
  add_locations(hostile);
}

}  // namespace skitter::site
