#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <queue>
#include <vector>

#include <paceline/http/exchange.h>
#include <paceline/loop/loop.h>

namespace paceline {

/// Says which exchanges have been on their way for too long. All have the same time, and one timer
/// does for all of them. Since few are ever late, an exchange that ends and begins again costs next
/// to nothing: the place that it once took in the queue is looked at, and taken anew, when it comes
/// up.
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
  /// When an exchange is late at the earliest.
  struct Place {
    TimePoint deadline;
    Exchange* exchange;
    bool operator>(const Place& other) const { return deadline > other.deadline; }
  };
  struct State {
    bool is_on_its_way = false;
    bool is_queued = false;
  };

  void look();

  std::chrono::milliseconds timeout_;
  std::function<void(Exchange&)> on_late_;
  /// By exchange number.
  std::vector<State> states_;
  /// The earliest deadline is on top.
  std::priority_queue<Place, std::vector<Place>, std::greater<>> places_;
  Timer timer_;
};

}  // namespace paceline
