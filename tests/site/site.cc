#include "tests/site/site.h"

#include <signal.h>
#include <sys/resource.h>

#include <thread>
#include <utility>

#include "tests/site/routes.h"
#include "tests/site/server.h"

namespace skitter::site {

struct Site::Impl {
  explicit Impl(SiteOptions options)
      : log(options.log),
        server(
            options.port, [this](Request& request) { return answer(request); }, log) {
    if (options.pages) pages.emplace(std::move(*options.pages), server.port());
    thread = std::thread(&Impl::run, this);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    server.stop();
    thread.join();
  }

  // Signals are for the threads of the program; and a SIGPIPE of a client that broke off is for
  // nobody.
  void run() noexcept {
    sigset_t all;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, nullptr);  // fails for a wrong first argument only
    server.run();
  }

  Answer answer(Request& request) {
    if (const auto handler = routes.match(request)) return (*handler)(request);
    if (pages) return pages->answer(request.host, request.path);
    return Answer::plain(404, "There is no such page.\n");
  }

  Log log;
  Routes routes;
  std::optional<Pages> pages;
  Server server;
  std::thread thread;
};

Site::Site(SiteOptions options) {
  raise_file_limit();
  impl_ = std::make_unique<Impl>(std::move(options));
}

Site::~Site() = default;

std::uint16_t Site::port() const noexcept {
  return impl_->server.port();
}

std::string Site::url(std::string_view host, std::string_view path) const {
  return std::string("http://")
      .append(host)
      .append(":")
      .append(std::to_string(port()))
      .append(path);
}

std::vector<std::string> Site::seeds() const {
  std::vector<std::string> urls;
  for (std::uint32_t i = 0; impl_->pages && i < impl_->pages->hosts(); ++i) {
    urls.push_back(url("h" + std::to_string(i) + ".localhost"));
  }
  return urls;
}

const Pages* Site::pages() const noexcept {
  return impl_->pages ? &*impl_->pages : nullptr;
}

void Site::route(std::string_view host, std::string_view path, Handler handler) {
  impl_->routes.set(host, path, std::move(handler));
}

void Site::route(std::string_view host, std::string_view path, Answer answer) {
  route(host, path, [fixed = std::move(answer)](const Request&) { return fixed; });
}

std::vector<LogEntry> Site::log() const {
  return impl_->log.snapshot();
}

void raise_file_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);  // a lower limit is enough for most uses
}

}  // namespace skitter::site
