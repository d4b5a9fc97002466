#pragma once

#include <chrono>
#include <list>
#include <unordered_map>

#include <paceline/loop/loop.h>

namespace paceline::endpoint {

/// Shuts down connections that have had no request for a time. Both sides then read their end.
class IdleConnections {
 public:
  /// `limit`: 0 shuts down none.
  IdleConnections(loop::Loop& loop, std::chrono::milliseconds limit);

  /// The connection is idle from now on.
  void add(int descriptor);
  /// The connection has a request, or is closed. No effect on one that was not added.
  void remove(int descriptor);

 private:
  struct Idle {
    int descriptor;
    TimePoint until;
  };
  using List = std::list<Idle>;

  void wait_for_first();
  void end_due();

  std::chrono::milliseconds limit_;
  /// The connection that has been idle longest is the first.
  List idle_;
  std::unordered_map<int, List::iterator> places_;
  loop::Timer timer_;
};

}  // namespace paceline::endpoint
