#pragma once

#include <functional>
#include <string>

#include "storage/database.h"
#include "storage/recorder.h"
#include "storage/sqlite.h"

namespace skitter::e2e {

// A database as a crawl of http://a.example/ leaves it, without the crawl: `count` pages, each
// changed by `change` before it is stored.
inline void store_pages(const std::string& path, std::uint32_t count,
                        const std::function<void(storage::Record&)>& change) {
  storage::Database database(path, storage::Start::Continue, storage::Durability::Process);
  storage::Transaction transaction(database.connection());
  storage::Recorder recorder(database.connection());
  storage::Record seeds;
  seeds.hosts = {{1, "a.example"}};
  recorder.apply(seeds);
  for (storage::UrlId id = 1; id <= count; ++id) {
    storage::Record record;
    record.url = id;
    record.outcome = storage::Outcome::Ok;
    record.discovered.push_back(
        {.id = id, .url = "http://a.example/" + std::to_string(id), .host = 1, .detail = {}});
    storage::PageRow& page = record.page.emplace();
    page.status = 200;
    page.content_type = "text/html; charset=utf-8";
    change(record);
    recorder.apply(record);
  }
  transaction.commit();
}

}  // namespace skitter::e2e
