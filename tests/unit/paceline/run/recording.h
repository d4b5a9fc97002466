#pragma once

#include <paceline/run/recorder.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace paceline::run {

inline constexpr TimePoint start{std::chrono::seconds(100)};

/// A response that ends 10 ms after it was sent, with events at these times after the send.
class Recording {
 public:
  explicit Recording(const RunPlan& options = {}) : options_(options) { recorder_.begin(start); }

  void add(const Outcome& outcome, const std::vector<std::chrono::nanoseconds>& events = {},
           bool is_streamed = true) {
    TokenTimes times;
    for (const auto event : events) times.add(next_send() + event);
    add_read(outcome, is_streamed ? &times : nullptr);
  }

  /// When the next response is sent.
  TimePoint next_send() const { return sent_ + std::chrono::seconds(1); }

  /// `times`: as Recorder::ended() takes them.
  void add_read(const Outcome& outcome, const TokenTimes* times) {
    sent_ = next_send();
    pending_.slot = {pending_.item, sent_ - start - std::chrono::milliseconds(2)};
    exchange_.response.sent = sent_;
    exchange_.response.first_byte = sent_ + std::chrono::milliseconds(1);
    exchange_.response.done = sent_ + std::chrono::milliseconds(10);
    exchange_.response.status = 200;
    pending_.tries = 1;
    pending_.in_flight = 1;
    recorder_.departed(pending_, {.now = sent_ - start, .possible = sent_ - start});
    recorder_.ended(pending_, exchange_, outcome, times);
    ++pending_.item;
  }

  void opened(const ConnectTimes& times) { recorder_.opened(times); }

  std::string bytes_so_far(std::chrono::nanoseconds cpu_time) {
    return recorder_.bytes_so_far(cpu_time);
  }
  stats::RunTally finish() { return recorder_.finish(false, {}); }

  PendingRequest pending_{.slot = {}, .item = 0, .is_counted = true};
  http::Exchange exchange_{0};

 private:
  RunPlan options_;
  TimePoint sent_ = start;
  Recorder recorder_{options_, 100};
};

inline Outcome good(std::optional<Usage> usage = {}, std::optional<LengthAsked> length = {}) {
  Outcome outcome;
  outcome.usage = usage;
  outcome.length_asked = length;
  return outcome;
}

}  // namespace paceline::run
