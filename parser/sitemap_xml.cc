#include "parser/sitemap_xml.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "parser/ascii.h"
#include "parser/expat_parser.h"
#include "parser/xml_repair.h"

namespace skitter::parser {
namespace {

// Each level costs memory and a real file has five; expat itself keeps no bound.
constexpr int kMaxDepth = 100;
// Each new start costs a little whatever is left to read.
constexpr int kMaxResumes = 1'000;
constexpr std::string_view kMadeRoot = "<resumed>";
constexpr std::size_t kLongestEntryTag = 40;  // with a namespace prefix
constexpr std::size_t kMaxLastmodBytes = 64;
constexpr std::size_t kPieceBytes = 256 * 1024;

enum class Format : std::uint8_t { Unknown, Protocol, Rss, Atom };

// What the text of an element in an entry is for.
enum class EntryField : std::uint8_t {
  None,
  Loc,   // each one counts: some files forget to close <url>
  Link,  // the first one counts
  Guid,  // a link where there is no other
  Modified,
  Published,  // as good as modified where that is missing
};

// Namespaces are often wrong or missing: names are told apart by their local part, in any case.
std::string_view local_name(std::string_view name) noexcept {
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}
bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) noexcept {
  return std::any_of(names.begin(), names.end(), [name](std::string_view known) {
    return ascii::equals_ignore_case(name, known);
  });
}

std::pair<SitemapKind, Format> kind_of_root(std::string_view name) noexcept {
  if (is_any_of(name, {"urlset"})) return {SitemapKind::UrlSet, Format::Protocol};
  if (is_any_of(name, {"sitemapindex"})) return {SitemapKind::Index, Format::Protocol};
  if (is_any_of(name, {"rss", "rdf"})) return {SitemapKind::Feed, Format::Rss};
  if (is_any_of(name, {"feed"})) return {SitemapKind::Feed, Format::Atom};
  return {SitemapKind::None, Format::Unknown};
}

bool is_entry(Format format, std::string_view name) noexcept {
  switch (format) {
    case Format::Unknown:
      return false;
    case Format::Protocol:
      return is_any_of(name, {"url", "sitemap"});
    case Format::Rss:
      return is_any_of(name, {"item"});
    case Format::Atom:
      return is_any_of(name, {"entry"});
  }
  return false;
}

EntryField field_of(Format format, std::string_view name) noexcept {
  switch (format) {
    case Format::Unknown:
      return EntryField::None;
    case Format::Protocol:
      if (is_any_of(name, {"loc"})) return EntryField::Loc;
      return is_any_of(name, {"lastmod"}) ? EntryField::Modified : EntryField::None;
    case Format::Rss:
      if (is_any_of(name, {"link"})) return EntryField::Link;
      if (is_any_of(name, {"guid"})) return EntryField::Guid;
      return is_any_of(name, {"pubDate", "date"}) ? EntryField::Published : EntryField::None;
    case Format::Atom:  // its links are attributes
      if (is_any_of(name, {"updated", "modified"})) return EntryField::Modified;
      return is_any_of(name, {"published", "issued"}) ? EntryField::Published : EntryField::None;
  }
  return EntryField::None;
}

// An element's attributes as expat gives them: name, value, name, value, nullptr.
class Attributes {
 public:
  explicit Attributes(const XML_Char** list) : list_(list) {}
  // Empty where it is missing.
  [[nodiscard]] std::string_view get(std::string_view name) const noexcept {
    for (const XML_Char** at = list_; *at != nullptr; at += 2) {
      if (ascii::equals_ignore_case(*at, name)) return at[1];
    }
    return {};
  }

 private:
  const XML_Char** list_;
};

// Reads one document.
//
//   depth  1       2..              entry_depth_    entry_depth_ + 1
//          root -> (channel etc.) -> entry        -> field            what is deeper is
//                                                                     its text
//
// Where the XML breaks, reading goes on with the next entry, as the child of a root made for it.
class XmlReader {
 public:
  XmlReader(const Url& url, const SitemapLimits& limits, Sitemap& into)
      : parser_(make_expat_parser()), url_(url), entries_(limits.max_entries, into), into_(into) {}
  // expat keeps a pointer to it.
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  void read(std::string_view text);

 private:
  static void on_start(void* self, const XML_Char* name, const XML_Char** list) noexcept {
    static_cast<XmlReader*>(self)->start(name, Attributes(list));
  }
  static void on_end(void* self, const XML_Char* /*name*/) noexcept {
    static_cast<XmlReader*>(self)->end();
  }
  static void on_text(void* self, const XML_Char* text, int size) noexcept {
    static_cast<XmlReader*>(self)->add_text({text, static_cast<std::size_t>(size)});
  }
  static void on_doctype(void* self, const XML_Char* /*name*/, const XML_Char* /*system_id*/,
                         const XML_Char* /*public_id*/, int has_declarations) noexcept {
    if (has_declarations != 0) static_cast<XmlReader*>(self)->refuse_dtd();
  }

  void set_handlers();
  [[nodiscard]] bool parse(std::string_view text);
  [[nodiscard]] bool parse_piece(std::string_view piece, XML_Bool is_last);
  [[nodiscard]] std::string_view behind_the_fault(std::string_view text) const;
  [[nodiscard]] bool resume();

  void start(std::string_view qualified_name, const Attributes& attributes);
  void begin_document(std::string_view name, const Attributes& attributes);
  void begin_entry(std::string_view name, const Attributes& attributes);
  void begin_field(std::string_view name, const Attributes& attributes);
  void add_text(std::string_view text);
  void end();
  void end_field();
  void end_entry();
  void list_loc(std::string_view loc, const Url* base);
  void refuse_dtd();
  void stop();
  [[nodiscard]] const Url& base() const noexcept {
    return entry_base_ ? *entry_base_ : document_base_ ? *document_base_ : url_;
  }
  // xml:base, RFC 4287 §2.
  [[nodiscard]] std::optional<Url> own_base(const Attributes& attributes) const {
    const std::string_view given = attributes.get("xml:base");
    return given.empty() || given.size() > kMaxSitemapLocBytes ? std::nullopt
                                                               : parse_url(given, &base());
  }

  ExpatParser parser_;
  const Url& url_;
  SitemapEntries entries_;
  Sitemap& into_;
  Format format_ = Format::Unknown;
  int depth_ = 0;
  XML_Index made_bytes_ = 0;  // of the made root, which expat's offsets count
  bool is_stopped_ = false;   // on purpose: there is nothing to resume
  std::optional<Url> document_base_;

  int entry_depth_ = 0;  // 0: in none
  SitemapEntries::Kind entry_kind_ = SitemapEntries::Kind::Url;
  std::optional<Url> entry_base_;
  std::string loc_;
  std::string other_loc_;  // for an entry without a link; absolute
  std::string lastmod_;

  EntryField field_ = EntryField::None;
  std::string text_;
};

void XmlReader::read(std::string_view text) {
  set_handlers();
  for (int resumes = 0; !parse(text) && !is_stopped_; ++resumes) {
    into_.is_damaged = true;
    text = behind_the_fault(text);
    if (entry_depth_ != 0) end_entry();  // a location that was complete counts
    if (text.empty() || is_stopped_ || resumes == kMaxResumes || !resume()) return;
  }
}

void XmlReader::set_handlers() {  // a reset forgets them
  XML_SetUserData(parser_.get(), this);
  XML_SetElementHandler(parser_.get(), &on_start, &on_end);
  XML_SetCharacterDataHandler(parser_.get(), &on_text);
  XML_SetStartDoctypeDeclHandler(parser_.get(), &on_doctype);
}

// In pieces, since expat copies what it is given. A token that goes on is scanned again with each,
// but is soon too large for what expat may have.
bool XmlReader::parse(std::string_view text) {
  while (text.size() > kPieceBytes) {
    if (!parse_piece(text.substr(0, kPieceBytes), XML_FALSE)) return false;
    text.remove_prefix(kPieceBytes);
  }
  return parse_piece(text, XML_TRUE);
}

bool XmlReader::parse_piece(std::string_view piece, XML_Bool is_last) {
  return XML_Parse(parser_.get(), piece.data(), static_cast<int>(piece.size()), is_last) ==
         XML_STATUS_OK;
}

// From the next entry on; empty where there is none, or nothing can come of it.
std::string_view XmlReader::behind_the_fault(std::string_view text) const {
  if (format_ == Format::Unknown) return {};
  // Other faults may have been seen far behind the place they are reported at: going on from there
  // would be quadratic.
  switch (XML_GetErrorCode(parser_.get())) {
    case XML_ERROR_INVALID_TOKEN:
    case XML_ERROR_TAG_MISMATCH:
    case XML_ERROR_DUPLICATE_ATTRIBUTE:
    case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
      break;
    default:
      return {};
  }
  const XML_Index fault = XML_GetErrorByteIndex(parser_.get()) - made_bytes_;
  std::size_t at = fault < 0 ? 1 : static_cast<std::size_t>(fault) + 1;
  while ((at = text.find('<', at)) != text.npos) {
    const std::string_view tag = text.substr(at + 1, kLongestEntryTag);
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n></"));
    if (is_entry(format_, local_name(name))) return text.substr(at);
    ++at;
  }
  return {};
}

bool XmlReader::resume() {
  (void)XML_ParserReset(parser_.get(), "UTF-8");  // fails only for a parser made by another one
  set_handlers();
  depth_ = 0;
  made_bytes_ = static_cast<XML_Index>(kMadeRoot.size());
  return parse_piece(kMadeRoot, XML_FALSE);
}

void XmlReader::start(std::string_view qualified_name, const Attributes& attributes) {
  if (is_stopped_) return;  // expat may finish the tag that it is at
  if (++depth_ > kMaxDepth) {
    into_.is_damaged = true;
    return stop();
  }
  const std::string_view name = local_name(qualified_name);
  const bool is_child = depth_ == entry_depth_ + 1;
  if (format_ == Format::Unknown) {
    begin_document(name, attributes);
  } else if ((entry_depth_ == 0 || is_child) && is_entry(format_, name)) {
    if (entry_depth_ != 0) end_entry();
    begin_entry(name, attributes);
  } else if (entry_depth_ != 0 && is_child) {
    begin_field(name, attributes);
  }
}

void XmlReader::begin_document(std::string_view name, const Attributes& attributes) {
  const auto [kind, format] = kind_of_root(name);
  if (kind == SitemapKind::None) return stop();
  into_.kind = kind;
  format_ = format;
  document_base_ = own_base(attributes);
}

void XmlReader::begin_entry(std::string_view name, const Attributes& attributes) {
  entry_depth_ = depth_;
  entry_kind_ = ascii::equals_ignore_case(name, "sitemap") ? SitemapEntries::Kind::Sitemap
                                                           : SitemapEntries::Kind::Url;
  entry_base_ = own_base(attributes);
  other_loc_ = attributes.get("rdf:about").substr(0, kMaxSitemapLocBytes + 1);
}

void XmlReader::begin_field(std::string_view name, const Attributes& attributes) {
  field_ = field_of(format_, name);
  text_.clear();
  if (field_ == EntryField::Guid &&
      ascii::equals_ignore_case(attributes.get("isPermaLink"), "false")) {
    field_ = EntryField::None;
  }
  if (format_ == Format::Atom && ascii::equals_ignore_case(name, "link") && loc_.empty()) {
    const std::string_view rel = attributes.get("rel");
    if (rel.empty() || ascii::equals_ignore_case(rel, "alternate")) {
      loc_ = ascii::trim(attributes.get("href")).substr(0, kMaxSitemapLocBytes + 1);
    }
  }
}

// One byte more than a location may have is enough to refuse it.
void XmlReader::add_text(std::string_view text) {
  if (field_ == EntryField::None) return;
  while (text_.empty() && !text.empty() && ascii::is_space(text.front())) text.remove_prefix(1);
  text_ +=
      text.substr(0, kMaxSitemapLocBytes + 1 - std::min(text_.size(), kMaxSitemapLocBytes + 1));
}

void XmlReader::end() {
  if (is_stopped_) return;
  if (field_ != EntryField::None && depth_ == entry_depth_ + 1) end_field();
  if (entry_depth_ != 0 && depth_ == entry_depth_) end_entry();
  --depth_;
}

void XmlReader::end_field() {
  const std::string_view value = ascii::trim(text_);
  switch (std::exchange(field_, EntryField::None)) {
    case EntryField::None:
      break;
    case EntryField::Loc:
      if (value.empty()) break;
      if (!loc_.empty()) list_loc(loc_, &base());
      loc_ = value;
      break;
    case EntryField::Link:
      if (loc_.empty()) loc_ = value;
      break;
    case EntryField::Guid:
      if (!value.empty()) other_loc_ = value;
      break;
    case EntryField::Modified:
      if (value.size() <= kMaxLastmodBytes) lastmod_ = value;
      break;
    case EntryField::Published:
      if (value.size() <= kMaxLastmodBytes && lastmod_.empty()) lastmod_ = value;
      break;
  }
}

void XmlReader::end_entry() {
  if (!loc_.empty()) {
    list_loc(loc_, &base());
  } else {
    list_loc(other_loc_, nullptr);
  }
  entry_depth_ = 0;
  entry_base_.reset();
  field_ = EntryField::None;
  loc_.clear();
  other_loc_.clear();
  lastmod_.clear();
}

void XmlReader::list_loc(std::string_view loc, const Url* base) {
  if (!entries_.add(entry_kind_, loc, base, lastmod_)) stop();
}

void XmlReader::refuse_dtd() {
  into_.has_dtd = true;
  stop();
}

void XmlReader::stop() {
  is_stopped_ = true;
  (void)XML_StopParser(parser_.get(), XML_FALSE);  // fails when it has stopped already
}

}  // namespace

void read_sitemap_xml(std::string_view text, const Url& url, const SitemapLimits& limits,
                      Sitemap& into) {
  // An ampersand grows to five bytes: files full of them are cut, others never come near.
  const std::size_t max_repaired = limits.max_bytes + limits.max_bytes / 4 + 1;
  std::string storage;
  const std::string_view repaired = repair_xml(text, max_repaired, storage);
  if (repaired.size() == max_repaired) into.is_byte_limit_hit = true;
  XmlReader(url, limits, into).read(repaired);
}

}  // namespace skitter::parser
