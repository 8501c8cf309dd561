// Crawls from a URL into a database and prints each page as it is read: crawl URL FILE.db
#include <exception>
#include <iostream>
#include <optional>
#include <utility>

#include "crawler/crawler.h"
#include "parser/url.h"
#include "storage/database.h"

int main(int argc, char** argv) {
  namespace crawler = skitter::crawler;
  namespace storage = skitter::storage;
  const auto seed = argc == 3 ? skitter::parser::parse_url(argv[1]) : std::nullopt;
  if (!seed) {
    std::cerr << "usage: crawl URL FILE.db\n";
    return 2;
  }
  try {
    crawler::Options options;
    options.concurrency = 32;
    options.max_pages = 100;
    crawler::Observer observer;
    observer.on_page = [](const crawler::CrawledPage& crawled) {
      std::cout << crawled.url << '\t' << crawled.page.title << '\t' << crawled.page.links.size()
                << " links\n";
    };
    storage::Database database(argv[2], storage::Start::Continue, storage::Durability::Process);
    const auto summary = crawler::crawl(options, {*seed}, std::move(database), "{}", observer);
    std::cerr << summary.counts.pages << " pages, " << to_string(summary.reason) << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
