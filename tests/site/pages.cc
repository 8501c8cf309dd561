#include "tests/site/pages.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace skitter::site {
namespace {

constexpr std::size_t kParagraphs = 64;
constexpr std::uint32_t kOtherHostLinks = 2;  // links to other hosts on a page

// What a hash is for; cross links use kCross + n.
enum Salt : std::uint64_t {
  kRedirect = 1,
  kMissing,
  kTarget,
  kOther,
  kJitter,
  kText,
  kCross = 1000
};

// The finaliser of splitmix64: spreads nearby numbers all over.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

bool is_below_share(std::uint64_t hash, double share) {
  return static_cast<double>(hash >> 11) * 0x1p-53 < share;
}

std::string make_paragraph(std::uint64_t seed, std::size_t number) {
  static constexpr std::string_view kWords[] = {
      "spider",  "thread", "garden", "silent", "weaves", "between", "branches", "morning",
      "dew",     "hangs",  "along",  "every",  "line",   "and",     "the",      "of",
      "a",       "under",  "light",  "slowly", "waits",  "for",     "small",    "wings",
      "without", "haste",  "circle", "anchor", "holds",  "wind",    "turns",    "again",
      "toward",  "corner", "centre", "which",  "keeps",  "its",     "pattern",  "whole"};
  const std::size_t length = 300 + mix(seed * 31 + number) % 400;
  std::string text;
  for (std::uint64_t i = 0; text.size() < length; ++i) {
    if (!text.empty()) text += ' ';
    text += kWords[mix(seed ^ (number << 32) ^ i) % std::size(kWords)];
  }
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text + '.';
}

void append_decimal(std::string& out, std::uint64_t number) {
  char digits[24];
  out.append(digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr);
}

std::string numbered(std::string_view before, std::uint64_t number, std::string_view after) {
  std::string out(before);
  append_decimal(out, number);
  out += after;
  return out;
}

std::optional<std::uint32_t> number_within(std::string_view text, std::string_view before,
                                           std::string_view after) {
  if (text.size() <= before.size() + after.size() || !text.starts_with(before) ||
      !text.ends_with(after)) {
    return std::nullopt;
  }
  text = text.substr(before.size(), text.size() - before.size() - after.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Pages::Pages(PageOptions options, std::uint16_t port)
    : options_(std::move(options)), port_suffix_(numbered(":", port, "")) {
  options_.hosts = std::max(options_.hosts, 1u);
  options_.pages_per_host = std::max(options_.pages_per_host, 1u);
  for (std::size_t i = 0; i < kParagraphs; ++i)
    paragraphs_.push_back(make_paragraph(options_.seed, i));
}

std::uint64_t Pages::hash(std::uint32_t host, std::uint32_t page, std::uint64_t salt) const {
  return mix(mix(options_.seed ^ salt << 40) ^ (std::uint64_t{host} << 32 | page));
}

bool Pages::has_redirect(std::uint32_t host, std::uint32_t page) const {
  return is_below_share(hash(host, page, kRedirect), options_.redirect_share);
}

bool Pages::has_missing(std::uint32_t host, std::uint32_t page) const {
  return is_below_share(hash(host, page, kMissing), options_.missing_share);
}

Pages::Link Pages::cross_link(std::uint32_t host, std::uint32_t page, std::uint64_t salt) const {
  using Kind = Link::Kind;
  static constexpr Kind kForms[] = {Kind::Page,    Kind::RelativePage, Kind::Page,
                                    Kind::Section, Kind::Page,         Kind::AbsolutePage};
  const std::uint64_t random = hash(host, page, kCross + salt);
  const auto target = static_cast<std::uint32_t>((random >> 8) % options_.pages_per_host);
  return {kForms[random % std::size(kForms)], host, target};
}

std::vector<Pages::Link> Pages::links_of(std::uint32_t host, std::uint32_t page) const {
  using Kind = Link::Kind;
  std::vector<Link> links;
  links.reserve(options_.links + 16);
  links.push_back({Kind::Home, host, 0});
  const std::uint64_t branching = std::clamp(options_.links / 4, 1u, 8u);
  const std::uint64_t first = page * branching + 1;
  for (std::uint64_t i = first; i < first + branching && i < options_.pages_per_host; ++i) {
    links.push_back({Kind::Page, host, static_cast<std::uint32_t>(i)});
  }
  if (has_redirect(host, page)) links.push_back({Kind::Redirect, host, page});
  if (has_missing(host, page)) links.push_back({Kind::Missing, host, page});
  for (std::uint32_t i = 0; i < kOtherHostLinks && options_.hosts > 1; ++i) {
    const std::uint64_t random = hash(host, page, kOther + (std::uint64_t{i} << 20));
    const auto other =
        static_cast<std::uint32_t>((host + 1 + random % (options_.hosts - 1)) % options_.hosts);
    links.push_back({Kind::AbsolutePage, other,
                     static_cast<std::uint32_t>((random >> 32) % options_.pages_per_host)});
  }
  for (std::uint64_t i = 0; links.size() < options_.links; ++i)
    links.push_back(cross_link(host, page, i));
  return links;
}

void Pages::append_href(std::string& out, const Link& link) const {
  switch (link.kind) {
    case Link::Kind::Home:
      out += '/';
      return;
    case Link::Kind::RelativePage:  // right from / and from /p/
      if (link.page == 0) {
        out += "../";
        return;
      }
      out += "../p/";
      break;
    case Link::Kind::Redirect:
      out += "/r/";
      break;
    case Link::Kind::Missing:
      out += "/missing/";
      break;
    case Link::Kind::AbsolutePage:
      out += "http://h";
      append_decimal(out, link.host);
      out.append(".localhost").append(port_suffix_);
      if (link.page == 0) {
        out += '/';
        return;
      }
      out += "/p/";
      break;
    case Link::Kind::Page:
    case Link::Kind::Section:
      if (link.page == 0) {
        out += '/';
        return;
      }
      out += "/p/";
      break;
  }
  append_decimal(out, link.page);
  out += link.kind == Link::Kind::Section ? ".html#more" : ".html";
}

void Pages::append_anchor(std::string& out, const Link& link) const {
  if (link.kind == Link::Kind::Home) {
    out += "Home";
    return;
  }
  out += "Article ";
  append_decimal(out, link.page);
}

std::string Pages::render(std::uint32_t host, std::uint32_t page) const {
  const std::vector<Link> links = links_of(host, page);
  std::string out;
  out.reserve(std::max(options_.size_bytes, links.size() * 96) + 1024);
  const auto append_link = [&](const Link& link) {
    out += "<a href=\"";
    append_href(out, link);
    out += "\">";
    append_anchor(out, link);
    out += "</a>";
  };
  const std::string title = numbered("Article ", page, numbered(" of host ", host, ""));
  out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>")
      .append(title)
      .append("</title>\n<meta name=\"description\" content=\"")
      .append(title)
      .append(", a page made for practice.\">\n<link rel=\"canonical\" href=\"");
  append_href(out, {page == 0 ? Link::Kind::Home : Link::Kind::Page, host, page});
  out.append("\">\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n<nav>\n");
  const std::size_t in_nav = std::min<std::size_t>(links.size(), 6);
  for (std::size_t i = 0; i < in_nav; ++i) append_link(links[i]);
  out.append("\n</nav>\n<main>\n<h1>").append(title).append("</h1>\n<ul>\n");
  for (std::size_t i = in_nav; i < links.size(); ++i) {
    out += "<li>";
    append_link(links[i]);
    out += "</li>\n";
  }
  out.append("</ul>\n<h2 id=\"more\">More</h2>\n<p><img src=\"/img/")
      .append(numbered("", page, ".png\" alt=\"\"></p>\n"));
  static constexpr std::string_view kEnd =
      "</main>\n<footer><p>Generated for the test site.</p></footer>\n</body>\n</html>\n";
  static constexpr std::string_view kOpen = "<p>";
  static constexpr std::string_view kShut = "</p>\n";
  constexpr std::size_t kTags = kOpen.size() + kShut.size();
  for (std::uint64_t i = hash(host, page, kText);; ++i) {
    if (out.size() + kEnd.size() + kTags >= options_.size_bytes) break;
    const std::size_t room = options_.size_bytes - out.size() - kEnd.size() - kTags;
    out.append(kOpen).append(paragraphs_[i % kParagraphs], 0, room).append(kShut);
  }
  out += kEnd;
  return out;
}

Answer Pages::answer_undelayed(std::uint32_t host, std::string_view path) const {
  path = path.substr(0, path.find('?'));
  if (path == "/") return Answer::html(render(host, 0));
  const std::uint32_t count = options_.pages_per_host;
  if (const auto page = number_within(path, "/p/", ".html"); page && *page > 0 && *page < count) {
    return Answer::html(render(host, *page));
  }
  if (const auto page = number_within(path, "/r/", ".html"); page && has_redirect(host, *page)) {
    const auto target = static_cast<std::uint32_t>(hash(host, *page, kTarget) % count);
    return Answer::redirect(target == 0 ? "/" : numbered("/p/", target, ".html"), 301);
  }
  if (path == "/robots.txt" && !options_.robots_txt.empty()) {
    return Answer::plain(200, options_.robots_txt);
  }
  Answer answer = Answer::html("<!DOCTYPE html><title>Not found</title><p>There is no such page.");
  answer.status = 404;
  return answer;
}

Answer Pages::answer(std::string_view host, std::string_view path) const {
  const auto number = number_within(host, "h", ".localhost");
  const std::uint32_t known = number && *number < options_.hosts ? *number : 0;
  Answer answer = answer_undelayed(known, path);
  answer.delay = options_.delay;
  if (options_.jitter.count() > 0) {
    const std::uint64_t random =
        hash(known, static_cast<std::uint32_t>(std::hash<std::string_view>{}(path)), kJitter);
    answer.delay += milliseconds(random % static_cast<std::uint64_t>(options_.jitter.count()));
  }
  return answer;
}

std::vector<std::string> Pages::paths(std::uint32_t host) const {
  std::vector<std::string> paths{"/"};
  for (std::uint32_t i = 0; i < options_.pages_per_host; ++i) {
    if (i > 0) paths.push_back(numbered("/p/", i, ".html"));
    if (has_redirect(host, i)) paths.push_back(numbered("/r/", i, ".html"));
    if (has_missing(host, i)) paths.push_back(numbered("/missing/", i, ".html"));
  }
  return paths;
}

std::vector<std::string> Pages::links(std::uint32_t host, std::uint32_t page) const {
  std::vector<std::string> hrefs;
  for (const Link& link : links_of(host, page)) append_href(hrefs.emplace_back(), link);
  return hrefs;
}

}  // namespace skitter::site
