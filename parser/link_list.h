#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/text_pool.h"

namespace skitter::parser {

// What a reference on a page is for. The words are those of the `links.kind` column.
enum class LinkKind : std::uint8_t {
  A,
  Area,
  Frame,
  Iframe,
  Next,          // link rel=next
  Prev,          // link rel=prev
  Canonical,     // link rel=canonical
  Alternate,     // link rel=alternate
  Refresh,       // meta refresh, or a Refresh header
  Redirect,      // a 3xx answer's Location
  Sitemap,       // listed in a sitemap or a feed
  ChildSitemap,  // a sitemap listed in a sitemap index
  Image,
  Script,
  Stylesheet,
  Media,  // audio, video, source, track, embed, object
};

[[nodiscard]] std::string_view to_string(LinkKind kind) noexcept;

// True for the kinds that lead to another page; the others are recorded and never fetched.
[[nodiscard]] bool is_followed(LinkKind kind) noexcept;

// One reference on a page; its texts belong to the list that it is in.
struct Link {
  std::string_view url;     // canonical URL (serialised, no fragment); any scheme
  std::string_view anchor;  // visible text, or the alt of an image in it; on one line; UTF-8
  std::string_view rel;     // the attribute's tokens, lower case, one space between
  LinkKind kind = LinkKind::A;

  bool operator==(const Link&) const = default;
};

// The references of a page, in document order; one that stands twice is kept twice.
//
// Owns:    the links and their texts, which hold when the list is moved.
class LinkList {
 public:
  using value_type = Link;
  using const_iterator = std::vector<Link>::const_iterator;

  void reserve(std::size_t links) { links_.reserve(links); }
  // Copies the texts. What it gives holds until the next call.
  const Link& add(const Link& link) {
    return links_.emplace_back(
        Link{texts_.add(link.url), texts_.add(link.anchor), texts_.add(link.rel), link.kind});
  }
  void set_url(std::size_t index, std::string_view url) { links_[index].url = texts_.add(url); }
  // The texts, for who has kept views of them; the list is empty afterwards.
  [[nodiscard]] TextPool take_texts() && noexcept {
    links_.clear();
    return std::move(texts_);
  }

  [[nodiscard]] const_iterator begin() const noexcept { return links_.begin(); }
  [[nodiscard]] const_iterator end() const noexcept { return links_.end(); }
  [[nodiscard]] const Link& operator[](std::size_t index) const noexcept { return links_[index]; }
  [[nodiscard]] std::size_t size() const noexcept { return links_.size(); }
  [[nodiscard]] bool empty() const noexcept { return links_.empty(); }

 private:
  std::vector<Link> links_;
  TextPool texts_;
};

}  // namespace skitter::parser
