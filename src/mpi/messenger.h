#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <mpi/clock_watch.h>
#include <mpi/link.h>
#include <mpi/message.h>
#include <mpi/peers.h>
#include <mpi/shared_start.h>
#include <paceline/clock.h>
#include <paceline/run/ranks.h>
#include <paceline/text/result.h>

namespace paceline::mpi {

/// Exchanges messages with the other ranks on a thread of its own, which makes all MPI calls. No
/// thread of a run waits inside MPI.
///
/// Each rank sends rank 0 a pulse several times per second, and rank 0 sends one to each rank. A
/// rank that sends nothing for too long is lost, and the program stops. No call waits for a lost
/// rank.
///
/// For any thread.
class Messenger {
 public:
  /// `sentence`: as for make_ranks().
  explicit Messenger(std::function<std::string(const Error&)> sentence);
  /// Ends MPI. Waits for the other ranks unless one is lost.
  ~Messenger();
  Messenger(const Messenger&) = delete;
  Messenger& operator=(const Messenger&) = delete;

  std::uint64_t rank() const { return rank_; }
  std::uint64_t size() const { return size_; }
  std::string name_of(std::uint64_t rank) const;
  void set_machines(const std::vector<Machine>& machines);

  /// Sends a call to rank 0, and waits for its answer. Not for rank 0.
  Result<std::string> ask(const Call& call);
  /// Waits until all ranks have made the call. Returns their texts; rank 0's own is empty. For rank
  /// 0.
  Result<std::vector<std::string>> collect(const Call& own);
  /// Waits for the call with which a rank below this one in the tree sends its tallies. Returns
  /// nothing if the tree is given up: a rank was lost, or the call did not come within `patience`
  /// after a stop of the program.
  std::optional<std::string> wait_in_tree(std::uint64_t rank, const Call& own,
                                          std::chrono::milliseconds patience);
  /// Keeps the bytes of this rank's own tally for rank 0, which needs them if the tree is given up.
  void keep_tally(std::string bytes);
  /// Gives up the tree, and waits for the bytes of each rank's own tally; nothing for ranks that
  /// are lost. After a stop of the program, a rank whose tally does not come within `patience` is
  /// lost too. For rank 0.
  std::vector<std::optional<std::string>> collect_tallies(std::chrono::milliseconds patience);
  /// Sends a message, without waiting.
  void post(std::uint64_t to, Kind kind, std::string bytes);
  /// The error because of which the program stops; nothing while all ranks are there.
  std::optional<Error> broken() const;

  /// As in run::Ranks.
  void share_stop(std::atomic<bool>* stop);
  /// Measures all clocks, and chooses when a run starts, on the clock of each rank. For rank 0.
  std::vector<StartTime> choose_start(std::uint64_t run, run::SharedClock clock);
  /// Shares the signals of a run with the other ranks until end_run(). `start` is this rank's own.
  run::RunStart begin_run(const run::SharedRun& run, const StartTime& start);
  /// Returns the largest error of the run's start.
  std::chrono::nanoseconds end_run();
  /// Sends the progress with the next pulse.
  void publish(const run::Progress& progress);

 private:
  using Nanoseconds = std::chrono::nanoseconds;

  // Called on the thread.
  void work();
  void exchange(Link& link);
  Nanoseconds pause() const;
  void take(const Message& message);
  void take_pulse(std::uint64_t from, const Pulse& pulse);
  void tick(TimePoint now);
  void look_at_flags();
  void send_pulses(TimePoint now);
  void watch_clocks(TimePoint now);
  void end(Link& link);
  bool are_gone() const;

  // Called with the mutex held.
  void set_broken(Error why);
  void stop();
  void begin_waiting();
  void send_tally();
  Pulse own_pulse() const;
  StartTime start_of(std::uint64_t rank, TimePoint now) const;

  Result<std::string> wait_for(std::uint64_t rank, const Call& own);

  const std::function<std::string(const Error&)> sentence_;
  std::uint64_t rank_ = 0;
  std::uint64_t size_ = 1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  /// Wakes the thread.
  std::condition_variable wake_;
  bool is_ready_ = false;
  bool is_ending_ = false;
  /// Calls that wait for messages.
  int waiting_ = 0;
  TimePoint waiting_since_;
  std::vector<std::pair<std::uint64_t, Message>> outbox_;
  std::optional<Peers> peers_;
  std::optional<Error> broken_;
  std::atomic<bool>* stop_ = nullptr;
  std::optional<TimePoint> stopped_at_;
  bool pulse_is_due_ = false;
  TimePoint next_pulse_;
  /// When the thread last received messages.
  TimePoint looked_;

  std::uint64_t run_ = 0;
  bool is_running_ = false;
  bool was_ended_ = false;
  run::SharedRun shared_;
  std::optional<run::Progress> progress_;
  /// Of the current run.
  std::optional<OwnTally> tally_;
  /// As in Pulse.
  std::uint64_t direct_run_ = 0;
  std::optional<SharedStart> start_;
  /// Rank 0's start of the run, on the run's clock.
  TimePoint run_start_;
  run::SharedClock clock_ = run::SharedClock::measured;

  // Used on the thread only.
  std::optional<Link> link_;
  /// set_machines() uses it too, before the first run.
  std::optional<ClockWatch> clocks_;
  /// What the thread is to do next. Other threads set it with the mutex held.
  std::function<void()> task_;
  TimePoint next_clock_;
  /// The latest ping of another rank, and until when further ones may follow.
  TimePoint pinged_;
  TimePoint attentive_;
  std::thread thread_;
};

}  // namespace paceline::mpi
