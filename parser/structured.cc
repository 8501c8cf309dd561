// What pages say of themselves for machines: JSON-LD, microdata, OpenGraph and meta tags.
// Source: JSON-LD 1.1 §7 (in HTML), HTML §5.2 (microdata) and §5.4 (its JSON), ogp.me.

#include <gumbo.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "parser/ascii.h"
#include "parser/element_value.h"
#include "parser/html_space.h"
#include "parser/item_sink.h"

namespace skitter::parser {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostDepth = 32;  // of JSON, and of microdata items in items

template <typename Json>
std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Too deep a document would overflow the stack where it is written again. Its keys are sorted: to
// keep their order takes the square of their number.
std::optional<nlohmann::json> parse_shallow(const std::string& text) {
  using nlohmann::json;
  bool is_too_deep = false;
  const auto check = [&](int depth, json::parse_event_t, json&) {
    is_too_deep |= depth > static_cast<int>(kMostDepth);
    return !is_too_deep;
  };
  auto parsed = json::parse(text, check, /*allow_exceptions=*/false);
  if (parsed.is_discarded() || is_too_deep) return std::nullopt;
  return parsed;
}

// A key that comes again makes a list.
void add_value(ordered_json& object, const std::string& key, std::string value) {
  auto [place, is_new] = object.emplace(key, value);
  if (is_new) return;
  ordered_json& earlier = *place;
  if (!earlier.is_array()) earlier = ordered_json::array({std::move(earlier)});
  earlier.push_back(std::move(value));
}

void extract_json_ld(const ItemSource& source, ItemSink& sink) {
  const ElementTree& tree = source.tree;
  std::int64_t position = 0;
  for (ElementId id = 0; id < tree.size(); ++id) {
    if (tree[id].tag != GUMBO_TAG_SCRIPT) continue;
    std::string_view type = tree.attribute(id, "type").value_or("");
    type = trim_html_space(type.substr(0, type.find(';')));
    if (!ascii::equals_ignore_case(type, "application/ld+json")) continue;
    const auto json = parse_shallow(text_of(tree, id, Spacing::Keep, sink.bytes_left()));
    if (!json) continue;
    if (!json->is_array()) {
      if (!sink.add("json-ld", position++, dump(*json))) return;
      continue;
    }
    for (const nlohmann::json& each : *json) {
      if (!sink.add("json-ld", position++, dump(each))) return;
    }
  }
}

// Both in one pass: {"og:title": ...} of property=, {"description": ...} of name=.
void extract_meta(const ItemSource& source, ItemSink& sink) {
  constexpr std::string_view kGraphs[] = {
      "og:", "article:", "book:", "profile:", "product:", "video:", "music:", "fb:"};
  const ElementTree& tree = source.tree;
  ordered_json graph = ordered_json::object();
  ordered_json meta = ordered_json::object();
  for (ElementId id = 0; id < tree.size(); ++id) {
    if (tree[id].tag != GUMBO_TAG_META) continue;
    const auto content = tree.attribute(id, "content");
    if (!content) continue;
    const std::string value(trim_html_space(*content));
    for (const char* const attribute : {"property", "name"}) {
      const std::string key =
          ascii::lower(trim_html_space(tree.attribute(id, attribute).value_or("")));
      if (key.empty()) continue;
      const bool is_graph =
          std::any_of(std::begin(kGraphs), std::end(kGraphs),
                      [&](std::string_view with) { return key.starts_with(with); });
      add_value(is_graph ? graph : meta, key, value);
      break;
    }
    sink.take_steps(graph.size() + meta.size());  // a key is looked for among all before it
    if (sink.is_over()) return;
  }
  if (!graph.empty()) sink.add("opengraph", 0, dump(graph));
  if (!meta.empty()) sink.add("meta", 0, dump(meta));
}

// Microdata items as JSON. An item's properties are found by one walk over what is in it, which
// leaves out what is in its inner items.
class Microdata {
 public:
  Microdata(const ItemSource& source, ItemSink& sink)
      : tree_(source.tree), base_(source.base), sink_(sink) {}

  void run() {
    std::int64_t position = 0;
    for (ElementId id = 0; id < tree_.size(); ++id) {
      if (!has(id, "itemscope") || has(id, "itemprop")) continue;
      if (sink_.is_over() || !sink_.add("microdata", position++, dump(item(id, 0)))) return;
    }
  }

 private:
  [[nodiscard]] bool has(ElementId id, const char* name) const {
    return tree_.attribute(id, name).has_value();
  }
  [[nodiscard]] std::string_view attribute(ElementId id, const char* name) const {
    return tree_.attribute(id, name).value_or("");
  }

  ordered_json item(ElementId id, std::size_t depth) {
    sink_.take_value(0);
    ordered_json result = ordered_json::object();
    std::string_view types = attribute(id, "itemtype");
    for (auto type = take_token(types); !type.empty(); type = take_token(types)) {
      result["type"].push_back(type);
    }
    if (has(id, "itemid")) {
      result["id"] = resolve_value(trim_html_space(attribute(id, "itemid")), base_);
    }
    ordered_json properties = ordered_json::object();
    if (depth < kMostDepth) {
      add_properties(properties, id + 1, tree_[id].end, depth);
      std::string_view references = attribute(id, "itemref");
      for (auto name = take_token(references); !name.empty(); name = take_token(references)) {
        const ElementId other = find(name);
        // An item that is in what it refers to has no end.
        const bool is_around = other != kNoElement && other <= id && id < tree_[other].end;
        if (other != kNoElement && !is_around) {
          add_properties(properties, other, tree_[other].end, depth);
        }
        if (sink_.is_over()) break;
      }
    }
    result["properties"] = std::move(properties);
    return result;
  }

  void add_properties(ordered_json& properties, ElementId begin, ElementId end, std::size_t depth) {
    for (ElementId id = begin; id < end;) {
      sink_.take_steps(1 + properties.size() / 4);
      if (sink_.is_over()) return;
      const bool is_item = has(id, "itemscope");
      std::string_view names = attribute(id, "itemprop");
      auto name = take_token(names);
      if (!name.empty()) {
        const std::size_t before = sink_.pending_bytes();
        ordered_json value = is_item ? item(id, depth + 1) : ordered_json(value_of(id));
        const std::size_t bytes = sink_.pending_bytes() - before;
        for (auto next = take_token(names); !next.empty(); next = take_token(names)) {
          sink_.take_value(bytes);
          if (sink_.is_over()) return;
          properties[std::string(name)].push_back(value);
          name = next;
        }
        properties[std::string(name)].push_back(std::move(value));
      }
      id = is_item ? tree_[id].end : id + 1;
    }
  }

  std::string value_of(ElementId id) {
    std::string value = find_value(id);
    sink_.take_value(value.size());
    return value;
  }

  // HTML §5.2.4
  std::string find_value(ElementId id) {
    const auto url = [&](const char* name) {
      return has(id, name) ? resolve_value(attribute(id, name), base_) : std::string();
    };
    switch (tree_[id].tag) {
      case GUMBO_TAG_META:
        return std::string(attribute(id, "content"));
      case GUMBO_TAG_AUDIO:
      case GUMBO_TAG_EMBED:
      case GUMBO_TAG_IFRAME:
      case GUMBO_TAG_IMG:
      case GUMBO_TAG_SOURCE:
      case GUMBO_TAG_TRACK:
      case GUMBO_TAG_VIDEO:
        return url("src");
      case GUMBO_TAG_A:
      case GUMBO_TAG_AREA:
      case GUMBO_TAG_LINK:
        return url("href");
      case GUMBO_TAG_OBJECT:
        return url("data");
      case GUMBO_TAG_DATA:
      case GUMBO_TAG_METER:
        return std::string(attribute(id, "value"));
      case GUMBO_TAG_TIME:
        if (has(id, "datetime")) return std::string(attribute(id, "datetime"));
        break;
      default:  // gumbo's tags are an open list
        break;
    }
    if (has(id, "content")) return std::string(attribute(id, "content"));  // as search engines do
    std::string text = text_of(tree_, id, Spacing::Collapse, sink_.bytes_left());
    sink_.take_steps(tree_[id].end - id);
    return text;
  }

  ElementId find(std::string_view name) {
    if (ids_.empty()) {
      for (ElementId id = tree_.size(); id-- > 0;) {  // backwards: the first of two wins
        if (tree_[id].id != nullptr) ids_[tree_[id].id] = id;
      }
    }
    const auto found = ids_.find(name);
    return found == ids_.end() ? kNoElement : found->second;
  }

  const ElementTree& tree_;
  const Url& base_;
  ItemSink& sink_;
  std::unordered_map<std::string_view, ElementId> ids_;
};

}  // namespace

void extract_structured(const ItemSource& source, ItemSink& sink) {
  extract_json_ld(source, sink);
  Microdata(source, sink).run();
  extract_meta(source, sink);
}

}  // namespace skitter::parser
