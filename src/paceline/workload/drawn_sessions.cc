#include <paceline/stats/normal_quantile.h>
#include <paceline/workload/drawn_sessions.h>
#include <paceline/workload/synthetic_text.h>

#include <algorithm>
#include <cmath>

namespace paceline::workload {
namespace {

constexpr std::uint64_t block_size = 64;

/// Salts that keep the draws of turns and of think times apart.
constexpr std::uint64_t salt_of_turns = 0x7475726e;
constexpr std::uint64_t salt_of_thoughts = 0x7468696e6b;

/// Draws from the standard normal distribution: the same number for the same salt and key.
double drawn_normal(std::uint64_t salt, std::uint64_t key) {
  return stats::normal_quantile(uniform_number(mixed_bits(mixed_bits(salt) + key)));
}

}  // namespace

DrawnSessions::DrawnSessions(const ChatSession& session)
    : turns_(session.turns),
      turns_stddev_(session.turns_stddev),
      think_time_(session.think_time),
      think_time_stddev_(session.think_time_stddev),
      end_(turns_of(0)) {}

std::uint64_t DrawnSessions::session_of(std::uint64_t item) {
  if (item < first_ || item >= end_) {
    while (starts_.back() <= item) add_block();
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), item);
    const auto block = static_cast<std::uint64_t>(after - starts_.begin()) - 1;
    const bool is_near = item >= end_ && session_ / block_size == block;
    if (!is_near) go_to_block(block);
    while (item >= end_) step();
  }
  return session_;
}

std::uint64_t DrawnSessions::first_item(std::uint64_t session) {
  const std::uint64_t block = session / block_size;
  while (starts_.size() <= block) add_block();
  const bool is_near = session >= session_ && session_ / block_size == block;
  if (session == session_ + 1) return end_;
  if (!is_near) go_to_block(block);
  while (session_ < session) step();
  return first_;
}

std::chrono::nanoseconds DrawnSessions::think_time(std::uint64_t item) {
  if (think_time_stddev_.count() == 0) return think_time_;
  const double time =
      static_cast<double>(think_time_.count()) +
      static_cast<double>(think_time_stddev_.count()) * drawn_normal(salt_of_thoughts, item);
  return std::chrono::nanoseconds(std::llround(std::max(0.0, time)));
}

std::uint64_t DrawnSessions::turns_of(std::uint64_t session) const {
  double turns = turns_;
  if (turns_stddev_ > 0) turns += turns_stddev_ * drawn_normal(salt_of_turns, session);
  constexpr auto most = static_cast<double>(ChatSession::most_turns);
  return static_cast<std::uint64_t>(std::llround(std::clamp(turns, 1.0, most)));
}

void DrawnSessions::add_block() {
  const std::uint64_t first = (starts_.size() - 1) * block_size;
  std::uint64_t end = starts_.back();
  for (std::uint64_t session = first; session < first + block_size; ++session) {
    end += turns_of(session);
  }
  starts_.push_back(end);
}

void DrawnSessions::go_to_block(std::uint64_t block) {
  session_ = block * block_size;
  first_ = starts_[block];
  end_ = first_ + turns_of(session_);
}

void DrawnSessions::step() {
  ++session_;
  first_ = end_;
  end_ += turns_of(session_);
}

}  // namespace paceline::workload
