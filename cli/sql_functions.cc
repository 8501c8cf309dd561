#include "cli/sql_functions.h"

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/css_table.h"
#include "cli/sql_value.h"
#include "crawler/stored_body.h"
#include "parser/charset.h"
#include "parser/extract.h"
#include "parser/selector.h"
#include "parser/simhash.h"
#include "parser/url.h"
#include "storage/database.h"
#include "storage/statement.h"

namespace skitter::cli {
namespace {

using Context = sqlite3_context*;
using Arguments = sqlite3_value**;

bool is_null(sqlite3_value* value) {
  return sqlite3_value_type(value) == SQLITE_NULL;
}

void answer(Context context, std::string_view text) {
  sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
}

void fail(Context context, const std::string& words) {
  sqlite3_result_error(context, words.c_str(), static_cast<int>(words.size()));
}

// What was compiled of an argument that is the same in every row is kept by SQLite with the
// statement. Null where it does not compile; `make` has said why then.
template <typename Compiled, typename Make>
const Compiled* compiled_argument(Context context, Arguments arguments, int which, Make make) {
  if (const void* const kept = sqlite3_get_auxdata(context, which)) {
    return static_cast<const Compiled*>(kept);
  }
  std::optional<Compiled> made = make(argument_text(arguments[which]));
  if (!made) return nullptr;
  auto* const owned = new Compiled(std::move(*made));
  sqlite3_set_auxdata(context, which, owned, [](void* old) { delete static_cast<Compiled*>(old); });
  // It is gone already where SQLite had no memory for it.
  const void* const kept = sqlite3_get_auxdata(context, which);
  if (kept == nullptr) throw std::bad_alloc();
  return static_cast<const Compiled*>(kept);
}

void body(Context context, Arguments arguments) {
  sqlite3* const db = sqlite3_context_db_handle(context);
  storage::Statement find(
      db,
      "SELECT b.data, (SELECT t.text FROM page_text AS t WHERE t.id = b.text_id), "
      "p.charset FROM page AS p JOIN body AS b ON b.id = p.body_id "
      "WHERE p.id = ?1");
  if (!find.bind(1, std::int64_t{sqlite3_value_int64(arguments[0])}).step()) return;
  const auto bytes = crawler::decompress_body(find.blob(0), find.text(1));
  if (!bytes) {
    fail(context, "body: the stored body cannot be unpacked");
    return sqlite3_result_error_code(context, SQLITE_CORRUPT);  // the file's fault
  }
  const auto charset = parser::encoding_from_label(find.text(2));
  std::string storage;
  answer(context, parser::to_utf8(*bytes, charset.value_or("utf-8"), storage));
}

HtmlCache& cache_of(Context context) {
  return **static_cast<std::shared_ptr<HtmlCache>*>(sqlite3_user_data(context));
}

void css(Context context, Arguments arguments) {
  if (is_null(arguments[0])) return;
  const auto* const selector =
      compiled_argument<parser::Selector>(context, arguments, 1, [&](std::string_view text) {
        std::string why_not;
        auto made = parser::parse_selector(text, why_not);
        if (!made) fail(context, "css: the selector " + why_not);
        return made;
      });
  if (selector == nullptr) return;
  const auto values = cache_of(context).get(argument_text(arguments[0])).values(*selector, 1);
  if (!values.empty()) answer(context, values.front());
}

void markdown(Context context, Arguments arguments) {
  if (is_null(arguments[0])) return;
  answer(context, cache_of(context).get(argument_text(arguments[0])).markdown(nullptr));
}

void markdown_of_url(Context context, Arguments arguments) {
  if (is_null(arguments[0])) return;
  const auto base = parser::parse_url(argument_text(arguments[1]));
  if (!base) return fail(context, "markdown: the base is no valid URL");
  answer(context, cache_of(context).get(argument_text(arguments[0])).markdown(&*base));
}

void main_text(Context context, Arguments arguments) {
  if (is_null(arguments[0])) return;
  answer(context, cache_of(context).get(argument_text(arguments[0])).main_text());
}

void hamming(Context context, Arguments arguments) {
  if (is_null(arguments[0]) || is_null(arguments[1])) return;
  const auto one = static_cast<std::uint64_t>(sqlite3_value_int64(arguments[0]));
  const auto other = static_cast<std::uint64_t>(sqlite3_value_int64(arguments[1]));
  sqlite3_result_int(context, parser::hamming_distance(one, other));
}

void host(Context context, Arguments arguments) {
  const auto url = parser::parse_url(argument_text(arguments[0]));
  if (url && !url->host().empty()) answer(context, url->host());
}

void url_part(Context context, Arguments arguments) {
  using Part = std::string_view (parser::Url::*)() const noexcept;
  static constexpr std::pair<std::string_view, Part> kParts[] = {
      {"href", &parser::Url::href},         {"protocol", &parser::Url::protocol},
      {"username", &parser::Url::username}, {"password", &parser::Url::password},
      {"host", &parser::Url::host},         {"hostname", &parser::Url::hostname},
      {"port", &parser::Url::port},         {"pathname", &parser::Url::pathname},
      {"search", &parser::Url::search},     {"hash", &parser::Url::hash}};
  const std::string_view wanted = argument_text(arguments[1]);
  const auto url = parser::parse_url(argument_text(arguments[0]));
  for (const auto& [name, part] : kParts) {
    if (name != wanted) continue;
    if (url) answer(context, ((*url).*part)());
    return;
  }
  fail(context, "url_part: '" + std::string(wanted) +
                    "' is none of href, protocol, username, "
                    "password, host, hostname, port, pathname, search, hash");
}

void resolve(Context context, Arguments arguments) {
  if (is_null(arguments[1])) return;
  const auto base = parser::parse_url(argument_text(arguments[0]));
  const auto url = parser::parse_url(argument_text(arguments[1]), base ? &*base : nullptr);
  if (url) answer(context, url->href());
}

// text REGEXP pattern comes as regexp(pattern, text).
void regexp(Context context, Arguments arguments) {
  if (is_null(arguments[0]) || is_null(arguments[1])) return;
  const auto* const pattern = compiled_argument<parser::Pattern>(
      context, arguments, 0, [&](std::string_view text) -> std::optional<parser::Pattern> {
        std::string why_not;
        auto made = parser::compile_pattern(std::string(text), why_not);
        if (made) return made;
        fail(context, "regexp: " + why_not);
        return std::nullopt;
      });
  if (pattern == nullptr) return;
  sqlite3_result_int(context, parser::finds(**pattern, argument_text(arguments[1])) ? 1 : 0);
}

// No exception crosses SQLite's frames.
template <void (*kFunction)(Context, Arguments)>
void call(Context context, int, Arguments arguments) noexcept {
  try {
    kFunction(context, arguments);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

struct Function {
  const char* name;
  int arguments;
  void (*call)(Context, int, Arguments);
};
constexpr Function kFunctions[] = {
    {"body", 1, call<body>},           {"css", 2, call<css>},
    {"host", 1, call<host>},           {"url_part", 2, call<url_part>},
    {"resolve", 2, call<resolve>},     {"regexp", 2, call<regexp>},
    {"markdown", 1, call<markdown>},   {"markdown", 2, call<markdown_of_url>},
    {"main_text", 1, call<main_text>}, {"hamming", 2, call<hamming>},
};

void destroy_cache(void* cache) noexcept {
  delete static_cast<std::shared_ptr<HtmlCache>*>(cache);
}

}  // namespace

void add_sql_functions(sqlite3* db) {
  const auto cache = std::make_shared<HtmlCache>();
  // Only for the user's own words: what a file holds as a view or trigger may not call them.
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  for (const Function& function : kFunctions) {
    auto context = std::make_unique<std::shared_ptr<HtmlCache>>(cache);
    // SQLite frees the context, also where it fails.
    const int code =
        sqlite3_create_function_v2(db, function.name, function.arguments, kFlags, context.release(),
                                   function.call, nullptr, nullptr, destroy_cache);
    if (code != SQLITE_OK) throw storage::StorageError("cannot declare SQL functions");
  }
  add_css_table(db, cache);
}

}  // namespace skitter::cli
