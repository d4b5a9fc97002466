#pragma once

#include <paceline/run/recorder.h>

#include <chrono>
#include <optional>
#include <vector>

namespace paceline {

inline constexpr TimePoint start{std::chrono::seconds(100)};

/// A reply that ends 10 ms after it was sent, with events at these times after the send.
class Recording {
 public:
  explicit Recording(const RunOptions& options = {}) : options_(options) { recorder_.begin(start); }

  void add(const Outcome& outcome, const std::vector<std::chrono::nanoseconds>& events = {},
           bool is_streamed = true) {
    sent_ += std::chrono::seconds(1);
    job_.place = {job_.slot, sent_ - start - std::chrono::milliseconds(2)};
    exchange_.reply.sent = sent_;
    exchange_.reply.first_byte = sent_ + std::chrono::milliseconds(1);
    exchange_.reply.done = sent_ + std::chrono::milliseconds(10);
    exchange_.reply.status = 200;
    TokenTimes times;
    for (const auto event : events) times.add(sent_ + event);
    job_.tries = 1;
    job_.in_flight = 1;
    recorder_.departed(job_, {.now = sent_ - start, .possible = sent_ - start});
    recorder_.ended(job_, exchange_, outcome, is_streamed ? &times : nullptr);
    ++job_.slot;
  }

  Tally finish() { return recorder_.finish(false, {}); }

  Job job_{.place = {}, .slot = 0, .is_counted = true};
  Exchange::Shared shared_;
  Exchange exchange_{0, shared_};

 private:
  RunOptions options_;
  TimePoint sent_ = start;
  Recorder recorder_{options_, 100};
};

inline Outcome good(std::optional<Usage> usage = {}, std::optional<LengthAsked> length = {}) {
  Outcome outcome;
  outcome.usage = usage;
  outcome.length_asked = length;
  return outcome;
}

}  // namespace paceline
