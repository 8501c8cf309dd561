// What a worker does to a page: parsing, compression, hashing, one after the other over files in
// memory.
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "crawler/stored_body.h"
#include "limits/limits.h"
#include "parser/arena.h"
#include "parser/fingerprint.h"
#include "parser/html.h"

namespace skitter::bench {
namespace {

std::vector<std::string> read_all(const std::vector<std::string>& files) {
  std::vector<std::string> pages;
  for (const std::string& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + file);
    pages.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return pages;
}

template <typename Work>
void measure(const char* name, const std::vector<std::string>& pages, Work work) {
  const double start = cpu_seconds();
  for (const std::string& page : pages) work(page);
  report(name, cpu_seconds() - start, pages.size());
}

parser::Document document_of(const std::string& bytes) {
  static const parser::Url url = *parser::parse_url("http://127.0.0.1:8080/index.html");
  parser::Document document;
  document.bytes = bytes;
  document.url = &url;
  document.content_type = "text/html";
  return document;
}

void parse(const std::vector<std::string>& pages) {
  parser::Arena arena;
  for (const auto& [name, mode] : {std::pair("parse_scan", parser::ParseMode::Scan),
                                   std::pair("parse_tree", parser::ParseMode::Tree)}) {
    measure(name, pages, [&](const std::string& bytes) {
      if (parser::read_page(document_of(bytes), arena, {}, mode).cut) {
        throw std::runtime_error("a page was cut");
      }
    });
  }
}

void compress(const std::vector<std::string>& pages) {
  parser::Arena arena;
  std::vector<std::string> texts;
  for (const std::string& bytes : pages) {
    texts.push_back(parser::read_page(document_of(bytes), arena, {}, parser::ParseMode::Scan).text);
  }
  crawler::BodyCompressor compressor;
  std::size_t in = 0;
  std::size_t out = 0;
  auto text = texts.begin();
  measure("compress", pages, [&](const std::string& bytes) {
    in += bytes.size();
    out += compressor.compress(bytes, *text++).size();
  });
  report_ratio("compress", static_cast<double>(in) / static_cast<double>(out));
}

}  // namespace

void page_limits(const std::vector<std::string>& files) {
  const std::vector<std::string> pages = read_all(files);
  std::uint64_t sum = 0;
  measure("hash", pages, [&](const std::string& bytes) { sum += parser::fingerprint(bytes); });
  if (sum == 0) throw std::runtime_error("all hashes are 0");  // and the compiler must make them
  parse(pages);
  compress(pages);
}

}  // namespace skitter::bench
