#pragma once

#include <string>

namespace paceline::mpi {

/// Identifies the machine that a process runs on.
struct Machine {
  /// The name of the host, for people.
  std::string host;
  /// Identifies the monotonic clock: processes with equal texts read the same clock.
  std::string clock;
  /// Identifies the loopback interface: a process reaches the loopback addresses of processes with
  /// an equal text.
  std::string loopback;
};

/// The machine of this process.
Machine this_machine();

}  // namespace paceline::mpi
