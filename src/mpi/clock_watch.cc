#include <mpi/clock_watch.h>

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include <mpi/realtime.h>
#include <paceline/stats/byte_form.h>

namespace paceline::mpi {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::size_t fewest_pings = 8;
/// A reply that takes longer is not awaited.
constexpr nanoseconds longest_wait = 500ms;
/// For this time a wait looks for messages without a pause, which would be a part of round trips.
constexpr nanoseconds eager = 1ms;
constexpr nanoseconds between_looks = 20us;
/// A busy machine may keep a process from its core for some milliseconds.
constexpr nanoseconds least_attention = 2ms;
constexpr nanoseconds longest_attention = 50ms;

/// A ping, or its reply.
struct PingBytes {
  std::uint64_t number = 0;
  /// In a ping: for how long to look for the next one. In a reply: the time on the clock.
  std::chrono::nanoseconds time{0};
  /// In a reply: as realtime_ahead() and realtime_error().
  std::chrono::nanoseconds realtime_ahead{0};
  std::optional<std::chrono::nanoseconds> realtime_error{};
};

}  // namespace
}  // namespace paceline::mpi

template <>
struct paceline::stats::Members<paceline::mpi::PingBytes> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& ping) {
    auto& [number, time, realtime_ahead, realtime_error] = ping;
    form(number, time, realtime_ahead, realtime_error);
  }
};

namespace paceline::mpi {

TimePoint answer_ping(Link& link, const Message& ping) {
  const TimePoint now = Clock::now();
  const auto asked = stats::of_bytes<PingBytes>(ping.bytes).value_or(PingBytes{});
  link.send(ping.from, Kind::pong,
            stats::to_bytes(PingBytes{asked.number, now.time_since_epoch(), realtime_ahead(),
                                      realtime_error()}));
  return now + std::min(asked.time, longest_attention);
}

void ClockWatch::set_machines(const std::vector<Machine>& machines) {
  std::map<std::string, std::size_t> known;
  clocks_.clear();
  clock_of_.assign(machines.size(), std::nullopt);
  for (std::uint64_t rank = 0; rank < machines.size(); ++rank) {
    const std::string& clock = machines[rank].clock;
    if (clock == machines.front().clock) continue;
    const auto [place, is_new] = known.try_emplace(clock, clocks_.size());
    if (is_new) clocks_.emplace_back();
    clocks_[place->second].ranks.push_back(rank);
    clock_of_[rank] = place->second;
  }
}

void ClockWatch::measure_all(const std::vector<bool>& lost) {
  for (OtherClock& clock : clocks_) measure(clock, {50, 150ms}, lost);
}

const std::vector<std::uint64_t>& ClockWatch::measure_next(const std::vector<bool>& lost) {
  OtherClock& clock = clocks_[next_];
  next_ = (next_ + 1) % clocks_.size();
  measure(clock, {fewest_pings, 5ms}, lost);
  return clock.ranks;
}

void ClockWatch::measure(OtherClock& clock, BurstSize size, const std::vector<bool>& lost) {
  const auto rank = std::find_if(clock.ranks.begin(), clock.ranks.end(),
                                 [&lost](std::uint64_t one) { return !lost[one]; });
  if (rank == clock.ranks.end()) return;
  const TimePoint end = Clock::now() + size.time;
  std::vector<ClockSample> burst;
  for (std::size_t i = 0; i < size.pings; ++i) {
    if (i >= fewest_pings && Clock::now() > end) break;
    const auto sample = ping(clock, *rank);
    if (!sample) break;
    clock.round_trip = std::min(clock.round_trip.value_or(longest_wait), sample->round_trip());
    burst.push_back(*sample);
  }
  clock.fit.add(burst);
}

/// Sends a ping and awaits the reply.
std::optional<ClockSample> ClockWatch::ping(OtherClock& clock, std::uint64_t rank) {
  const nanoseconds attention = least_attention + 2 * clock.round_trip.value_or(0ns);
  const std::uint64_t number = ++pings_;
  const TimePoint sent = Clock::now();
  link_.send(rank, Kind::ping, stats::to_bytes(PingBytes{number, attention, {}, {}}));
  for (TimePoint now = sent; now - sent < longest_wait; now = Clock::now()) {
    std::optional<Message> message = link_.receive();
    if (!message) {
      // The other rank may be on the same core.
      std::this_thread::yield();
      if (now - sent > eager) std::this_thread::sleep_for(between_looks);
      continue;
    }
    const TimePoint received = Clock::now();
    if (message->kind != Kind::pong) {
      take_(*message);
      continue;
    }
    const auto pong = stats::of_bytes<PingBytes>(message->bytes).value_or(PingBytes{});
    if (pong.number != number) continue;
    clock.realtime_ahead = pong.realtime_ahead;
    clock.realtime_error = pong.realtime_error;
    return ClockSample{sent, received, TimePoint(pong.time)};
  }
  return std::nullopt;
}

ClockOffset ClockWatch::offset_of(std::uint64_t rank, TimePoint now) const {
  if (rank >= clock_of_.size() || !clock_of_[rank]) return {};
  return clocks_[*clock_of_[rank]].fit.at(now).value_or(ClockOffset{});
}

nanoseconds ClockWatch::realtime_error_of(std::uint64_t rank, TimePoint now) const {
  if (!is_other(rank)) return 0ns;
  const OtherClock& clock = clocks_[*clock_of_[rank]];
  const ClockOffset offset = offset_of(rank, now);
  const nanoseconds difference = offset.offset + clock.realtime_ahead - realtime_ahead();
  const nanoseconds seen = std::chrono::abs(difference) + offset.error;
  const auto own = realtime_error();
  if (!own || !clock.realtime_error) return seen;
  return std::min(seen, *own + *clock.realtime_error);
}

nanoseconds ClockWatch::longest_round_trip() const {
  nanoseconds longest{0};
  for (const OtherClock& clock : clocks_) {
    longest = std::max(longest, clock.round_trip.value_or(0ns));
  }
  return longest;
}

}  // namespace paceline::mpi
