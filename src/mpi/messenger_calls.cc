#include <mpi/messenger.h>

#include <algorithm>
#include <utility>

#include <mpi/realtime.h>
#include <paceline/stats/byte_form.h>

namespace paceline::mpi {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds between_checks{10};
/// The start has to reach all ranks in time.
constexpr std::chrono::milliseconds time_to_start{20};
/// A rank that is as fast as this one has this time to make its call after this one.
constexpr std::chrono::milliseconds least_patience{100};
constexpr std::chrono::seconds patience_after_loss{2};

}  // namespace

std::string Messenger::name_of(std::uint64_t rank) const {
  const std::lock_guard lock(mutex_);
  return peers_->name_of(rank);
}

void Messenger::set_machines(const std::vector<Machine>& machines) {
  const std::lock_guard lock(mutex_);
  peers_->set_machines(machines);
  clocks_->set_machines(machines);
}

void Messenger::post(std::uint64_t to, Kind kind, std::string bytes) {
  const std::lock_guard lock(mutex_);
  outbox_.emplace_back(to, Message{rank_, kind, std::move(bytes)});
  wake_.notify_all();
}

std::optional<Error> Messenger::broken() const {
  const std::lock_guard lock(mutex_);
  return broken_;
}

Result<std::string> Messenger::ask(const Call& call) {
  post(0, Kind::call, stats::to_bytes(call));
  return wait_for(0, call);
}

Result<std::vector<std::string>> Messenger::collect(const Call& own) {
  std::vector<std::string> texts(size_);
  for (std::uint64_t rank = 1; rank < size_; ++rank) {
    auto text = wait_for(rank, own);
    if (!text) return tl::unexpected(text.error());
    texts[rank] = std::move(*text);
  }
  return texts;
}

/// Waits for the call of another rank that belongs to this rank's call.
Result<std::string> Messenger::wait_for(std::uint64_t rank, const Call& own) {
  std::unique_lock lock(mutex_);
  begin_waiting();
  Result<std::optional<std::string>> text;
  changed_.wait(lock, [&] {
    text = peers_->take_call(rank, own);
    if (!text) set_broken(text.error());
    return !text || *text || broken_;
  });
  --waiting_;
  if (!text) return tl::unexpected(text.error());
  if (!*text) return tl::unexpected(*broken_);
  return std::move(**text);
}

std::optional<std::string> Messenger::wait_in_tree(std::uint64_t rank, const Call& own,
                                                   std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  begin_waiting();
  std::optional<std::string> found;
  while (!found && direct_run_ != run_) {
    auto text = peers_->take_call(rank, own);
    if (!text) set_broken(text.error());
    if (!text || broken_ || (stopped_at_ && Clock::now() > *stopped_at_ + patience)) break;
    found = std::move(*text);
    if (!found) changed_.wait_for(lock, between_checks);
  }
  --waiting_;
  return found;
}

void Messenger::keep_tally(std::string bytes) {
  const std::lock_guard lock(mutex_);
  tally_ = OwnTally{run_, std::move(bytes)};
  if (direct_run_ == run_) send_tally();
}

void Messenger::send_tally() {
  changed_.notify_all();
  if (!tally_ || tally_->run != run_) return;
  outbox_.emplace_back(0, Message{rank_, Kind::tally, stats::to_bytes(*tally_)});
  tally_.reset();
}

std::vector<std::optional<std::string>> Messenger::collect_tallies(
    std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  direct_run_ = run_;
  pulse_is_due_ = true;
  begin_waiting();
  const TimePoint soonest = Clock::now() + least_patience;
  // After the loss of a silent rank, nobody kills the others.
  if (broken_) patience = patience_after_loss;
  std::vector<std::optional<std::string>> tallies(size_);
  for (std::uint64_t rank = 1; rank < size_; ++rank) {
    while (!peers_->is_lost(rank)) {
      tallies[rank] = peers_->take_tally(rank, run_);
      if (tallies[rank]) break;
      if (stopped_at_ && Clock::now() > std::max(soonest, *stopped_at_ + patience)) {
        peers_->set_lost(rank);
        set_broken({ErrorCode::rank_lost,
                    peers_->name_of(rank) + " was lost: it has not sent its part of the run"});
      } else {
        changed_.wait_for(lock, between_checks);
      }
    }
  }
  --waiting_;
  return tallies;
}

void Messenger::begin_waiting() {
  if (waiting_++ == 0) waiting_since_ = Clock::now();
  wake_.notify_all();
}

void Messenger::share_stop(std::atomic<bool>* stop) {
  const std::lock_guard lock(mutex_);
  stop_ = stop;
  if (stop_ != nullptr && stopped_at_) *stop_ = true;
}

std::vector<StartTime> Messenger::choose_start(std::uint64_t run, run::SharedClock clock) {
  std::vector<StartTime> starts;
  std::unique_lock lock(mutex_);
  begin_waiting();
  bool is_done = false;
  task_ = [&, lost = peers_->lost()] {
    clocks_->measure_all(lost);
    const std::lock_guard task_lock(mutex_);
    const TimePoint now = Clock::now();
    run_ = run;
    clock_ = clock;
    run_start_ = now + time_to_start + 2 * clocks_->longest_round_trip();
    if (clock == run::SharedClock::realtime) run_start_ += realtime_ahead();
    for (std::uint64_t rank = 0; rank < size_; ++rank) starts.push_back(start_of(rank, now));
    is_done = true;
    changed_.notify_all();
  };
  changed_.wait(lock, [&] { return is_done; });
  --waiting_;
  return starts;
}

run::RunStart Messenger::begin_run(const run::SharedRun& run, const StartTime& start) {
  const std::lock_guard lock(mutex_);
  shared_ = run;
  run_ = start.run;
  is_running_ = true;
  was_ended_ = false;
  progress_.reset();
  tally_.reset();
  start_.emplace(start);
  start_->follow(Clock::now());
  run::RunStart begun{start_->time()->load(), nullptr};
  if (start.is_other_clock || start.is_realtime) begun.corrected = start_->time();
  return begun;
}

std::chrono::nanoseconds Messenger::end_run() {
  const std::lock_guard lock(mutex_);
  is_running_ = false;
  shared_ = {};
  if (!start_) return 0ns;
  const auto error = start_->largest_error();
  start_.reset();
  return error;
}

void Messenger::publish(const run::Progress& progress) {
  const std::lock_guard lock(mutex_);
  progress_ = progress;
}

void Messenger::set_broken(Error why) {
  if (broken_) return;
  broken_ = std::move(why);
  stop();
}

void Messenger::stop() {
  if (stop_ != nullptr) *stop_ = true;
  if (stopped_at_) return;
  stopped_at_ = Clock::now();
  pulse_is_due_ = true;
  changed_.notify_all();
}

}  // namespace paceline::mpi
