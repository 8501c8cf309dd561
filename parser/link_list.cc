#include "parser/link_list.h"

namespace skitter::parser {

std::string_view to_string(LinkKind kind) noexcept {
  switch (kind) {
    case LinkKind::A:
      return "a";
    case LinkKind::Area:
      return "area";
    case LinkKind::Frame:
      return "frame";
    case LinkKind::Iframe:
      return "iframe";
    case LinkKind::Next:
      return "next";
    case LinkKind::Prev:
      return "prev";
    case LinkKind::Canonical:
      return "canonical";
    case LinkKind::Alternate:
      return "alternate";
    case LinkKind::Refresh:
      return "refresh";
    case LinkKind::Redirect:
      return "redirect";
    case LinkKind::Sitemap:
      return "sitemap";
    case LinkKind::ChildSitemap:
      return "child_sitemap";
    case LinkKind::Image:
      return "image";
    case LinkKind::Script:
      return "script";
    case LinkKind::Stylesheet:
      return "stylesheet";
    case LinkKind::Media:
      return "media";
  }
  return "";
}

bool is_followed(LinkKind kind) noexcept {
  switch (kind) {
    case LinkKind::A:
    case LinkKind::Area:
    case LinkKind::Frame:
    case LinkKind::Iframe:
    case LinkKind::Next:
    case LinkKind::Prev:
    case LinkKind::Canonical:
    case LinkKind::Alternate:
    case LinkKind::Refresh:
    case LinkKind::Redirect:
    case LinkKind::Sitemap:
    case LinkKind::ChildSitemap:
      return true;
    case LinkKind::Image:
    case LinkKind::Script:
    case LinkKind::Stylesheet:
    case LinkKind::Media:
      return false;
  }
  return false;
}

}  // namespace skitter::parser
