#include "parser/xml_text.h"

#include <expat.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

#include "parser/character_references.h"
#include "parser/html_space.h"
#include "parser/text_builder.h"

namespace skitter::parser {
namespace {

constexpr auto kNone = std::string_view::npos;

struct FreeParser {
  void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

// What the callbacks work on.
struct Reading {
  XML_Parser parser;
  TextBuilder text;
};

void on_start(void* data, const XML_Char*, const XML_Char**) noexcept {
  static_cast<Reading*>(data)->text.line_break();
}

void on_end(void* data, const XML_Char*) noexcept {
  static_cast<Reading*>(data)->text.line_break();
}

void on_text(void* data, const XML_Char* text, int size) noexcept {
  static_cast<Reading*>(data)->text.add({text, static_cast<std::size_t>(size)});
}

void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*,
                int has_internal_subset) noexcept {
  if (has_internal_subset != 0) XML_StopParser(static_cast<Reading*>(data)->parser, XML_FALSE);
}

bool read_well_formed(std::string_view xml, TextBuilder& text) {
  if (xml.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return false;
  const Parser parser(XML_ParserCreate("UTF-8"));
  if (!parser) return false;
  Reading reading{parser.get(), {}};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  const int size = static_cast<int>(xml.size());
  if (XML_Parse(parser.get(), xml.data(), size, XML_TRUE) != XML_STATUS_OK) return false;
  text = std::move(reading.text);
  return true;
}

// Where the markup at the front of `xml` ends, given how its kind ends.
std::size_t end_of(std::string_view xml, std::string_view closing) noexcept {
  const std::size_t end = xml.find(closing);
  return end == kNone ? xml.size() : end + closing.size();
}

void strip_tags(std::string_view xml, TextBuilder& text) {
  constexpr std::string_view kCdata = "<![CDATA[";
  while (!xml.empty()) {
    const std::size_t tag = std::min(xml.find('<'), xml.size());
    text.add(decode_references(xml.substr(0, tag), ReferenceContext::Text));
    xml.remove_prefix(tag);
    if (xml.starts_with(kCdata)) {
      xml.remove_prefix(kCdata.size());
      text.add(xml.substr(0, xml.find("]]>")));
      xml.remove_prefix(end_of(xml, "]]>"));
    } else {
      xml.remove_prefix(end_of(xml, xml.starts_with("<!--") ? "-->" : ">"));
      text.line_break();
    }
  }
}

}  // namespace

std::string xml_text(std::string_view xml) {
  TextBuilder text;
  if (!read_well_formed(xml, text)) strip_tags(xml, text);
  return text.take();
}

std::string_view xml_declared_encoding(std::string_view bytes) noexcept {
  constexpr std::string_view kWord = "encoding";
  if (!bytes.starts_with("<?xml")) return {};
  bytes = bytes.substr(0, bytes.find("?>"));
  const std::size_t word = bytes.find(kWord);
  if (word == kNone) return {};
  bytes = skip_html_space(bytes.substr(word + kWord.size()));
  if (!bytes.starts_with('=')) return {};
  bytes = skip_html_space(bytes.substr(1));
  if (!bytes.starts_with('"') && !bytes.starts_with('\'')) return {};
  const std::size_t end = bytes.find(bytes.front(), 1);
  return end == kNone ? std::string_view{} : bytes.substr(1, end - 1);
}

}  // namespace skitter::parser
