#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/options.h"
#include "parser/url.h"
#include "storage/outcome.h"

namespace skitter::crawler {

using storage::Outcome;

// Whether a URL may be asked for, and by which rule not.
struct Decision {
  Outcome outcome = Outcome::Queued;
  std::string detail;
};

// The rules that look at the URL alone, so that it does not matter where and when it was found:
// scheme, scope,
// --include and --exclude, traps, the address that an IP in it names. Depth and robots are judged
// elsewhere.
//
// Thread:  loop.
// Errors:  the constructor throws OptionsError for a bad regular expression.
class Admission {
 public:
  explicit Admission(const Options& options);
  Admission(Admission&&) noexcept;
  Admission& operator=(Admission&&) noexcept;
  ~Admission();

  // Seeds make the scope, and name the hosts whose private addresses are allowed.
  void add_seed(const parser::Url& url);

  [[nodiscard]] Decision decide(const parser::Url& url) const;

  // May this host (as in `urls.host`) be asked at private addresses?
  [[nodiscard]] bool allows_private(std::string_view host) const;
  // The user's header lines that this URL may be sent.
  [[nodiscard]] std::vector<std::string> headers_for(const parser::Url& url) const;

 private:
  struct Rules;
  std::unique_ptr<Rules> rules_;
};

// A URL's host as it is stored: the name, and the port where it is not the scheme's own.
[[nodiscard]] inline std::string_view host_name(const parser::Url& url) noexcept {
  return url.host();
}

}  // namespace skitter::crawler
