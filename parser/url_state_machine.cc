#include <algorithm>
#include <array>
#include <iterator>

#include "parser/charset_encode.h"
#include "parser/url_ascii.h"
#include "parser/url_encode.h"
#include "parser/url_internal.h"

namespace skitter::parser {
namespace {

struct SpecialScheme {
  std::string_view name;
  SchemeKind kind;
  std::uint16_t port;
};
constexpr std::array<SpecialScheme, 6> kSpecialSchemes = {{
    {"http", SchemeKind::Http, 80},
    {"https", SchemeKind::Https, 443},
    {"ws", SchemeKind::Ws, 80},
    {"wss", SchemeKind::Wss, 443},
    {"ftp", SchemeKind::Ftp, 21},
    {"file", SchemeKind::File, 0},
}};

SchemeKind kind_of(std::string_view scheme) noexcept {
  for (const auto& special : kSpecialSchemes) {
    if (special.name == scheme) return special.kind;
  }
  return SchemeKind::NotSpecial;
}

bool is_drive_letter(std::string_view text) noexcept {
  return text.size() == 2 && is_alpha(text[0]) && (text[1] == ':' || text[1] == '|');
}

bool starts_with_drive_letter(std::string_view text) noexcept {
  return is_drive_letter(text.substr(0, 2)) &&
         (text.size() == 2 || std::string_view("/\\?#").find(text[2]) != std::string_view::npos);
}

// The number of dots that a segment is, as '.' or as %2e; 0 for any other segment.
int dots(std::string_view segment) noexcept {
  int count = 0;
  while (!segment.empty()) {
    if (segment[0] == '.') {
      segment.remove_prefix(1);
    } else if (segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' &&
               to_lower(segment[2]) == 'e') {
      segment.remove_prefix(3);
    } else {
      return 0;
    }
    if (++count > 2) return 0;
  }
  return count;
}

// The basic URL parser (§4.4) without state overrides. A serialised URL has its parts in the order
// in which the states find them, so each state appends to the href and notes the offset; a state
// that looks ahead for its end takes the place of the standard's buffer. (The whole machine is one
// class, and longer than most, because the standard's states lean on each other.)
//
//   scheme ──┬─ file ──────────────────────┬─ file host ─┐
//            ├─ relative ── relative slash ┼─ authority ─┼─ path start ─ path ─ query ─ fragment
//            ├─ special authority slashes ─┘             │
//            └─ opaque path ─────────────────────────────┴──────────────── query ─ fragment
//
// Borrows: input and base, for the time of run().
class StateMachine {
 public:
  StateMachine(std::string_view input, const Url* base, std::string_view encoding)
      : rest_(input), base_(base), encoding_(encoding) {}

  std::optional<Url> run() {
    out_.reserve(rest_.size() + (base_ == nullptr ? 0 : base_->href().size()) + 8);
    if (!scheme()) return std::nullopt;
    separate_path_from_missing_host();
    return std::move(url_);
  }

 private:
  bool is_special() const noexcept { return at_.kind != SchemeKind::NotSpecial; }
  bool is_file() const noexcept { return at_.kind == SchemeKind::File; }
  bool is_slash(char c) const noexcept { return c == '/' || (c == '\\' && is_special()); }
  bool at_slash(std::size_t i = 0) const noexcept { return i < rest_.size() && is_slash(rest_[i]); }
  const UrlParts& base_at() const noexcept { return UrlAccess::at(*base_); }

  // scheme start state, scheme state, no scheme state
  bool scheme() {
    std::size_t end = 0;
    if (!rest_.empty() && is_alpha(rest_[0])) {
      const auto belongs = [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; };
      while (end < rest_.size() && belongs(rest_[end])) ++end;
    }
    if (end > 0 && end < rest_.size() && rest_[end] == ':') {
      for (const char c : rest_.substr(0, end)) out_ += to_lower(c);
      at_.kind = kind_of(out_);
      out_ += ':';
      no_host();
      rest_.remove_prefix(end + 1);
      return after_scheme();
    }
    if (base_ == nullptr) return false;
    if (base_at().opaque_path) {
      if (!rest_.starts_with('#')) return false;
      copy_base(base_at().hash_begin);
      tail();
      return true;
    }
    at_.kind = base_at().kind;
    return is_file() ? file() : relative();
  }

  bool after_scheme() {
    const bool same_as_base = base_ != nullptr && base_->protocol() == out_;
    if (is_file()) {
      if (!same_as_base) base_ = nullptr;
      return file();
    }
    if (is_special()) {
      const bool is_relative = same_as_base && !rest_.starts_with("//");
      return is_relative ? relative() : special_authority();
    }
    if (rest_.starts_with("//")) {
      rest_.remove_prefix(2);
      return authority();
    }
    if (rest_.starts_with("/")) {
      path_start();
      return true;
    }
    opaque_path();
    return true;
  }

  bool special_authority() {  // special authority slashes state, ... ignore slashes state
    while (at_slash()) rest_.remove_prefix(1);
    return authority();
  }

  // relative state, relative slash state
  bool relative() {
    if (at_slash() && at_slash(1)) {
      out_ = base_->protocol();  // in its place already, unless the input had no scheme
      no_host();
      if (is_special()) return special_authority();
      rest_.remove_prefix(2);
      return authority();
    }
    if (at_slash()) {
      copy_base(base_at().path_begin);
      path_start();
    } else {
      relative_to_path();
    }
    return true;
  }

  // What relative and file references share: the base up to its path, its query or its fragment.
  void relative_to_path() {
    if (rest_.empty() || rest_[0] == '#') {
      copy_base(base_at().hash_begin);
      tail();
    } else if (rest_[0] == '?') {
      copy_base(base_at().search_begin);
      tail();
    } else if (is_file() && starts_with_drive_letter(rest_)) {
      copy_base(base_at().path_begin);
      path();
    } else {
      copy_base(base_at().search_begin);
      shorten_path();
      path();
    }
  }

  // file state, file slash state
  bool file() {
    const bool has_base = base_ != nullptr;
    if (at_slash() && at_slash(1)) {
      begin_file();
      rest_.remove_prefix(2);
      return file_host();
    }
    if (at_slash()) {
      rest_.remove_prefix(1);
      if (has_base) {
        copy_base(base_at().path_begin);
        keep_drive_of_base();
      } else {
        begin_file();
      }
      path();
    } else if (has_base) {
      relative_to_path();
    } else {
      begin_file();
      path();
    }
    return true;
  }

  void begin_file() {
    out_ = "file:";
    no_host();
    begin_host();
    end_host();
  }

  void keep_drive_of_base() {
    const std::string_view drive = base_->pathname().substr(0, 3);  // "/C:"
    const bool has_drive = drive.size() == 3 && is_drive_letter(drive.substr(1)) &&
                           drive[2] == ':' &&
                           (base_->pathname().size() == 3 || base_->pathname()[3] == '/');
    if (has_drive && !starts_with_drive_letter(rest_)) out_ += drive;
  }

  bool file_host() {
    const std::size_t end = std::min(rest_.find_first_of("/\\?#"), rest_.size());
    const std::string_view host = rest_.substr(0, end);
    if (is_drive_letter(host)) {  // no host but the first segment of the path
      path();
      return true;
    }
    rest_.remove_prefix(end);
    if (!host.empty()) {
      if (!append_host(out_, host, HostRules::Domain)) return false;
      if (std::string_view(out_).substr(at_.host_begin) == "localhost") out_.resize(at_.host_begin);
      end_host();
    }
    path_start();
    return true;
  }

  // authority state, host state, port state
  bool authority() {
    begin_host();
    const std::size_t end =
        std::min(rest_.find_first_of(is_special() ? "/\\?#" : "/?#"), rest_.size());
    std::string_view host = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (const std::size_t sign = host.rfind('@'); sign != std::string_view::npos) {
      credentials(host.substr(0, sign));
      host.remove_prefix(sign + 1);
      if (host.empty()) return false;
    }
    std::optional<std::string_view> port;
    if (const std::size_t colon = port_colon(host); colon != std::string_view::npos) {
      if (colon == 0) return false;
      port = host.substr(colon + 1);
      host = host.substr(0, colon);
    }
    if (host.empty() && is_special()) return false;
    if (!append_host(out_, host, is_special() ? HostRules::Domain : HostRules::Opaque)) {
      return false;
    }
    at_.host_end = offset(out_.size());
    if (port && !append_port(*port)) return false;
    at_.path_begin = offset(out_.size());
    path_start();
    return true;
  }

  void credentials(std::string_view userinfo) {
    const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
    append_encoded(out_, userinfo.substr(0, colon), EncodeSet::Userinfo);
    at_.user_end = offset(out_.size());
    if (const auto password = userinfo.substr(colon); password.size() > 1) {
      out_ += ':';
      append_encoded(out_, password.substr(1), EncodeSet::Userinfo);
    }
    if (out_.size() > at_.user_begin) out_ += '@';
    at_.host_begin = offset(out_.size());
  }

  // The colon before a port; those inside brackets belong to an IPv6 address.
  static std::size_t port_colon(std::string_view host) noexcept {
    bool inside_brackets = false;
    for (std::size_t i = 0; i < host.size(); ++i) {
      if (host[i] == '[') inside_brackets = true;
      if (host[i] == ']') inside_brackets = false;
      if (host[i] == ':' && !inside_brackets) return i;
    }
    return std::string_view::npos;
  }

  bool append_port(std::string_view digits) {
    unsigned value = 0;
    for (const char digit : digits) {
      if (!is_digit(digit)) return false;
      value = value * 10 + static_cast<unsigned>(digit - '0');
      if (value > 0xffff) return false;
    }
    const bool is_default = is_special() && value == default_port(at_.kind);
    if (digits.empty() || is_default) return true;
    out_ += ':';
    out_ += std::to_string(value);
    return true;
  }

  void path_start() {
    if (at_slash()) {
      rest_.remove_prefix(1);
      path();
    } else if (is_special()) {
      path();
    } else {
      tail();  // a host and nothing behind it: the path of a non-special URL may be empty
    }
  }

  // The path state, from the begin of a segment.
  void path() {
    const std::size_t end = std::min(rest_.find_first_of("?#"), rest_.size());
    const std::string_view slashes = is_special() ? "/\\" : "/";
    std::string_view segments = rest_.substr(0, end);
    for (;;) {
      const std::size_t slash = segments.find_first_of(slashes);
      const bool is_last = slash == std::string_view::npos;
      add_segment(segments.substr(0, slash), is_last);
      if (is_last) break;
      segments.remove_prefix(slash + 1);
    }
    rest_.remove_prefix(end);
    tail();
  }

  void add_segment(std::string_view segment, bool is_last) {
    const int dot_count = dots(segment);
    if (dot_count == 2) shorten_path();
    if (dot_count != 0) {
      if (is_last) out_ += '/';
      return;
    }
    const bool is_first = out_.size() == at_.path_begin;
    out_ += '/';
    if (is_file() && is_first && is_drive_letter(segment)) {
      out_ += segment[0];
      out_ += ':';
    } else {
      append_encoded(out_, segment, EncodeSet::Path);
    }
  }

  // §4.1: removes the last segment, unless it is the drive letter of a file.
  void shorten_path() {
    const std::string_view whole = std::string_view(out_).substr(at_.path_begin);
    if (whole.empty()) return;
    const bool is_drive =
        is_file() && whole.size() == 3 && is_drive_letter(whole.substr(1)) && whole[2] == ':';
    if (!is_drive) out_.resize(at_.path_begin + whole.rfind('/'));
  }

  void opaque_path() {
    at_.opaque_path = true;
    const std::size_t end = std::min(rest_.find_first_of("?#"), rest_.size());
    std::string_view text = rest_.substr(0, end);
    // A space before '?' or '#' would be lost when they are cut off and the rest parsed again.
    const bool ends_in_space = text.ends_with(' ');
    if (ends_in_space) text.remove_suffix(1);
    append_encoded(out_, text, EncodeSet::C0Control);
    if (ends_in_space) out_ += "%20";
    rest_.remove_prefix(end);
    tail();
  }

  void query(std::string_view text) {
    const bool is_utf8 = !is_special() || at_.kind == SchemeKind::Ws || at_.kind == SchemeKind::Wss;
    const EncodeSet set = is_special() ? EncodeSet::SpecialQuery : EncodeSet::Query;
    if (is_utf8 || is_encoded_as_utf8(encoding_)) return append_encoded(out_, text, set);
    append_encoded(out_, from_utf8(text, encoding_), set);
  }

  // query state, fragment state
  void tail() {
    const std::size_t hash = std::min(rest_.find('#'), rest_.size());
    if (rest_.starts_with('?')) {
      at_.search_begin = offset(out_.size());
      out_ += '?';
      query(rest_.substr(1, hash - 1));
      at_.hash_begin = offset(out_.size());
    } else {
      at_.hash_begin = offset(out_.size());
      if (!has_base_query_) at_.search_begin = at_.hash_begin;
    }
    if (hash < rest_.size()) {
      out_ += '#';
      append_encoded(out_, rest_.substr(hash + 1), EncodeSet::Fragment);
    }
  }

  // Takes the base's href up to `end`, and the places of the parts in it. A "/." that kept a path
  // from being read as a host is left out: whether it is needed is decided at the end.
  void copy_base(std::size_t end) {
    const std::string_view href = base_->href();
    at_ = base_at();
    has_base_query_ = end > at_.search_begin;
    const bool has_host = at_.host_begin != at_.protocol_end;
    if (has_host || at_.opaque_path) {
      out_ = href.substr(0, end);
      return;
    }
    const std::uint32_t skipped = at_.path_begin - at_.protocol_end;
    out_ = href.substr(0, at_.protocol_end);
    out_ += href.substr(at_.path_begin, end - at_.path_begin);
    at_.path_begin -= skipped;
    at_.search_begin -= skipped;
    at_.hash_begin -= skipped;
  }

  void separate_path_from_missing_host() {
    const bool has_host = at_.host_begin != at_.protocol_end;
    if (has_host || at_.opaque_path || !url_.pathname().starts_with("//")) return;
    out_.insert(at_.path_begin, "/.");
    at_.path_begin += 2;
    at_.search_begin += 2;
    at_.hash_begin += 2;
  }

  void no_host() {
    at_.protocol_end = offset(out_.size());
    at_.user_begin = at_.user_end = at_.protocol_end;
    at_.host_begin = at_.host_end = at_.path_begin = at_.protocol_end;
  }

  void begin_host() {
    out_ += "//";
    at_.user_begin = at_.user_end = at_.host_begin = offset(out_.size());
  }

  void end_host() { at_.host_end = at_.path_begin = offset(out_.size()); }

  Url url_;
  std::string& out_ = UrlAccess::href(url_);
  UrlParts& at_ = UrlAccess::at(url_);
  std::string_view rest_;
  const Url* base_;
  std::string_view encoding_;
  bool has_base_query_ = false;
};

bool is_tab_or_newline(char c) noexcept {
  return c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::uint16_t default_port(SchemeKind kind) noexcept {
  for (const auto& special : kSpecialSchemes) {
    if (special.kind == kind) return special.port;
  }
  return 0;
}

std::optional<Url> parse_url_by_standard(std::string_view input, const Url* base,
                                         std::string_view encoding) {
  std::string cleaned;  // stays without memory of its own for most inputs
  if (std::any_of(input.begin(), input.end(), is_tab_or_newline)) {
    std::remove_copy_if(input.begin(), input.end(), std::back_inserter(cleaned), is_tab_or_newline);
    input = cleaned;
  }
  if (!is_ascii(input)) {
    cleaned = to_valid_utf8(input);
    input = cleaned;
  }
  return StateMachine(input, base, encoding).run();
}

}  // namespace skitter::parser
