// The formats of skitter export, each read back by a parser that is not its own.
#include <expat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/e2e/crawl_fixture.h"
#include "tests/e2e/stored_crawl.h"
#include "tests/site/site.h"

namespace skitter::e2e {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

// RFC 4180: quotes around a field are optional, within it they are doubled; lines end in CRLF.
std::vector<Words> csv_rows(const std::string& text) {
  std::vector<Words> table;
  Words row;
  std::string field;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted) {
      const bool is_doubled = c == '"' && i + 1 < text.size() && text[i + 1] == '"';
      if (c != '"' || is_doubled) field += c;
      if (is_doubled) ++i;
      if (c == '"' && !is_doubled) is_quoted = false;
    } else if (c == '"') {
      is_quoted = true;
    } else if (c == ',' || c == '\n') {
      row.push_back(std::move(field));
      field.clear();
      if (c == '\n') table.push_back(std::exchange(row, {}));
    } else if (c != '\r') {
      field += c;
    }
  }
  return table;
}

// Elements by name: their attributes and the text of each <data key=...> in them.
struct XmlElement {
  std::string name;
  std::map<std::string, std::string> values;
};

class XmlReader {
 public:
  explicit XmlReader(const std::string& text) : parser_(XML_ParserCreate(nullptr)) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &XmlReader::on_start, [](void* self, const XML_Char*) {
      static_cast<XmlReader*>(self)->key_.clear();  // what follows </data> is layout
    });
    XML_SetCharacterDataHandler(parser_.get(), &XmlReader::on_text);
    const auto status =
        XML_Parse(parser_.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
    EXPECT_EQ(status, XML_STATUS_OK) << XML_ErrorString(XML_GetErrorCode(parser_.get()))
                                     << " at line " << XML_GetCurrentLineNumber(parser_.get());
  }

  [[nodiscard]] std::vector<XmlElement> elements(std::string_view name) const {
    std::vector<XmlElement> found;
    std::copy_if(elements_.begin(), elements_.end(), std::back_inserter(found),
                 [&](const XmlElement& element) { return element.name == name; });
    return found;
  }

 private:
  static void on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
    auto& reader = *static_cast<XmlReader*>(self);
    reader.key_.clear();
    if (std::string_view(name) == "data") {
      reader.key_ = attributes[1];
      return;
    }
    XmlElement element{name, {}};
    for (; *attributes != nullptr; attributes += 2) element.values[attributes[0]] = attributes[1];
    reader.elements_.push_back(std::move(element));
  }
  static void on_text(void* self, const XML_Char* text, int size) {
    auto& reader = *static_cast<XmlReader*>(self);
    if (!reader.key_.empty()) {
      reader.elements_.back().values[reader.key_].append(text, static_cast<std::size_t>(size));
    }
  }

  struct Free {
    void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
  };
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, Free> parser_;
  std::vector<XmlElement> elements_;
  std::string key_;
};

class ExportFormatsTest : public CrawlTest {
 protected:
  ExportFormatsTest() {
    site_.route(kHost, "/",
                Answer::html("<!doctype html><title>One, \"two\"</title><h1>=1+1</h1>"
                             "<p>Words <b>in bold</b>.</p>"
                             "<a href=/two rel=nofollow>-2 &lt;b&gt;</a> <a href=/gone>gone</a>"
                             "<img src=/i.png alt=I>"));
    site_.route(kHost, "/two", Answer::html("<!doctype html><title>Two</title>"));
  }

  void crawl_site() const { ASSERT_EQ(crawl({site_.url(kHost), "--no-robots"}).status, 0); }
  [[nodiscard]] std::string exported(const Words& flags) const {
    Words words = {"export", "crawl.db"};
    words.insert(words.end(), flags.begin(), flags.end());
    const ProgramResult result = skitter(words);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, IsEmpty());
    return result.out;
  }
  void expect_refused(const Words& flags, std::string_view why) const {
    Words words = {"export", "crawl.db"};
    words.insert(words.end(), flags.begin(), flags.end());
    const ProgramResult result = skitter(words);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr(std::string(why)));
    EXPECT_THAT(result.out, IsEmpty());
  }

  Site site_;
};

TEST_F(ExportFormatsTest, CsvHoldsThePages) {
  crawl_site();
  const std::vector<Words> table = csv_rows(exported({"--format", "csv"}));
  ASSERT_EQ(table.size(), 4u);
  EXPECT_EQ(table[0], rows("SELECT name FROM pragma_table_info('pages')"));
  for (const Words& row : table) EXPECT_EQ(row.size(), table[0].size());
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::find(table[0].begin(), table[0].end(), name) -
                                    table[0].begin());
  };
  EXPECT_EQ(table[1][column("title")], "One, \"two\"");
  EXPECT_EQ(table[1][column("h1")], "'=1+1");  // no spreadsheet runs it
  EXPECT_EQ(table[1][column("text")], "'" + rows("SELECT text FROM pages WHERE id = 1")[0]);
  EXPECT_EQ(table[1][column("error")], "");
  EXPECT_EQ(table[1][column("headers")], rows("SELECT headers FROM pages WHERE id = 1")[0]);
}

TEST_F(ExportFormatsTest, ColumnsAndPagesCanBeChosen) {
  crawl_site();
  EXPECT_EQ(csv_rows(exported({"-f", "csv", "--columns", "title,status", "--where",
                               "outcome = 'ok' -- and no other"})),
            (std::vector<Words>{{"title", "status"}, {"One, \"two\"", "200"}, {"Two", "200"}}));
  const json page = json::parse(
      exported({"--columns", "links,markdown,url,body,main_text", "--where", "url LIKE '%/two'"}));
  std::vector<std::string> keys;
  for (const auto& [key, value] : page.items()) keys.push_back(key);
  EXPECT_THAT(keys,
              ::testing::UnorderedElementsAre("links", "markdown", "url", "body", "main_text"));
  EXPECT_EQ(page["body"], "<!doctype html><title>Two</title>");
  EXPECT_EQ(page["links"], json::array());
  const json first = json::parse(exported({"--columns", "markdown", "--where", "id = 1"}));
  EXPECT_THAT(first["markdown"].get<std::string>(), HasSubstr("Words **in bold**."));

  expect_refused({"--columns", "titel"}, "no column 'titel'; did you mean title?");
  expect_refused({"-f", "csv", "--columns", "url,links"}, "links is a list");
  expect_refused({"--where", "nonsense ="}, "--where");
  expect_refused({"--where", "css(body(id), '>>') = 1"}, "--where");
  expect_refused({"-f", "edges", "--where", "id = 1"}, "not for --format edges");
  expect_refused({"-f", "sitemap", "--columns", "url"}, "--columns is for");
  expect_refused({"-f", "xlsx"}, "is none of jsonl|csv|edges|graphml|sitemap|markdown");
}

TEST_F(ExportFormatsTest, EdgesAreTheLinks) {
  crawl_site();
  std::vector<Words> table = csv_rows(exported({"--format", "edges"}));
  EXPECT_THAT(table[0], ElementsAre("Source", "Target", "Kind", "Rel", "Anchor"));
  Words edges;
  for (std::size_t i = 1; i < table.size(); ++i) {
    const std::string& anchor = table[i][4];
    edges.push_back(table[i][0] + "|" + table[i][1] + "|" + table[i][2] + "|" + table[i][3] + "|" +
                    (anchor.starts_with("'") ? anchor.substr(1) : anchor));
  }
  EXPECT_EQ(edges, rows("SELECT source_url, target_url, kind, rel, anchor FROM links"));
  EXPECT_EQ(edges.size(), 3u);
}

TEST_F(ExportFormatsTest, GraphmlHasANodeForEachUrlAndAnEdgeForEachLink) {
  crawl_site();
  const XmlReader reader(exported({"--format", "graphml"}));
  Words nodes;
  std::map<std::string, std::string> url_of;
  for (const XmlElement& node : reader.elements("node")) {
    auto value = [&](const char* key) {
      return node.values.contains(key) ? node.values.at(key) : "NULL";
    };
    nodes.push_back(value("url") + "|" + value("depth") + "|" + value("outcome") + "|" +
                    value("status") + "|" + value("title"));
    url_of[node.values.at("id")] = value("url");
  }
  EXPECT_THAT(nodes,
              ::testing::UnorderedElementsAreArray(
                  rows("SELECT u.url, u.depth, u.outcome, p.status, p.title FROM urls AS u "
                       "LEFT JOIN pages AS p ON p.id = u.id UNION ALL "
                       "SELECT target_url, 1, NULL, NULL, NULL FROM links WHERE kind = 'image'")));
  Words edges;
  for (const XmlElement& edge : reader.elements("edge")) {
    auto value = [&](const char* key) {
      return edge.values.contains(key) ? edge.values.at(key) : "";
    };
    edges.push_back(url_of.at(value("source")) + "|" + url_of.at(value("target")) + "|" +
                    value("kind") + "|" + value("rel") + "|" + value("anchor"));
  }
  EXPECT_EQ(edges, rows("SELECT source_url, target_url, kind, rel, anchor FROM links"));
}

// What a page says must break no format: bytes that are no UTF-8, characters that XML has not, and
// what would end a field.
TEST_F(ExportFormatsTest, HostileTextBreaksNothing) {
  const std::string title =
      "a\xff\x01\x0b\xef\xbf\xbf<b>&\"',\r\n\t]]>\xe2\x80\xae"
      "z";
  store_pages(path(), 1, [&](storage::Record& record) {
    record.page->page.title = title;
    record.page->body = "no zstd frame";
    record.links = {{1, parser::LinkKind::A, title, title}};
    record.items = {{title, 0, "{\"a\": \"\xff\"}"}, {"r", 0, "no JSON"}};
  });
  const json page = json::parse(exported({}));
  EXPECT_EQ(page["title"], "a\ufffd\u0001\u000b\uffff<b>&\"',\r\n\t]]>\u202ez");
  EXPECT_EQ(page["links"][0]["anchor"], page["title"]);
  EXPECT_EQ(page["items"][1]["data"], "no JSON");
  EXPECT_EQ(csv_rows(exported({"-f", "csv", "--columns", "title,id"}))[1].size(), 2u);
  EXPECT_THAT(exported({"-f", "csv", "--columns", "title"}), HasSubstr("\"\"',\r\n"));
  const XmlReader graph(exported({"-f", "graphml"}));
  EXPECT_EQ(graph.elements("node")[0].values.at("title"), "a\ufffd<b>&\"',\r\n\t]]>\u202ez");
  EXPECT_EQ(graph.elements("edge")[0].values.at("anchor"),
            graph.elements("node")[0].values.at("title"));
  EXPECT_EQ(skitter({"export", "crawl.db", "-f", "markdown", "-o", "md"}).status, 3);
  EXPECT_FALSE(std::filesystem::exists(path("md.part")));
}

TEST_F(ExportFormatsTest, ASitemapListsThePagesThatMayBeIndexed) {
  Answer dated = Answer::html("<!doctype html><link rel=canonical href=/dated?a=1&amp;b=2#top>");
  dated.headers.emplace_back("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT");
  Answer hidden = Answer::html("hidden");
  hidden.headers.emplace_back("X-Robots-Tag", "noindex");
  Answer other = Answer::html("for another robot");
  other.headers.emplace_back("X-Robots-Tag", "otherbot: noindex");
  site_.route(kHost, "/all",
              page_with_links({"/dated?a=1&amp;b=2", "/hidden", "/meta", "/none", "/twin", "/text",
                               "/moved", "/gone", "/other"}));
  site_.route(kHost, "/dated", dated);
  site_.route(kHost, "/hidden", hidden);
  site_.route(kHost, "/other", other);
  site_.route(kHost, "/text", Answer::plain(200, "text"));
  site_.route(kHost, "/meta", Answer::html("<meta name=robots content='follow, NoIndex'>"));
  site_.route(kHost, "/none", Answer::html("<meta name=robots content=none>"));
  site_.route(kHost, "/twin", Answer::html("<link rel=canonical href=/all>"));
  site_.route(kHost, "/moved", Answer::redirect("/all"));
  ASSERT_EQ(crawl({site_.url(kHost, "/all"), "--no-robots"}).status, 0);
  EXPECT_EQ(exported({"-f", "sitemap", "-o", "sitemap.xml"}), "");
  EXPECT_EQ(exported({"-f", "sitemap"}), text_of(path("sitemap.xml")));
  EXPECT_FALSE(std::filesystem::exists(path("sitemap-1.xml")));
  const ProgramResult listed = skitter({"sitemap", "sitemap.xml"});
  EXPECT_EQ(listed.status, 0) << listed.err;
  std::map<std::string, json> entries;
  std::istringstream lines(listed.out);
  for (std::string line; std::getline(lines, line);) {
    const json entry = json::parse(line);
    entries[entry["loc"].get<std::string>()] = entry["lastmod"];
  }
  const std::map<std::string, json> want = {
      {site_.url(kHost, "/all"), nullptr},
      {site_.url(kHost, "/dated?a=1&b=2"), "2015-10-21T07:28:00Z"},
      {site_.url(kHost, "/other"), nullptr},
  };
  EXPECT_EQ(entries, want);
}

TEST_F(ExportFormatsTest, ALargeSitemapBecomesAnIndex) {
  store_pages(path(), 1, [](storage::Record&) {});
  {  // the first one, 50,000 times again
    const storage::Database database(path(), storage::Start::Continue,
                                     storage::Durability::Process);
    storage::execute(
        database.connection(),
        "WITH RECURSIVE n(id) AS (VALUES (2) UNION ALL SELECT id + 1 FROM n WHERE id < 50001) "
        "INSERT INTO url SELECT n.id, host, depth, hops, outcome, referrer, detail, "
        "url || '-' || n.id FROM n, url AS first;"
        "INSERT INTO page(id, status, content_type, bytes, fetched_at_ms, elapsed_ms, attempts, "
        "nofollow, link_count) SELECT url.id, status, content_type, bytes, fetched_at_ms, "
        "elapsed_ms, attempts, nofollow, link_count FROM url, page AS first WHERE url.id > 1");
  }
  expect_refused({"-f", "sitemap"}, "give --output FILE");
  EXPECT_EQ(exported({"-f", "sitemap", "-o", "site map.xml"}), "");
  EXPECT_THAT(skitter({"sitemap", "site map.xml"}).out,
              HasSubstr("\"http://a.example/site%20map-1.xml\""));
  const auto count = [&](const char* file, std::string_view tag) {
    const std::string text = text_of(path(file));
    std::size_t found = 0;
    for (auto at = text.find(tag); at != text.npos; at = text.find(tag, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("site map.xml", "<sitemap>"), 2u);
  EXPECT_EQ(count("site map-1.xml", "<url>"), 50'000u);
  EXPECT_EQ(count("site map-2.xml", "<url>"), 1u);
  EXPECT_THAT(skitter({"sitemap", "site map-2.xml"}).out, HasSubstr("\"http://a.example/1-"));
  for (const auto& entry : std::filesystem::directory_iterator(path(""))) {
    EXPECT_FALSE(entry.path().string().ends_with(".part")) << entry.path();
  }
}

TEST_F(ExportFormatsTest, MarkdownIsAFileForEachPage) {
  crawl_site();
  expect_refused({"-f", "markdown"}, "give --output DIR");
  std::filesystem::create_directory(path("md.part"));
  std::ofstream(path("md.part") + "/000009.md") << "of one that was killed";
  EXPECT_EQ(exported({"-f", "markdown", "-o", "md/"}), "");
  Words names;
  for (const auto& entry : std::filesystem::directory_iterator(path("md"))) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("000001.md", "000002.md"));
  const std::string first = text_of(path("md") + "/000001.md");
  EXPECT_THAT(first, StartsWith("---\nurl: \"" + site_.url(kHost) +
                                "\"\ntitle: \"One, \\\"two\\\"\"\nfetched_at: \"2"));
  EXPECT_THAT(first, HasSubstr("\n---\n\n# \\=1+1\n\nWords **in bold**.\n"));

  const ProgramResult again = skitter({"export", "crawl.db", "-f", "markdown", "-o", "md"});
  EXPECT_EQ(again.status, 3);
  EXPECT_THAT(again.err, HasSubstr("it is not empty"));
  std::filesystem::create_directory(path("new.part"));
  std::ofstream(path("new.part") + "/thesis.md") << "somebody else's";
  EXPECT_EQ(skitter({"export", "crawl.db", "-f", "markdown", "-o", "new"}).status, 3);
  EXPECT_EQ(text_of(path("new.part") + "/thesis.md"), "somebody else's");
}

TEST_F(ExportFormatsTest, MarkdownNeedsBodies) {
  ASSERT_EQ(crawl({site_.url(kHost), "--store", "text"}).status, 0);
  expect_refused({"-f", "markdown", "-o", "md"}, "crawl with --store html");
  EXPECT_FALSE(std::filesystem::exists(path("md")));
  EXPECT_FALSE(std::filesystem::exists(path("md.part")));
}

}  // namespace
}  // namespace skitter::e2e
