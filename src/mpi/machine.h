#pragma once

#include <string>

namespace paceline::mpi {

/// What tells apart the machines that processes run on.
struct Machine {
  /// The name of the host, for people.
  std::string host;
  /// Equal for processes with the same monotonic clock.
  std::string clock;
  /// Equal for processes with the same loopback interface.
  std::string loopback;
};

/// The machine of this process.
Machine this_machine();

}  // namespace paceline::mpi
