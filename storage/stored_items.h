#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "storage/database.h"

namespace skitter::storage {

// A page whose body is kept.
struct StoredPage {
  UrlId id = 0;
  std::string url;
  std::string content_type;
  std::string body;  // a zstd frame of the decoded body,
  std::string text;  // behind this one
};

// Makes the items of some rules anew, out of the pages in the database. All of it is one
// transaction: readers see the earlier items until commit(), and without it they stay.
//
//     StoredItems items(database, {"book"});
//     while (auto page = items.next()) items.add(page->id, ...);
//     items.commit();
//
// Borrows the database. Thread: one. Errors: StorageError.
class StoredItems {
 public:
  // Removes the items that `rules` made of any page.
  StoredItems(Database& database, std::span<const std::string> rules);
  StoredItems(const StoredItems&) = delete;
  StoredItems& operator=(const StoredItems&) = delete;
  ~StoredItems();

  // In order of discovery.
  [[nodiscard]] std::optional<StoredPage> next();
  void add(UrlId page, const ItemRow& item);
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skitter::storage
