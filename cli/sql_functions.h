#pragma once

struct sqlite3;

namespace skitter::cli {

// What SQL in `skitter query` may call beside SQLite's own functions (docs/options.md):
//
//     body(id), css(html, selector), css_all(html, selector) as a table, host(url),
//     url_part(url, part), resolve(base, ref), regexp(pattern, text) behind REGEXP
//
// Thread:  the connection's. Errors: StorageError; a wrong argument is an error of the statement.
void add_sql_functions(sqlite3* db);

}  // namespace skitter::cli
