#include "crawler/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "parser/fingerprint.h"
#include "tests/crawler/crawl_values.h"
#include "tests/sanitized.h"

namespace skitter::crawler {
namespace {

using parser::Link;
using parser::LinkKind;

struct DiscoveryFixture {
  explicit DiscoveryFixture(Options given = {})
      : options(std::move(given)), frontier(FrontierLimits{}) {
    Admission admission(options);
    admission.add_seed(url("http://h/"));
    discovery = std::make_unique<Discovery>(options, std::move(admission), frontier);
  }

  UrlId find(std::string_view text) { return discovery->known().find(parser::fingerprint(text)); }
  KnownUrls::Row& row(std::string_view text) { return discovery->known()[find(text)]; }
  void seed(std::string_view text) { discovery->add_seed(record, url(text), kNow); }
  void link(std::string_view from, std::string_view to, std::string_view rel = "",
            LinkKind kind = LinkKind::A, bool nofollow = false) {
    Discovery::Source source = discovery->source(find(from));
    source.nofollow = nofollow;
    const Link links[] = {{to, "", rel, kind}};
    (void)discovery->offer_links(record, source, links, {}, kNow);
  }
  void end(std::string_view text, Outcome outcome) { row(text).set_outcome(outcome); }

  Options options;
  Frontier frontier;
  std::unique_ptr<Discovery> discovery;
  Record record;
};

Options with_depth(std::uint32_t depth) {
  Options options;
  options.depth = depth;
  return options;
}

TEST(DiscoveryTest, ASeedIsLetInOnce) {
  DiscoveryFixture f;
  f.seed("http://h/#top");
  f.seed("http://h/");
  ASSERT_EQ(f.record.discovered.size(), 1u);
  EXPECT_EQ(f.record.discovered[0].url, "http://h/");
  EXPECT_EQ(f.record.discovered[0].outcome, Outcome::Queued);
  ASSERT_EQ(f.record.hosts.size(), 1u);
  EXPECT_EQ(f.record.hosts[0].name, "h");
  EXPECT_EQ(f.discovery->discovered(), 1u);
  EXPECT_EQ(f.frontier.queued(), 1u);
  EXPECT_TRUE(f.row("http://h/").is_in_memory());
}

// In whatever order they come: a URL is a trap only where every page has it too far down.
TEST(DiscoveryTest, FollowsSoManyLinksOfAPage) {
  Options options;
  options.traps.max_page_links = 2;
  const auto page_of = [](DiscoveryFixture& f, std::string_view page) {
    const Link flood[] = {
        {"http://h/1", "", "", LinkKind::A},       {"http://h/i", "", "", LinkKind::Image},
        {"http://h/s", "", "", LinkKind::Sitemap}, {"http://h/2", "", "", LinkKind::A},
        {"http://h/3", "", "", LinkKind::A},       {"http://h/4", "", "nofollow", LinkKind::A}};
    const Link few[] = {{"http://h/3", "", "", LinkKind::A},
                        {"http://h/4", "", "nofollow", LinkKind::A}};
    const std::span<const Link> links =
        page == "http://h/flood" ? std::span<const Link>(flood) : std::span<const Link>(few);
    (void)f.discovery->offer_links(f.record, f.discovery->source(f.find(page)), links, {}, kNow);
  };
  for (const bool is_flood_first : {true, false}) {
    SCOPED_TRACE(is_flood_first);
    DiscoveryFixture f(options);
    f.seed("http://h/flood");
    f.seed("http://h/few");
    if (is_flood_first) {
      page_of(f, "http://h/flood");
      EXPECT_EQ(f.row("http://h/3").outcome(), Outcome::Trap);
      EXPECT_EQ(f.row("http://h/4").outcome(), Outcome::Trap);
    }
    page_of(f, "http://h/few");
    if (!is_flood_first) page_of(f, "http://h/flood");
    EXPECT_EQ(f.row("http://h/1").outcome(), Outcome::Queued);
    EXPECT_EQ(f.row("http://h/2").outcome(), Outcome::Queued);
    EXPECT_EQ(f.row("http://h/s").outcome(), Outcome::Queued);
    EXPECT_EQ(f.row("http://h/i").outcome(), std::nullopt);
    EXPECT_EQ(f.row("http://h/3").outcome(), Outcome::Queued);
    EXPECT_EQ(f.row("http://h/4").outcome(), Outcome::Robots);
  }
}

// What becomes of a URL after one link, and after a second.
TEST(DiscoveryTest, TheStrongestClaimHolds) {
  enum Way { Image, Nofollow, NofollowPage, Follow };
  struct Case {
    Way first, second;
    std::optional<Outcome> after_first, after_second;
  };
  const Case cases[] = {
      {Image, Image, std::nullopt, std::nullopt},
      {Image, Nofollow, std::nullopt, Outcome::Robots},
      {Image, Follow, std::nullopt, Outcome::Queued},
      {Nofollow, Image, Outcome::Robots, Outcome::Robots},
      {Nofollow, NofollowPage, Outcome::Robots, Outcome::Robots},
      {NofollowPage, Follow, Outcome::Robots, Outcome::Queued},
      {Nofollow, Follow, Outcome::Robots, Outcome::Queued},
      {Follow, Nofollow, Outcome::Queued, Outcome::Queued},
      {Follow, Image, Outcome::Queued, Outcome::Queued},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << c.first << " then " << c.second);
    DiscoveryFixture f;
    f.seed("http://h/");
    const auto add = [&](Way way) {
      f.link("http://h/", "http://h/x", way == Nofollow ? "me nofollow" : "nofollower",
             way == Image ? LinkKind::Image : LinkKind::A, way == NofollowPage);
      return f.row("http://h/x").outcome();
    };
    EXPECT_EQ(add(c.first), c.after_first);
    EXPECT_EQ(add(c.second), c.after_second);
    EXPECT_EQ(f.discovery->discovered(), c.after_second ? 2u : 1u);
    EXPECT_EQ(f.frontier.queued(), c.after_second == Outcome::Queued ? 2u : 1u);
  }
}

TEST(DiscoveryTest, NofollowIsNoRuleWhereRobotsAreIgnored) {
  Options options;
  options.robots = RobotsPolicy::Ignore;
  DiscoveryFixture f(options);
  f.seed("http://h/");
  f.link("http://h/", "http://h/x", "nofollow");
  EXPECT_EQ(f.row("http://h/x").outcome(), Outcome::Queued);
}

TEST(DiscoveryTest, RuledOutByAdmissionBeforeDepth) {
  DiscoveryFixture f(with_depth(0));
  f.seed("http://h/");
  f.link("http://h/", "http://other/");
  f.link("http://h/", "http://h/x");
  EXPECT_EQ(f.row("http://other/").outcome(), Outcome::Scope);
  EXPECT_EQ(f.row("http://h/x").outcome(), Outcome::Depth);
}

TEST(DiscoveryTest, TooDeepIsLetInWhenFoundNearer) {
  DiscoveryFixture f(with_depth(2));
  f.seed("http://h/");
  f.link("http://h/", "http://h/1");
  f.link("http://h/1", "http://h/2");
  f.link("http://h/2", "http://h/3");
  EXPECT_EQ(f.row("http://h/3").outcome(), Outcome::Depth);
  f.link("http://h/", "http://h/3");
  EXPECT_EQ(f.row("http://h/3").outcome(), Outcome::Queued);
  EXPECT_EQ(f.row("http://h/3").depth, 1u);
  ASSERT_EQ(f.record.changes.size(), 1u);
  ASSERT_TRUE(f.record.changes[0].decision);
  EXPECT_EQ(f.record.changes[0].decision->outcome, Outcome::Queued);
}

// Whether the links of a page that was found nearer must be offered again.
TEST(DiscoveryTest, WhatHasLinksMovesThePagesBehindIt) {
  const std::pair<Outcome, bool> cases[] = {
      {Outcome::Ok, true},       {Outcome::ParseLimit, true}, {Outcome::NotModified, true},
      {Outcome::Redirect, true}, {Outcome::Queued, false},    {Outcome::HttpError, false},
      {Outcome::Timeout, false},
  };
  for (const auto& [outcome, moves] : cases) {
    SCOPED_TRACE(storage::to_string(outcome));
    DiscoveryFixture f;
    f.seed("http://h/");
    f.link("http://h/", "http://h/1");
    f.link("http://h/1", "http://h/2");
    f.end("http://h/2", outcome);
    f.link("http://h/", "http://h/2");
    f.link("http://h/", "http://h/2");  // once is enough
    EXPECT_EQ(f.row("http://h/2").depth, 1u);
    EXPECT_EQ(f.record.nearer.size(), moves ? 1u : 0u);
    EXPECT_EQ(f.discovery->take_nearer().has_value(), moves);
    EXPECT_FALSE(f.discovery->has_nearer());
  }
}

TEST(DiscoveryTest, RedirectsKeepTheDepthAndHaveALimit) {
  Options options;
  options.max_redirects = 2;
  DiscoveryFixture f(options);
  f.seed("http://h/");
  f.link("http://h/", "http://h/0");
  const auto redirect = [&](std::string_view from, std::string_view to) {
    return f.discovery->offer_redirect(f.record, f.discovery->source(f.find(from)), url(to), kNow);
  };
  EXPECT_TRUE(redirect("http://h/0", "http://h/1"));
  EXPECT_TRUE(redirect("http://h/1", "http://h/2"));
  EXPECT_FALSE(redirect("http://h/2", "http://h/3"));
  EXPECT_EQ(f.row("http://h/2").depth, 1u);
  EXPECT_EQ(f.row("http://h/2").hops, 2u);
  EXPECT_EQ(f.row("http://h/3").outcome(), std::nullopt);
  f.link("http://h/", "http://h/2");  // found by a link: its chain starts anew
  EXPECT_EQ(f.row("http://h/2").hops, 0u);
  EXPECT_TRUE(redirect("http://h/2", "http://h/3"));
  EXPECT_EQ(f.row("http://h/3").outcome(), Outcome::Queued);
}

TEST(DiscoveryTest, AChainOfRedirectsEndsWhateverTheOption) {
  Options options;
  options.max_redirects = 100'000;
  DiscoveryFixture f(options);
  f.seed("http://h/");
  f.row("http://h/").hops = 254;
  const auto redirect = [&](std::string_view from, std::string_view to) {
    return f.discovery->offer_redirect(f.record, f.discovery->source(f.find(from)), url(to), kNow);
  };
  EXPECT_TRUE(redirect("http://h/", "http://h/1"));
  EXPECT_FALSE(redirect("http://h/1", "http://h/2"));
}

TEST(DiscoveryTest, LinksGetTheIdsOfTheirTargets) {
  DiscoveryFixture f;
  f.seed("http://h/");
  const std::vector<Link> links = {{"http://h/a", "A", "me", LinkKind::A},
                                   {"mailto:x@y", "B", "", LinkKind::A},
                                   {"http://h/a", "again", "", LinkKind::A},
                                   {"http://h/", "home", "", LinkKind::A}};
  std::vector<std::uint64_t> prints;
  for (const Link& link : links) prints.push_back(parser::fingerprint(link.url));
  const std::span<const UrlId> ids =
      f.discovery->offer_links(f.record, f.discovery->source(1), links, prints, kNow);
  EXPECT_THAT(ids, testing::ElementsAre(2, 3, 2, 1));
  EXPECT_EQ(f.row("mailto:x@y").outcome(), Outcome::UnsupportedScheme);
}

TEST(DiscoveryTest, AnotherRunsOptionsJudgeAgain) {
  DiscoveryFixture f(with_depth(3));
  f.discovery->load_host({1, "", std::nullopt, 0, 0}, "h");
  f.discovery->load_url(1, "http://h/", 1, 0, 0, Outcome::Ok, "");
  f.discovery->load_url(2, "http://h/deep", 0, 2, 0, Outcome::Depth, "deeper than 1");
  f.discovery->load_url(3, "http://h/nofollow", 0, 1, 0, Outcome::Robots, "nofollow");
  f.discovery->judge_again(f.record, 2, "http://h/deep", kNow);
  f.discovery->judge_again(f.record, 3, "http://h/nofollow", kNow);
  ASSERT_EQ(f.record.changes.size(), 1u);
  EXPECT_EQ(f.record.changes[0].id, 2u);
  EXPECT_EQ(f.row("http://h/deep").outcome(), Outcome::Queued);
  EXPECT_EQ(f.discovery->discovered(), 3u);
}

// ---- The result does not depend on the order in which pages come in ----

struct SiteLink {
  int to;
  LinkKind kind;
  bool nofollow;
};
struct SitePage {
  Outcome outcome = Outcome::Ok;  // of fetching it
  bool nofollow = false;
  std::vector<SiteLink> links;  // of a Redirect: its target alone
};
struct Found {
  std::optional<Outcome> outcome;
  unsigned depth = 0;
  unsigned hops = 0;
  bool operator==(const Found&) const = default;
};
void PrintTo(const Found& found, std::ostream* out) {
  *out << (found.outcome ? storage::to_string(*found.outcome) : "target") << " depth "
       << found.depth << " hops " << found.hops;
}
using Result = std::map<std::string, Found>;

std::string name(int page) {
  return (page % 9 == 8 ? "http://elsewhere/" : "http://h/") + std::to_string(page);
}

std::vector<SitePage> random_site(std::mt19937& random) {
  const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
  std::vector<SitePage> site(static_cast<std::size_t>(8 + below(40)));
  const auto size = static_cast<unsigned>(site.size());
  for (SitePage& page : site) {
    switch (below(8)) {
      case 0:
      case 1:
        page.outcome = Outcome::Redirect;
        break;
      case 2:
        page.outcome = Outcome::ParseLimit;
        break;
      case 3:
        page.outcome = Outcome::HttpError;
        continue;
      default:
        break;
    }
    page.nofollow = page.outcome != Outcome::Redirect && below(12) == 0;
    const int links = page.outcome == Outcome::Redirect ? 1 : below(5);
    for (int i = 0; i < links; ++i)
      page.links.push_back(
          {below(size), below(6) == 0 ? LinkKind::Image : LinkKind::A, below(6) == 0});
  }
  return site;
}

// What must come out: claims, depths and hops improved until nothing changes.
Result fixpoint(const std::vector<SitePage>& site, const Options& options) {
  struct State {
    int claim = -1;  // 0 target, 1 nofollow, 2 followed
    unsigned depth = 0;
    unsigned hops = 0;
  };
  std::vector<State> states(site.size());
  const auto is_out_of_scope = [](int page) { return page % 9 == 8; };
  const auto is_fetched = [&](std::size_t page) {
    return states[page].claim == 2 && !is_out_of_scope(static_cast<int>(page)) &&
           states[page].depth <= *options.depth;
  };
  states[0] = {2, 0, 0};
  for (bool changed = true; changed;) {
    changed = false;
    const auto offer = [&](int to, State made) {
      State& state = states[static_cast<std::size_t>(to)];
      if (made.claim < state.claim) return;
      State next = made;
      if (made.claim == state.claim) {
        next.depth = std::min(state.depth, made.depth);
        next.hops = std::min(state.hops, made.hops);
      }
      const bool is_better = std::tie(next.claim, next.depth, next.hops) !=
                             std::tie(state.claim, state.depth, state.hops);
      if (!is_better) return;
      state = next;
      changed = true;
    };
    for (std::size_t i = 0; i < site.size(); ++i) {
      if (!is_fetched(i)) continue;
      const SitePage& page = site[i];
      for (const SiteLink& link : page.links) {
        if (page.outcome == Outcome::Redirect) {
          const bool is_within = states[i].hops < options.max_redirects;
          offer(link.to, {is_within ? 2 : 0, states[i].depth, states[i].hops + 1});
        } else if (link.kind == LinkKind::Image) {
          offer(link.to, {0, states[i].depth + 1, 0});
        } else {
          // Of a URL that is out of scope it does not matter who claims what.
          const bool is_nofollow = (link.nofollow || page.nofollow) && !is_out_of_scope(link.to);
          offer(link.to, {is_nofollow ? 1 : 2, states[i].depth + 1, 0});
        }
      }
    }
  }
  Result result;
  for (std::size_t i = 0; i < site.size(); ++i) {
    const State& state = states[i];
    if (state.claim < 0) continue;
    Found found{std::nullopt, 0, 0};
    if (state.claim > 0) {
      found = {site[i].outcome, state.depth, state.hops};
      if (state.depth > *options.depth) found.outcome = Outcome::Depth;
      if (state.claim == 1) found.outcome = Outcome::Robots;
      if (is_out_of_scope(static_cast<int>(i))) found.outcome = Outcome::Scope;
    }
    result[name(static_cast<int>(i))] = found;
  }
  return result;
}

// Fetches in an order of its own; a page's answer may be under way while others come in, and so may
// be the links of a page that was found nearer.
Result crawl(const std::vector<SitePage>& site, const Options& options, std::mt19937& random) {
  DiscoveryFixture f(options);
  const auto offer = [&](UrlId id, std::size_t number) {
    const SitePage& page = site[number];
    Discovery::Source source = f.discovery->source(id);
    source.nofollow = page.nofollow;
    std::vector<Link> links;
    parser::TextPool texts;
    for (const SiteLink& link : page.links) {
      if (page.outcome == Outcome::Redirect) {
        (void)f.discovery->offer_redirect(f.record, source, url(name(link.to)), kNow);
      } else {
        links.push_back({texts.add(name(link.to)), "", link.nofollow ? "nofollow" : "", link.kind});
      }
    }
    std::shuffle(links.begin(), links.end(), random);
    (void)f.discovery->offer_links(f.record, source, links, {}, kNow);
  };
  std::map<UrlId, std::size_t> numbers;
  std::vector<UrlId> queued;
  std::vector<UrlId> nearer;  // asked of the database
  const auto take_in = [&] {
    for (std::size_t i = 0; i < site.size(); ++i) {
      if (const UrlId id = f.find(name(static_cast<int>(i)))) numbers[id] = i;
    }
    for (const storage::NewUrl& added : f.record.discovered) {
      if (added.outcome == Outcome::Queued) queued.push_back(added.id);
    }
    for (const storage::UrlChange& change : f.record.changes) {
      if (change.decision && change.decision->outcome == Outcome::Queued)
        queued.push_back(change.id);
    }
    f.record = {};
  };
  f.seed(name(0));
  take_in();
  while (!queued.empty() || !nearer.empty() || f.discovery->has_nearer()) {
    const auto pick = [&](std::vector<UrlId>& ids) {
      std::swap(ids[random() % ids.size()], ids.back());
      const UrlId id = ids.back();
      ids.pop_back();
      return id;
    };
    switch (random() % 3) {
      case 0:
        if (queued.empty()) break;
        if (const UrlId id = pick(queued)) {
          EXPECT_EQ(f.discovery->known()[id].outcome(), Outcome::Queued) << "queued twice";
          offer(id, numbers[id]);
          f.discovery->known()[id].set_outcome(site[numbers[id]].outcome);
        }
        break;
      case 1:
        if (const std::optional<UrlId> id = f.discovery->take_nearer()) nearer.push_back(*id);
        break;
      case 2:
        if (nearer.empty()) break;
        const UrlId id = pick(nearer);
        f.discovery->reoffered(f.record, id);
        offer(id, numbers[id]);
        break;
    }
    take_in();
  }
  Result result;
  for (std::size_t i = 0; i < site.size(); ++i) {
    const std::string text = name(static_cast<int>(i));
    if (f.find(text) == 0) continue;
    const KnownUrls::Row& row = f.row(text);
    result[text] = row.outcome() ? Found{row.outcome(), row.depth, row.hops} : Found{};
  }
  return result;
}

TEST(DiscoveryPropertyTest, TheOrderOfAnswersDoesNotChangeTheResult) {
  for (unsigned seed = 1; seed <= (kIsSanitized ? 40 : 400); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Options options = with_depth(seed % 6);
    options.max_redirects = seed % 4;
    const std::vector<SitePage> site = random_site(random);
    const Result want = fixpoint(site, options);
    for (int order = 0; order < 10; ++order) {
      ASSERT_THAT(crawl(site, options, random), testing::ContainerEq(want));
    }
  }
}

}  // namespace
}  // namespace skitter::crawler
