#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <queue>
#include <vector>

#include <paceline/http/exchange.h>
#include <paceline/loop/loop.h>

namespace paceline {

/// Request timeouts that share one duration and one timer. An exchange that ends and begins again
/// costs next to nothing: its entry in the queue is moved when the entry comes up.
class RequestTimeouts {
 public:
  /// `on_timeout` is called from the loop, and may begin and end exchanges.
  RequestTimeouts(Loop& loop, std::size_t exchanges, std::chrono::milliseconds timeout,
                  std::function<void(Exchange&)> on_timeout);

  /// The exchange has been sent now, as response.sent says.
  void begin(Exchange& exchange);
  /// The exchange has ended in time.
  void end(const Exchange& exchange);

 private:
  /// When an exchange times out at the earliest.
  struct Entry {
    TimePoint deadline;
    Exchange* exchange;
    bool operator>(const Entry& other) const { return deadline > other.deadline; }
  };
  struct State {
    bool is_on_its_way = false;
    bool is_queued = false;
  };

  void look();

  std::chrono::milliseconds timeout_;
  std::function<void(Exchange&)> on_timeout_;
  /// By exchange number.
  std::vector<State> states_;
  /// The earliest deadline is on top.
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
  Timer timer_;
};

}  // namespace paceline
