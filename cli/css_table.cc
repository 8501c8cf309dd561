#include "cli/css_table.h"

#include <sqlite3.h>

#include <new>
#include <optional>
#include <vector>

#include "cli/sql_value.h"
#include "storage/database.h"

namespace skitter::cli {
namespace {

enum CssColumn : int { kPosition, kValue, kHtml, kSelector };
constexpr const char* kDeclaration =
    "CREATE TABLE x(position INTEGER, value TEXT, html HIDDEN, selector HIDDEN)";
constexpr int kBothArguments = 3;

// SQLite's structures stand first: it hands pointers to them back.
struct Table {
  sqlite3_vtab base{};
  std::shared_ptr<HtmlCache> cache;
};

struct Cursor {
  sqlite3_vtab_cursor base{};
  std::vector<std::string> values;
  std::size_t at = 0;
};

Table& table_of(sqlite3_vtab* base) {
  return *reinterpret_cast<Table*>(base);
}
Cursor& cursor_of(sqlite3_vtab_cursor* base) {
  return *reinterpret_cast<Cursor*>(base);
}

int fail(sqlite3_vtab* table, const std::string& words) {
  sqlite3_free(table->zErrMsg);
  table->zErrMsg = sqlite3_mprintf("%s", words.c_str());
  return SQLITE_ERROR;
}

int connect(sqlite3* db, void* context, int, const char* const*, sqlite3_vtab** table,
            char**) noexcept {
  const int code = sqlite3_declare_vtab(db, kDeclaration);
  if (code != SQLITE_OK) return code;
  auto* const made = new (std::nothrow) Table;
  if (made == nullptr) return SQLITE_NOMEM;
  made->cache = *static_cast<std::shared_ptr<HtmlCache>*>(context);
  *table = &made->base;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) noexcept {
  delete &table_of(table);
  return SQLITE_OK;
}

// Both arguments must be known where the table is read: a plan without them is refused.
int plan(sqlite3_vtab*, sqlite3_index_info* info) noexcept {
  int found = 0;
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    const bool is_argument = constraint.iColumn == kHtml || constraint.iColumn == kSelector;
    if (!is_argument || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    found |= 1 << (constraint.iColumn - kHtml);
    info->aConstraintUsage[i].argvIndex = constraint.iColumn - kHtml + 1;
    info->aConstraintUsage[i].omit = 1;
  }
  info->idxNum = found;
  info->estimatedCost = 1000;
  info->estimatedRows = 25;
  return SQLITE_OK;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) noexcept {
  auto* const made = new (std::nothrow) Cursor;
  if (made == nullptr) return SQLITE_NOMEM;
  *cursor = &made->base;
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) noexcept {
  delete &cursor_of(cursor);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int arguments, sqlite3_value** values) {
  Cursor& cursor = cursor_of(base);
  cursor.at = 0;
  cursor.values.clear();
  if (arguments != kBothArguments) return fail(base->pVtab, "css_all(html, selector) takes both");
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return SQLITE_OK;
  std::string why_not;
  const auto selector = parser::parse_selector(argument_text(values[1]), why_not);
  if (!selector) return fail(base->pVtab, "css_all: the selector " + why_not);
  HtmlCache& cache = *table_of(base->pVtab).cache;
  cursor.values = cache.get(argument_text(values[0])).values(*selector, SIZE_MAX);
  return SQLITE_OK;
}

int start(sqlite3_vtab_cursor* base, int arguments, const char*, int,
          sqlite3_value** values) noexcept {
  try {
    return filter(base, arguments, values);
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

int next(sqlite3_vtab_cursor* cursor) noexcept {
  ++cursor_of(cursor).at;
  return SQLITE_OK;
}

int is_at_end(sqlite3_vtab_cursor* base) noexcept {
  const Cursor& cursor = cursor_of(base);
  return cursor.at >= cursor.values.size() ? 1 : 0;
}

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int which) noexcept {
  const Cursor& cursor = cursor_of(base);
  if (which == kPosition) sqlite3_result_int64(context, static_cast<sqlite3_int64>(cursor.at));
  if (which == kValue) {
    const std::string& value = cursor.values[cursor.at];
    sqlite3_result_text64(context, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return SQLITE_OK;  // the arguments read as NULL
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) noexcept {
  *id = static_cast<sqlite3_int64>(cursor_of(cursor).at);
  return SQLITE_OK;
}

// Without xCreate: there is nothing to make, the table is just there.
sqlite3_module make_module() {
  sqlite3_module module{};
  module.xConnect = connect;
  module.xBestIndex = plan;
  module.xDisconnect = disconnect;
  module.xOpen = open;
  module.xClose = close;
  module.xFilter = start;
  module.xNext = next;
  module.xEof = is_at_end;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}

void destroy_context(void* context) noexcept {
  delete static_cast<std::shared_ptr<HtmlCache>*>(context);
}

}  // namespace

void add_css_table(sqlite3* db, std::shared_ptr<HtmlCache> cache) {
  static const sqlite3_module module = make_module();
  auto context = std::make_unique<std::shared_ptr<HtmlCache>>(std::move(cache));
  // SQLite frees the context, also where it fails.
  if (sqlite3_create_module_v2(db, "css_all", &module, context.release(), destroy_context) !=
      SQLITE_OK) {
    throw storage::StorageError("cannot declare css_all: out of memory");
  }
}

}  // namespace skitter::cli
