#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include <paceline/chat_session.h>
#include <paceline/sessions.h>

namespace paceline::workload {

/// Sessions whose numbers of turns and think times are drawn from the distributions of a
/// ChatSession. The same session has the same turns, and the same item the same think time, in
/// every run and on every machine. Memory holds eight bytes for every 64 sessions.
class DrawnSessions : public Sessions {
 public:
  explicit DrawnSessions(const ChatSession& session);

  std::uint64_t session_of(std::uint64_t item) override;
  std::uint64_t first_item(std::uint64_t session) override;
  std::chrono::nanoseconds think_time(std::uint64_t item) override;

 private:
  std::uint64_t turns_of(std::uint64_t session) const;
  /// Adds the next block of sessions to `starts_`.
  void add_block();
  /// Sets the session that is at hand to the first one of a block.
  void go_to_block(std::uint64_t block);
  /// Makes the next session the one at hand.
  void step();

  double turns_;
  double turns_stddev_;
  std::chrono::nanoseconds think_time_;
  std::chrono::nanoseconds think_time_stddev_;
  /// The first item of every block of sessions, and of the block behind them.
  std::vector<std::uint64_t> starts_{0};
  /// The session at hand: most questions are about it or the next one.
  std::uint64_t session_ = 0;
  std::uint64_t first_ = 0;
  std::uint64_t end_;
};

}  // namespace paceline::workload
