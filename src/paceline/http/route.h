#pragma once

#include <string>
#include <vector>

namespace paceline {

/// A host by name or number, and its port.
struct HostPort {
  std::string host;
  std::string port;
};

/// The hosts whose addresses are needed to connect: none where all are numbers.
using Route = std::vector<HostPort>;

}  // namespace paceline
