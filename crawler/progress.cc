#include "crawler/progress.h"

namespace skitter::crawler {

std::string_view to_string(Bottleneck bottleneck) noexcept {
  switch (bottleneck) {
    case Bottleneck::Politeness:
      return "politeness";
    case Bottleneck::Network:
      return "network";
    case Bottleneck::Parser:
      return "parser";
    case Bottleneck::Disk:
      return "disk";
    case Bottleneck::Output:
      return "output";
    case Bottleneck::Space:
      return "paused, no disk space";
    case Bottleneck::Lock:
      return "database locked";
    case Bottleneck::Nothing:
      return "nothing left";
  }
  return "";
}

}  // namespace skitter::crawler
