// Bodies that are larger than they look, or are not what their head says.
#include <string>
#include <utility>

#include "tests/site/coding.h"
#include "tests/site/hostile.h"

namespace skitter::site {
namespace {

using std::string_literals::operator""s;

constexpr std::uint64_t kEndless = 256u << 20;

Answer coded(std::string bytes, std::string encoding) {
  return html_with({{"Content-Encoding", std::move(encoding)}}, std::move(bytes));
}

Answer without_end(Framing framing, int status, const std::string& type) {
  Answer answer;
  answer.status = status;
  answer.headers = {{"Content-Type", type}};
  answer.body = "<p>again and again</p>\n";
  answer.framing = framing;
  answer.endless_bytes = kEndless;
  return answer;
}

std::string without_end_of(std::string bytes) {
  bytes.resize(bytes.size() - 3);
  return bytes;
}

void add_bombs(HostileSite& hostile) {
  const std::string zeros(hostile.options().bomb_bytes, '\0');
  hostile.add({"gzip-bomb", "gzip that decodes to a bomb", "too_large", ""},
              coded(gzipped(zeros), "gzip"));
  hostile.add({"deflate-bomb", "the same with deflate", "too_large", ""},
              coded(deflated(zeros), "deflate"));
  hostile.add({"brotli-bomb", "the same with brotli", "too_large", ""},
              coded(brotlied(zeros), "br"));
  hostile.add({"zstd-bomb", "the same with zstd", "too_large", ""},
              coded(zstandard(zeros), "zstd"));
  hostile.add({"nested-bomb", "a bomb packed twice", "too_large", ""},
              coded(gzipped(brotlied(zeros)), "br, gzip"));
  std::string nothing;
  while (nothing.size() < zeros.size()) nothing += "\0\0\0\xff\xff"s;
  hostile.add({"hollow-bomb", "a bomb that decodes to nothing", "too_large", ""},
              coded(brotlied(nothing), "deflate, br"));
  hostile.add(
      {"empty-blocks", "deflate that decodes to nothing, as large as a bomb", "too_large", ""},
      coded(nothing, "deflate"));
  std::string thousand = "gzip";
  for (int i = 1; i < 1'000; ++i) thousand += ", gzip";
  hostile.add({"thousand-codings", "1,000 Content-Encodings in one field", "too_large", ""},
              coded("x", thousand));
  Answer fields = Answer::html("x");
  for (int i = 0; i < 900; ++i) fields.headers.emplace_back("Content-Encoding", "gzip");
  hostile.add({"coding-fields", "900 Content-Encoding fields", "too_large", ""}, fields);
  hostile.add({"endless-body", "256 MiB with their length", "too_large", ""},
              without_end(Framing::Length, 200, "text/html"));
  hostile.add({"endless-chunks", "256 MiB in chunks", "too_large", ""},
              without_end(Framing::Chunked, 200, "text/html"));
  hostile.add({"endless-close", "256 MiB until the connection closes", "too_large", ""},
              without_end(Framing::Close, 200, "text/html"));
  hostile.add({"endless-error", "256 MiB with a 404", "http_error", ""},
              without_end(Framing::Length, 404, "text/html"));
  hostile.add({"endless-image", "256 MiB of a disk image", "unsupported_type", ""},
              without_end(Framing::Length, 200, "application/x-iso9660-image"));
  hostile.add({"endless-text", "256 MiB of plain text", "too_large", ""},
              without_end(Framing::Chunked, 200, "text/plain"));
}

void add_damage(HostileSite& hostile) {
  const std::string page = "<title>Packed</title>" + std::string(3'000, 'x');
  hostile.add({"short-gzip", "gzip that breaks off", "truncated", ""},
              coded(without_end_of(gzipped(page)), "gzip"));
  hostile.add({"short-deflate", "deflate that breaks off", "truncated", ""},
              coded(without_end_of(deflated(page)), "deflate"));
  hostile.add({"short-brotli", "brotli that breaks off", "truncated", ""},
              coded(without_end_of(brotlied(page)), "br"));
  hostile.add({"short-zstd", "zstd that breaks off", "truncated", ""},
              coded(without_end_of(zstandard(page)), "zstd"));
  hostile.add({"no-gzip", "plain text that is called gzip", "truncated", ""},
              coded("<p>plain", "gzip"));
  hostile.add({"no-brotli", "plain text that is called brotli", "truncated", ""},
              coded("<p>plain text, not brotli", "br"));
  hostile.add({"wrong-checksum", "gzip whose checksum is wrong", "truncated", ""},
              coded(
                  [&] {
                    std::string bytes = gzipped(page);
                    bytes[bytes.size() - 6] ^= 1;
                    return bytes;
                  }(),
                  "gzip"));
  hostile.add({"gzip-and-more", "bytes after the gzip data", "ok", ""},
              coded(gzipped(page) + "\nnot gzip", "gzip"));
  hostile.add({"empty-gzip", "an empty body that is called gzip", "ok", ""}, coded("", "gzip"));
  hostile.add({"giant-window", "zstd that asks for a window of 2 GiB", "truncated", ""},
              coded("\x28\xb5\x2f\xfd\x00\xa8\x21\x00\x00text"s, "zstd"));
  hostile.add({"unknown-coding", "a Content-Encoding that does not exist", "ok", ""},
              coded("<title>Plain</title>", "utf-8"));
  Answer packed_transfer =
      raw_answer("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: gzip\r\n\r\n" +
                 gzipped(page));
  hostile.add({"packed-transfer", "Transfer-Encoding: gzip", "network_error", ""}, packed_transfer);
}

void add_types(HostileSite& hostile) {
  const auto typed = [](std::string type, std::string body) {
    Answer answer;
    answer.headers = {{"Content-Type", std::move(type)}};
    answer.body = std::move(body);
    return answer;
  };
  hostile.add({"type-escapes", "terminal escapes in Content-Type", "ok|unsupported_type", ""},
              typed("text/html; charset=\x1b[31mred\x07", "<title>T</title>"));
  hostile.add({"type-long", "a charset of 100 kB", "ok|too_large", ""},
              typed("text/html; charset=" + std::string(90'000, 'x'), "<title>T</title>"));
  hostile.add({"type-garbage", "a Content-Type that is none", "ok|unsupported_type", ""},
              typed(";;;=/", "<title>T</title>"));
  hostile.add({"utf-7", "a charset that browsers refuse", "ok", ""},
              typed("text/html; charset=utf-7", "+ADw-script+AD4-"));
  hostile.add({"odd-utf-16", "UTF-16 of an odd length", "ok", ""},
              typed("text/html; charset=utf-16le", "<\0p\0>\0x"s));
  hostile.add({"image-as-html", "a PNG that is called HTML", "ok", ""},
              typed("text/html", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff"s));
}

}  // namespace

void add_hostile_bodies(HostileSite& hostile) {
  add_bombs(hostile);
  add_damage(hostile);
  add_types(hostile);
}

}  // namespace skitter::site
