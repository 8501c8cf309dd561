#include "storage/stored_items.h"

#include "storage/sqlite.h"
#include "storage/statement.h"

namespace skitter::storage {

struct StoredItems::Impl {
  explicit Impl(sqlite3* db)
      : transaction(db),
        pages(db,
              "SELECT p.id, u.url, p.content_type, b.data, "
              "(SELECT t.text FROM page_text AS t WHERE t.id = b.text_id) FROM page AS p "
              "JOIN url AS u ON u.id = p.id JOIN body AS b ON b.id = p.body_id ORDER BY p.id"),
        add(db, "INSERT INTO item(url, rule, position, data) VALUES (?1, ?2, ?3, ?4)") {}

  Transaction transaction;  // rolled back unless it is committed, when the statements are gone
  Statement pages;
  Statement add;
};

StoredItems::StoredItems(Database& database, std::span<const std::string> rules)
    : impl_(std::make_unique<Impl>(database.connection())) {
  Statement remove(database.connection(), "DELETE FROM item WHERE rule = ?1");
  for (const std::string& rule : rules) remove.bind(1, rule).run();
}

StoredItems::~StoredItems() = default;

std::optional<StoredPage> StoredItems::next() {
  Statement& pages = impl_->pages;
  if (!pages.step()) return std::nullopt;
  return StoredPage{static_cast<UrlId>(pages.integer(0)), std::string(pages.text(1)),
                    std::string(pages.text(2)), std::string(pages.blob(3)),
                    std::string(pages.text(4))};
}

void StoredItems::add(UrlId page, const ItemRow& item) {
  impl_->add.bind(1, std::int64_t{page}).bind_view(2, item.rule).bind(3, item.position);
  impl_->add.bind_view(4, item.data).run();
}

void StoredItems::commit() {
  impl_->pages.reset();  // a statement that still reads keeps the log from being checkpointed
  impl_->transaction.commit();
}

}  // namespace skitter::storage
