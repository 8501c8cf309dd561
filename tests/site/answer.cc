#include "tests/site/answer.h"

#include <strings.h>

namespace skitter::site {

std::string_view find_header(const Headers& headers, std::string_view name) noexcept {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) {
      return value;
    }
  }
  return {};
}

Answer Answer::html(std::string body) {
  Answer answer;
  answer.headers = {{"Content-Type", "text/html; charset=utf-8"}};
  answer.body = std::move(body);
  return answer;
}

Answer Answer::plain(int status, std::string body) {
  Answer answer;
  answer.status = status;
  answer.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  answer.body = std::move(body);
  return answer;
}

Answer Answer::redirect(std::string location, int status) {
  Answer answer;
  answer.status = status;
  answer.headers = {{"Location", std::move(location)}};
  return answer;
}

}  // namespace skitter::site
