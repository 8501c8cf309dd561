// Documents that are absurd, and what stands beside pages: robots.txt and sitemaps.
#include <string>
#include <utility>

#include "tests/site/hostile.h"

namespace skitter::site {
namespace {

using std::string_literals::operator""s;

// As often as the text fits into so many bytes.
std::string filled(std::string_view text, std::size_t bytes) {
  std::string all;
  all.reserve(bytes);
  while (all.size() + text.size() <= bytes) all += text;
  return all;
}

Answer xml(std::string body) {
  Answer answer;
  answer.headers = {{"Content-Type", "application/xml"}};
  answer.body = std::move(body);
  return answer;
}

Handler always(Answer answer) {
  return [fixed = std::move(answer)](const Request&) { return fixed; };
}

void add_trees(HostileSite& hostile) {
  const std::size_t size = hostile.options().document_bytes;
  const std::string read = "ok|parse_limit";
  const auto nested = [&](const char* name, const char* what, std::string_view tag) {
    hostile.add({name, what, read, ""}, Answer::html("<title>Deep</title>" + filled(tag, size)));
  };
  nested("deep-div", "div in div", "<div>");
  nested("deep-formatting", "formatting tags in each other", "<b><i><u><a href=/next>");
  nested("deep-table", "tables in tables", "<table><tr><td>");
  nested("deep-list", "lists in lists", "<ul><li>");
  nested("deep-svg", "svg in svg", "<svg><g>");
  nested("deep-math", "foreign content in foreign content", "<math><mi><svg><foreignObject>");
  nested("deep-template", "templates in templates", "<template>");
  nested("deep-select", "selects and options", "<select><option>");
  nested("misnested", "tags that end in the wrong order", "<b><p></b></p><i></b>");
  nested("misplaced", "text in tables, outside of cells", "<table>x<tr>y");
  nested("end-tags", "end tags alone", "</p></br></div>");
  nested("open-comment", "comments that do not end", "<!--");
  nested("open-attribute", "an attribute that does not end", "<a href=\"");
  nested("doctypes", "doctypes", "<!DOCTYPE html>");
  nested("references", "character references", "&NotEqualTilde;&#x110000;&amp");
  nested("nulls", "NUL bytes", std::string_view("\0", 1));
  nested("control-characters", "control characters", "\x01\x02\x7f\x1b[31m");
  nested("not-utf-8", "bytes that are no UTF-8", "\xff\xc0\x80\xed\xa0\x80");
  nested("metas", "meta elements", "<meta name=description content=x>");
  nested("bases", "base elements", "<base href=/deeper/>");
  nested("frames", "frames of the page itself", "<iframe src=/></iframe>");
  nested("scripts", "scripts that do not end", "<script>x<!--<script>");
  nested("json-ld", "JSON-LD in brackets", "<script type=application/ld+json>[[[[[[</script>");
}

void add_tags(HostileSite& hostile) {
  const std::size_t size = hostile.options().document_bytes;
  std::string attributes = "<title>Many</title><p";
  for (int i = 0; i < 100'000; ++i) attributes += " a" + std::to_string(i) + "=x";
  hostile.add({"attributes", "100,000 attributes of one tag", "ok|parse_limit", ""},
              Answer::html(attributes + ">"));
  hostile.add({"long-attribute", "an attribute of megabytes", "ok|parse_limit", ""},
              Answer::html("<a title='" + std::string(size, 'x') + "' href=/next>next</a>"));
  hostile.add({"long-title", "a title of megabytes", "ok|parse_limit", ""},
              Answer::html("<title>" + std::string(size, 't')));
  hostile.add({"long-tag", "a tag name of megabytes", "ok|parse_limit", ""},
              Answer::html("<" + std::string(size, 't')));
  hostile.add({"long-href", "a link of megabytes", "ok|parse_limit", "trap"},
              Answer::html("<a href='/" + std::string(size, 'u') + "'>next</a>"));
  hostile.add(
      {"escapes", "terminal escapes in all that is shown", "ok", ""},
      Answer::html("<title>\x1b]0;owned\x07\x1b[2J \xe2\x80\xae"
                   "desrever</title><h1>\x1b[31m=cmd()</h1><meta name=description "
                   "content='=1+1\r\n@SUM(A1)'><a href='/\x1b[2J'>\x1b[5m\xe2\x80\xae</a>"));
  std::string links = "<title>Links</title>";
  for (int i = 0; i < 20'000; ++i) links += "<a href=/l" + std::to_string(i) + "></a>";
  hostile.add({"link-flood", "20,000 links on a page", "ok", "trap"}, Answer::html(links));
  hostile.add({"hosts-flood", "links to names that do not exist", "ok", "dns_error"},
              Answer::html("<a href=http://a.invalid/></a><a href=http://b.invalid/></a>"));
}

void add_beside(HostileSite& hostile) {
  const std::size_t size = hostile.options().document_bytes;
  Answer late = Answer::plain(200, "");
  late.delay = milliseconds(600'000);
  hostile.add_at({"robots-tarpit", "a robots.txt that never comes", "timeout", ""}, "/robots.txt",
                 always(late));
  hostile.add_at({"robots-reset", "a robots.txt that is reset", "network_error", ""}, "/robots.txt",
                 [](const Request&) {
                   Answer answer = Answer::plain(200, "x");
                   answer.fault = Fault::Reset;
                   return answer;
                 });
  Answer endless = Answer::plain(200, "Disallow: /private\n");
  endless.endless_bytes = 256u << 20;
  hostile.add_at({"robots-endless", "a robots.txt of 256 MiB", "ok", ""}, "/robots.txt",
                 always(endless));
  hostile.add_at({"robots-loop", "a robots.txt that redirects for ever", "ok", ""}, "/robots*",
                 [](const Request& request) { return Answer::redirect(request.path + "x"); });
  hostile.add_at({"robots-binary", "a robots.txt of random bytes", "ok", ""}, "/robots.txt",
                 always(Answer::plain(200, "\xff\xfe\0\x1b[2J\n\0\n"s)));
  hostile.add_at({"robots-delay", "a Crawl-delay of 10^12 s for others", "ok", ""}, "/robots.txt",
                 always(Answer::plain(200, "User-agent: other\nCrawl-delay: 1000000000000\n")));
  hostile.add_at(
      {"robots-stars", "rules of 1,000 stars", "ok", ""}, "/robots.txt",
      always(Answer::plain(200, "User-agent: *\nDisallow: /" + filled("*a", 2'000) + "$\n")));
  hostile.add_at(
      {"laughs", "entities that grow a billion times", "ok", ""}, "/next",
      always(xml("<!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"" + filled("&a;", 30'000) +
                 "\">]><urlset><url><loc>&b;</loc></url>" + "</urlset>")));
  hostile.add_at({"external-entity", "an entity that names a file", "ok", ""}, "/next",
                 always(xml("<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><urlset>"
                            "<url><loc>/&a;</loc></url></urlset>")));
  hostile.add_at({"deep-xml", "XML in XML", "ok", ""}, "/next",
                 always(xml("<urlset>" + filled("<url>", size))));
  hostile.add_at({"sitemap-loop", "a sitemap index that names itself", "ok", ""}, "/next",
                 always(xml("<sitemapindex><sitemap><loc>/next</loc></sitemap></sitemapindex>")));
}

}  // namespace

void add_hostile_documents(HostileSite& hostile) {
  add_trees(hostile);
  add_tags(hostile);
  add_beside(hostile);
}

}  // namespace skitter::site
