#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <queue>
#include <vector>

#include <paceline/http/exchange.h>
#include <paceline/loop/loop.h>

namespace paceline::http {

/// Tracks request timeouts. All requests share one duration, so one timer serves all of them.
///
/// An exchange that has ended stays in the queue until its deadline comes up, and is discarded or
/// queued again then. Sending and ending a request therefore usually costs no heap operation.
class RequestTimeouts {
 public:
  /// `on_timeout` is called from the loop, and may begin and end exchanges.
  RequestTimeouts(loop::Loop& loop, std::size_t exchanges, std::chrono::milliseconds timeout,
                  std::function<void(Exchange&)> on_timeout);

  /// The exchange was sent at response.sent, which is now.
  void begin(Exchange& exchange);
  /// The exchange has ended in time.
  void end(const Exchange& exchange);

 private:
  /// The earliest time at which an exchange can time out.
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
  loop::Timer timer_;
};

}  // namespace paceline::http
