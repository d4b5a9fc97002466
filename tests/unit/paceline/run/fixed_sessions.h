#pragma once

#include <paceline/sessions.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace paceline::run {

/// Sessions with these numbers of turns. Further sessions have one turn each.
class FixedSessions : public Sessions {
 public:
  explicit FixedSessions(const std::vector<std::uint64_t>& turns,
                         std::chrono::nanoseconds think_time = {})
      : think_time_(think_time) {
    for (const std::uint64_t count : turns) firsts_.push_back(firsts_.back() + count);
  }

  std::uint64_t session_of(std::uint64_t item) override {
    std::uint64_t session = 0;
    while (first_item(session + 1) <= item) ++session;
    return session;
  }
  std::uint64_t first_item(std::uint64_t session) override {
    if (session < firsts_.size()) return firsts_[session];
    return firsts_.back() + (session - firsts_.size() + 1);
  }
  std::chrono::nanoseconds think_time(std::uint64_t) override { return think_time_; }

 private:
  std::vector<std::uint64_t> firsts_{0};
  std::chrono::nanoseconds think_time_;
};

}  // namespace paceline::run
