#include "parser/canonical.h"

#include <algorithm>

#include "parser/url_encode.h"
#include "parser/url_internal.h"

namespace skitter::parser {
namespace {

constexpr std::string_view kTrackingParameters[] = {
    // Campaigns
    "utm_*",
    "mtm_*",
    "pk_*",
    "piwik_*",
    "matomo_*",
    "hsa_*",
    "oly_*",
    "vero_*",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_hsenc",
    "_hsmi",
    "__hssc",
    "__hstc",
    "__hsfp",
    "hsCtaTracking",
    "s_cid",
    "wt_mc",
    // Clicks and shares
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "fbclid",
    "msclkid",
    "yclid",
    "ysclid",
    "twclid",
    "ttclid",
    "igshid",
    "li_fat_id",
    "epik",
    "irclickid",
    "rb_clickid",
    "_openstat",
    "_ga",
    "_gl",
    "_ke",
    // Sessions
    "PHPSESSID",
    "phpsessid",
    "JSESSIONID",
    "jsessionid",
    "ASPSESSIONID*",
    "aspsessionid*",
    "CFID",
    "CFTOKEN",
    "cfid",
    "cftoken",
    "sessionid",
    "session_id",
    "SESSIONID",
    "osCsid",
    "zenid",
};

bool meets(std::string_view name, std::string_view rule) noexcept {
  if (!rule.ends_with('*')) return name == rule;
  rule.remove_suffix(1);
  return name.starts_with(rule);
}

bool is_stripped(std::string_view parameter, const CanonicalRules& rules) {
  const std::string name = percent_decode(parameter.substr(0, parameter.find('=')));
  return std::any_of(rules.strip.begin(), rules.strip.end(),
                     [&name](const std::string& rule) { return meets(name, rule); });
}

}  // namespace

std::span<const std::string_view> tracking_parameters() noexcept {
  return kTrackingParameters;
}

Url canonicalise(Url url, const CanonicalRules& rules) {
  std::string_view rest = url.search();
  if (rules.strip.empty() || rest.empty() || !url.is_http()) return url;
  rest.remove_prefix(1);
  std::string kept;
  bool is_changed = false;
  for (bool more = true, first = true; more;) {
    const std::size_t end = rest.find('&');
    more = end != std::string_view::npos;
    const std::string_view parameter = rest.substr(0, end);
    if (more) rest.remove_prefix(end + 1);
    if (is_stripped(parameter, rules)) {
      is_changed = true;
      continue;
    }
    if (!first) kept += '&';
    kept += parameter;
    first = false;
  }
  if (!is_changed) return url;
  if (!kept.empty()) kept.insert(0, 1, '?');
  UrlParts& at = UrlAccess::at(url);
  UrlAccess::href(url).replace(at.search_begin, at.hash_begin - at.search_begin, kept);
  at.hash_begin = static_cast<std::uint32_t>(at.search_begin + kept.size());
  return url;
}

}  // namespace skitter::parser
