// Crawls from a URL into a database and prints what it found: crawl URL FILE.db
#include <exception>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>

#include "crawler/crawler.h"
#include "parser/url.h"
#include "storage/database.h"
#include "storage/reader.h"

int main(int argc, char** argv) {
  const auto seed = argc == 3 ? skitter::parser::parse_url(argv[1]) : std::nullopt;
  if (!seed) {
    std::cerr << "usage: crawl URL FILE.db\n";
    return 2;
  }
  try {
    skitter::crawler::Options options;
    options.concurrency = 32;
    options.max_pages = 100;
    skitter::crawler::Observer observer;
    observer.on_message = [](std::string_view text) { std::cerr << text << '\n'; };
    skitter::storage::Database database(argv[2], skitter::storage::Start::Continue,
                                        skitter::storage::Durability::Process);
    const auto summary =
        skitter::crawler::crawl(options, {*seed}, std::move(database), "{}", observer);
    std::cerr << summary.counts.pages << " pages, " << to_string(summary.reason) << '\n';

    const skitter::storage::Reader reader(argv[2]);
    skitter::storage::Statement pages(reader.connection(), "SELECT url, title FROM pages");
    while (pages.step()) std::cout << pages.text(0) << '\t' << pages.text(1) << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
