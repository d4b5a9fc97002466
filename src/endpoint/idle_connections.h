#pragma once

#include <chrono>
#include <list>
#include <unordered_map>

#include <paceline/loop/loop.h>

namespace paceline::endpoint {

/// Ends connections on which nothing has been asked for a time: to both sides they look closed.
class IdleConnections {
 public:
  /// 0 ends none.
  IdleConnections(Loop& loop, std::chrono::milliseconds limit);

  /// Nothing is asked on it from now on.
  void add(int descriptor);
  /// It is used again, or closed; does nothing for one that was not added.
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
  /// The one that has been idle longest first.
  List idle_;
  std::unordered_map<int, List::iterator> places_;
  Timer timer_;
};

}  // namespace paceline::endpoint
