#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <mpi/clock_fit.h>
#include <mpi/link.h>
#include <mpi/machine.h>
#include <mpi/message.h>
#include <paceline/clock.h>

namespace paceline::mpi {

/// Answers a ping with the time of this process's clock, at once. Returns until when to look for
/// further pings without a pause.
TimePoint answer_ping(Link& link, const Message& ping);

/// Rank 0's knowledge of the other ranks' clocks. Ranks of one machine share a clock, and one of
/// them answers pings. For the link's thread only.
class ClockWatch {
 public:
  /// `take` is called with each message that arrives during a burst and is no reply.
  ClockWatch(Link& link, std::function<void(const Message&)> take)
      : link_(link), take_(std::move(take)) {}

  /// Groups the ranks by their clocks.
  void set_machines(const std::vector<Machine>& machines);
  /// How many clocks there are besides this process's.
  std::size_t clocks() const { return clocks_.size(); }

  /// Measures every clock with a long burst of pings, one clock after the other. Takes some
  /// milliseconds per clock, and 0.15 s for a clock to which messages take milliseconds. Element r
  /// of `lost` tells whether rank r is lost.
  void measure_all(const std::vector<bool>& lost);
  /// Measures the next clock in turn with a short burst. Returns the ranks that have this clock.
  const std::vector<std::uint64_t>& measure_next(const std::vector<bool>& lost);

  /// Whether the rank has another clock than this process.
  bool is_other(std::uint64_t rank) const {
    return rank < clock_of_.size() && clock_of_[rank].has_value();
  }
  /// The offset of a rank's clock; 0 for a rank with this process's clock.
  ClockOffset offset_of(std::uint64_t rank, TimePoint now) const;
  /// How far a rank's time of day may be from this process's: the smaller of two bounds, one from
  /// pings and one from the kernels of both machines.
  std::chrono::nanoseconds realtime_error_of(std::uint64_t rank, TimePoint now) const;
  /// The longest of the clocks' shortest round trips.
  std::chrono::nanoseconds longest_round_trip() const;

 private:
  struct OtherClock {
    /// The first of them answers pings.
    std::vector<std::uint64_t> ranks{};
    ClockFit fit{};
    /// The shortest so far.
    std::optional<std::chrono::nanoseconds> round_trip{};
    /// As realtime_ahead() and realtime_error() on the other machine.
    std::chrono::nanoseconds realtime_ahead{0};
    std::optional<std::chrono::nanoseconds> realtime_error{};
  };
  struct BurstSize {
    std::size_t pings;
    /// After this time a burst ends, if it has had a few pings.
    std::chrono::milliseconds time;
  };

  void measure(OtherClock& clock, BurstSize size, const std::vector<bool>& lost);
  std::optional<ClockSample> ping(OtherClock& clock, std::uint64_t rank);

  Link& link_;
  std::function<void(const Message&)> take_;
  std::vector<OtherClock> clocks_;
  /// Element r is the index in clocks_ of rank r's clock, or nothing if rank r has this process's
  /// clock.
  std::vector<std::optional<std::size_t>> clock_of_;
  std::size_t next_ = 0;
  std::uint64_t pings_ = 0;
};

}  // namespace paceline::mpi
