#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/statement.h"

namespace skitter::storage {

// How text is cut into what can be found. Words: runs of letters and digits without their
// diacritics. Trigrams: any three characters in a row, for scripts that put no space between words.
enum class SearchTokens { Words, Trigrams };

// What is searched for cannot be: a word too short, a quote left open, nothing at all.
class SearchError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// How far the index is behind the pages.
struct SearchState {
  bool exists = false;
  std::uint64_t missing = 0;  // pages that are not in it
  std::uint64_t changed = 0;  // pages that were fetched again since

  [[nodiscard]] bool is_current() const noexcept { return exists && missing == 0 && changed == 0; }
};

// The full-text index over title, h1 and text of the pages: FTS5 tables beside the crawl's own,
// made on first use. They hold no text: `search_source` says where it stands.
//
// Thread:  the connection's.
// Errors:  StorageError.
[[nodiscard]] SearchState search_state(sqlite3* db, SearchTokens tokens);

// Brings the index up to date, kSearchBatch pages a transaction: cut short at any instant, it is
// sound and the next call goes on. A page that was fetched again makes it anew, because what it
// held of the page before is known no more. `db` is the one writing connection.
inline constexpr int kSearchBatch = 500;
void update_search(sqlite3* db, SearchTokens tokens);

// What a person types as FTS5 reads it: words that must all occur, "phrases", pre* for a beginning,
// -word for what must not, OR between two. Throws SearchError.
[[nodiscard]] std::string match_expression(std::string_view typed, SearchTokens tokens);

// Rows (url, title, score, snippet), best first: bm25 with a word of the title ten times, one of
// the h1 five times the weight of one of the text. What was found stands in [brackets].
[[nodiscard]] Statement search(sqlite3* db, SearchTokens tokens, const std::string& expression,
                               std::int64_t limit);

}  // namespace skitter::storage
