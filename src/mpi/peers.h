#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <mpi/machine.h>
#include <mpi/message.h>
#include <paceline/clock.h>
#include <paceline/text/result.h>

namespace paceline::mpi {

/// What a process knows of the others: whether they are alive, on which machines they run, and
/// which of their calls wait for this process. Reads no clock. Not thread-safe.
class Peers {
 public:
  /// A rank that was silent for this long is lost. A rank that the system stops for five seconds is
  /// not.
  static constexpr std::chrono::seconds longest_silence{6};

  Peers(std::uint64_t own, std::uint64_t count, TimePoint now);

  /// Sets the machines of all ranks.
  void set_machines(std::vector<Machine> machines) { machines_ = std::move(machines); }
  /// Such as "rank 2 (node3)".
  std::string name_of(std::uint64_t rank) const;

  /// A message has come from the rank.
  void heard(std::uint64_t rank, TimePoint now) { peers_[rank].heard = now; }
  /// This process did not receive messages for a time, which is therefore no silence of the others.
  void looked_away(std::chrono::nanoseconds time);
  /// Marks ranks as lost that were silent for too long. A process other than rank 0 hears rank 0
  /// only. Returns the first of the ranks that are newly lost.
  std::optional<std::uint64_t> find_lost(TimePoint now);
  void set_lost(std::uint64_t rank) { peers_[rank].is_lost = true; }
  bool is_lost(std::uint64_t rank) const { return peers_[rank].is_lost; }
  /// The rank has ended its part of the program.
  void set_gone(std::uint64_t rank) { peers_[rank].is_gone = true; }
  /// Whether all other ranks have ended or are lost.
  bool are_gone() const;
  /// Element r tells whether rank r is lost.
  std::vector<bool> lost() const;

  /// Keeps a call until take_call().
  void add_call(std::uint64_t rank, Call call) { peers_[rank].calls.push_back(std::move(call)); }
  /// Keeps a rank's own tally until take_tally().
  void add_tally(std::uint64_t rank, OwnTally tally) { peers_[rank].tally = std::move(tally); }
  /// The bytes of the rank's own tally of a run; nothing if they have not come.
  std::optional<std::string> take_tally(std::uint64_t rank, std::uint64_t run);
  /// The call of the rank that belongs to this process's call `own`; nothing if it has not come.
  /// Error: ranks_differ, if the rank makes another call.
  Result<std::optional<std::string>> take_call(std::uint64_t rank, const Call& own);

 private:
  struct Peer {
    TimePoint heard;
    bool is_lost = false;
    bool is_gone = false;
    std::deque<Call> calls{};
    std::optional<OwnTally> tally{};
  };

  std::uint64_t own_;
  std::vector<Peer> peers_;
  std::vector<Machine> machines_;
};

}  // namespace paceline::mpi
