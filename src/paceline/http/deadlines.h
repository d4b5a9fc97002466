#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <vector>

#include <paceline/http/exchange.h>
#include <paceline/loop/loop.h>

namespace paceline {

/// Says which exchanges have been on their way for too long. All have the same time, so the first
/// that was sent is the first to be late, and one timer does for all of them.
class Deadlines {
 public:
  /// `on_late` may begin and end others.
  Deadlines(Loop& loop, std::size_t exchanges, std::chrono::milliseconds timeout,
            std::function<void(Exchange&)> on_late);

  /// It has been sent now, as reply.sent says.
  void begin(Exchange& exchange);
  /// It is in time.
  void end(const Exchange& exchange);

 private:
  using Queue = std::list<Exchange*>;

  void look();

  std::chrono::milliseconds timeout_;
  std::function<void(Exchange&)> on_late_;
  /// The first sent is the first.
  Queue sent_;
  Queue others_;
  /// By exchange number; nodes move from list to list, so that a request allocates none.
  std::vector<Queue::iterator> places_;
  Timer timer_;
};

}  // namespace paceline
