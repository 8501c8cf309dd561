#include "storage/search_index.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "storage/sqlite.h"

namespace skitter::storage {
namespace {

constexpr std::size_t kTrigram = 3;  // characters

// The index's table; the pages that are in it stand in one named NAME_page.
std::string_view table_of(SearchTokens tokens) noexcept {
  return tokens == SearchTokens::Words ? "search" : "search_trigram";
}

std::string_view tokenizer_of(SearchTokens tokens) noexcept {
  return tokens == SearchTokens::Words ? "unicode61 remove_diacritics 2" : "trigram";
}

std::string with_table(std::string_view sql, SearchTokens tokens) {
  return fmt::format(fmt::runtime(sql), fmt::arg("table", table_of(tokens)),
                     fmt::arg("tokenizer", tokenizer_of(tokens)));
}

constexpr std::string_view kMake = R"sql(
CREATE VIEW IF NOT EXISTS search_source AS
  SELECT p.id AS id, p.title AS title, p.h1 AS h1,
         (SELECT t.text FROM page_text AS t WHERE t.id = p.text_id) AS text
  FROM page AS p;
CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5(
  title, h1, text, content='search_source', content_rowid='id', tokenize='{tokenizer}');
CREATE TABLE IF NOT EXISTS {table}_page(
  id INTEGER PRIMARY KEY,
  fetched_at_ms INTEGER NOT NULL);
)sql";

// Pages that say something; the others would only be in the way of bm25's mean length.
constexpr std::string_view kHasWords =
    "(p.title IS NOT NULL OR p.h1 IS NOT NULL OR p.text_id IS NOT NULL)";

void forget_all(sqlite3* db, SearchTokens tokens) {
  Transaction transaction(db);
  execute(db, with_table("INSERT INTO {table}({table}) VALUES ('delete-all');"
                         "DELETE FROM {table}_page",
                         tokens));
  transaction.commit();
}

// The characters of a word, by their first bytes.
std::size_t length_of(std::string_view word) noexcept {
  std::size_t length = 0;
  for (const char c : word) length += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return length;
}

struct Term {
  std::string_view text;
  bool is_phrase = false;
  bool is_excluded = false;
  bool is_prefix = false;
};

constexpr std::string_view kBlanks = " \t\r\n\f\v";

// Takes the next term off `typed`.
Term take_term(std::string_view& typed) {
  Term term;
  if (typed.size() > 1 && typed.front() == '-' &&
      kBlanks.find(typed[1]) == std::string_view::npos) {
    term.is_excluded = true;
    typed.remove_prefix(1);
  }
  if (typed.front() == '"') {
    const std::size_t end = typed.find('"', 1);
    if (end == std::string_view::npos) throw SearchError("a quote is left open");
    term.text = typed.substr(1, end - 1);
    term.is_phrase = true;
    typed.remove_prefix(end + 1);
  } else {
    term.text = typed.substr(0, typed.find_first_of(" \t\r\n\f\v\""));
    typed.remove_prefix(term.text.size());
  }
  if (typed.starts_with('*')) {  // "two words"*
    term.is_prefix = true;
    typed.remove_prefix(1);
  } else if (!term.is_phrase && term.text.size() > 1 && term.text.ends_with('*')) {
    term.is_prefix = true;
    term.text.remove_suffix(1);
  }
  return term;
}

// An FTS5 string takes anything; a quote in it would be doubled, and a term has none.
std::string quoted(const Term& term) {
  return fmt::format("\"{}\"{}", term.text, term.is_prefix ? "*" : "");
}

}  // namespace

SearchState search_state(sqlite3* db, SearchTokens tokens) {
  SearchState state;
  state.exists = query_integer(db, fmt::format("SELECT count(*) FROM sqlite_schema WHERE name = "
                                               "'{}_page'",
                                               table_of(tokens))) > 0;
  if (!state.exists) {
    state.missing = static_cast<std::uint64_t>(
        query_integer(db, fmt::format("SELECT count(*) FROM page AS p WHERE {}", kHasWords)));
    return state;
  }
  Statement counts(db,
                   fmt::format("SELECT sum(s.id IS NULL), sum(s.fetched_at_ms <> p.fetched_at_ms) "
                               "FROM page AS p LEFT JOIN {}_page AS s ON s.id = p.id WHERE {} "
                               "OR s.id IS NOT NULL",
                               table_of(tokens), kHasWords));
  (void)counts.step();
  state.missing = static_cast<std::uint64_t>(counts.integer(0));
  state.changed = static_cast<std::uint64_t>(counts.integer(1));
  return state;
}

void update_search(sqlite3* db, SearchTokens tokens) {
  {
    Transaction transaction(db);
    execute(db, with_table(kMake, tokens));
    transaction.commit();
  }
  if (search_state(db, tokens).changed > 0) forget_all(db, tokens);

  Statement next(db,
                 fmt::format("SELECT p.id, p.fetched_at_ms FROM page AS p LEFT JOIN {}_page AS s "
                             "ON s.id = p.id WHERE p.id > ? AND s.id IS NULL AND {} "
                             "ORDER BY p.id LIMIT {}",
                             table_of(tokens), kHasWords, kSearchBatch));
  Statement add(db, with_table("INSERT INTO {table}(rowid, title, h1, text) "
                               "SELECT id, title, h1, text FROM search_source WHERE id = ?",
                               tokens));
  Statement note(db, with_table("INSERT INTO {table}_page VALUES (?, ?)", tokens));
  std::int64_t last = 0;
  for (bool is_more = true; is_more;) {
    is_more = false;
    Transaction transaction(db);
    next.bind(1, last);
    while (next.step()) {
      is_more = true;
      last = next.integer(0);
      add.bind(1, last).run();
      note.bind(1, last).bind(2, next.integer(1)).run();
    }
    next.reset();
    transaction.commit();
  }
}

std::string match_expression(std::string_view typed, SearchTokens tokens) {
  std::vector<std::string> wanted;  // each of them must occur; "a OR b" is one
  std::vector<std::string> excluded;
  bool is_alternative = false;
  for (;;) {
    typed.remove_prefix(std::min(typed.find_first_not_of(kBlanks), typed.size()));
    if (typed.empty()) break;
    const Term term = take_term(typed);
    if (term.text == "OR" && !term.is_phrase && !wanted.empty()) {
      is_alternative = true;
      continue;
    }
    if (term.text.find_first_not_of(kBlanks) == std::string_view::npos) continue;
    if (tokens == SearchTokens::Trigrams && length_of(term.text) < kTrigram) {
      throw SearchError(fmt::format(
          "'{}' is too short: trigrams find three characters or more in a row", term.text));
    }
    if (term.is_excluded) {
      excluded.push_back(quoted(term));
    } else if (is_alternative) {
      wanted.back() += " OR " + quoted(term);
    } else {
      wanted.push_back(quoted(term));
    }
    is_alternative = false;
  }
  if (wanted.empty()) throw SearchError("give a word that must occur");
  std::string expression = fmt::format("({})", fmt::join(wanted, ") AND ("));
  if (!excluded.empty()) expression += fmt::format(" NOT ({})", fmt::join(excluded, " OR "));
  return expression;
}

Statement search(sqlite3* db, SearchTokens tokens, const std::string& expression,
                 std::int64_t limit) {
  // The best rows first and then their snippets: a snippet reads the whole text again.
  Statement statement(
      db, with_table("SELECT (SELECT url FROM url WHERE id = {table}.rowid) AS url, "
                     "(SELECT title FROM page WHERE id = {table}.rowid) AS title, "
                     "round(-bm25({table}, 10.0, 5.0, 1.0), 3) AS score, "
                     "replace(snippet({table}, -1, '[', ']', '…', 24), char(10), ' ') AS snippet "
                     "FROM {table} WHERE {table} MATCH ? AND rank MATCH 'bm25(10.0, 5.0, 1.0)' "
                     "ORDER BY rank LIMIT ?",
                     tokens));
  statement.bind(1, expression).bind(2, limit);
  return statement;
}

}  // namespace skitter::storage
