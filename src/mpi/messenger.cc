#include <mpi/messenger.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <paceline/stats/byte_form.h>
#include <paceline/text/console.h>

namespace paceline::mpi {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds between_pulses{250};
/// A rank that sees no messages for longer was kept from its core.
constexpr std::chrono::milliseconds long_look{500};
constexpr std::chrono::seconds between_clocks{1};
/// A new call is answered soon.
constexpr std::chrono::microseconds eager_pause{200};
constexpr std::chrono::milliseconds eager_time{50};
constexpr std::chrono::milliseconds usual_pause{5};
constexpr std::chrono::microseconds attentive_pause{20};
/// After a ping the next one soon follows, and a pause would be a part of its round trip.
constexpr std::chrono::milliseconds eager_pings{1};
/// How long the remaining ranks have to write what they have.
constexpr std::chrono::seconds time_to_end{2};
/// MPI_Finalize waits for all ranks. The results are written before.
constexpr unsigned finalize_seconds = 10;

}  // namespace

Messenger::Messenger(std::function<std::string(const Error&)> sentence)
    : sentence_(std::move(sentence)), thread_([this] { work(); }) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_ready_; });
}

Messenger::~Messenger() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Messenger::work() {
  Link& link = link_.emplace();
  {
    const std::lock_guard lock(mutex_);
    rank_ = link.rank();
    size_ = link.size();
    looked_ = Clock::now();
    peers_.emplace(rank_, size_, looked_);
    clocks_.emplace(link, [this](const Message& message) { take(message); });
    is_ready_ = true;
  }
  changed_.notify_all();
  for (;;) {
    tick(Clock::now());
    exchange(link);
    std::unique_lock lock(mutex_);
    // Messages were received up to now, even while a rank did not answer pings.
    looked_ = Clock::now();
    if (!outbox_.empty() || task_) continue;
    if (is_ending_) break;
    if (const Nanoseconds time = pause(); time.count() > 0) {
      wake_.wait_for(lock, time);
    } else {
      lock.unlock();
      std::this_thread::yield();
    }
  }
  end(link);
}

void Messenger::exchange(Link& link) {
  std::vector<std::pair<std::uint64_t, Message>> outgoing;
  std::function<void()> task;
  {
    const std::lock_guard lock(mutex_);
    outgoing.swap(outbox_);
    task.swap(task_);
  }
  for (auto& [to, message] : outgoing) link.send(to, message.kind, std::move(message.bytes));
  while (auto message = link.receive()) take(*message);
  link.finish_sends();
  if (task) task();
}

Messenger::Nanoseconds Messenger::pause() const {
  const TimePoint now = Clock::now();
  if (now < attentive_) return now - pinged_ < eager_pings ? Nanoseconds(0) : attentive_pause;
  const bool is_eager = waiting_ > 0 && now - waiting_since_ < eager_time;
  return is_eager ? Nanoseconds(eager_pause) : usual_pause;
}

void Messenger::take(const Message& message) {
  const TimePoint now = Clock::now();
  if (message.kind == Kind::ping) {
    attentive_ = answer_ping(*link_, message);
    pinged_ = now;
  }
  const std::lock_guard lock(mutex_);
  peers_->heard(message.from, now);
  switch (message.kind) {
    case Kind::call:
      peers_->add_call(message.from, stats::of_bytes<Call>(message.bytes).value_or(Call{}));
      break;
    case Kind::tally:
      peers_->add_tally(message.from,
                        stats::of_bytes<OwnTally>(message.bytes).value_or(OwnTally{}));
      break;
    case Kind::pulse:
      take_pulse(message.from, stats::of_bytes<Pulse>(message.bytes).value_or(Pulse{}));
      break;
    case Kind::start: {
      const auto start = stats::of_bytes<StartTime>(message.bytes).value_or(StartTime{});
      if (start_ && start.run == run_) start_->correct(start);
      break;
    }
    case Kind::bye:
      peers_->set_gone(message.from);
      break;
    case Kind::ping:
    case Kind::pong:
      return;
  }
  changed_.notify_all();
}

void Messenger::take_pulse(std::uint64_t from, const Pulse& pulse) {
  if (pulse.broken) set_broken(*pulse.broken);
  if (pulse.is_stopped) stop();
  if (rank_ > 0 && pulse.direct_run == run_ && run_ > 0) {
    direct_run_ = run_;
    send_tally();
  }
  if (!is_running_) return;
  if (pulse.ended_run == run_ && shared_.is_ended) *shared_.is_ended = true;
  if (rank_ == 0 && pulse.run == run_ && pulse.progress && shared_.progress) {
    shared_.progress->publish(shared_.threads + from - 1, *pulse.progress);
  }
}

void Messenger::tick(TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    if (now - looked_ > long_look) peers_->looked_away(now - looked_);
    if (const auto lost = peers_->find_lost(now)) {
      set_broken({ErrorCode::rank_lost,
                  fmt::format("{} was lost: it has not answered for {} s", peers_->name_of(*lost),
                              std::chrono::seconds(Peers::longest_silence).count())});
    }
    look_at_flags();
    if (start_) start_->follow(now);
    if (now >= next_pulse_ || pulse_is_due_) send_pulses(now);
  }
  watch_clocks(now);
}

void Messenger::look_at_flags() {
  if (stop_ != nullptr && *stop_ && !stopped_at_) stop();
  if (is_running_ && shared_.is_ended && *shared_.is_ended && !was_ended_) {
    was_ended_ = true;
    pulse_is_due_ = true;
  }
}

Pulse Messenger::own_pulse() const {
  Pulse pulse;
  pulse.is_stopped = stopped_at_.has_value();
  pulse.broken = broken_;
  if (was_ended_) pulse.ended_run = run_;
  pulse.direct_run = direct_run_;
  pulse.run = run_;
  if (is_running_) pulse.progress = progress_;
  return pulse;
}

void Messenger::send_pulses(TimePoint now) {
  pulse_is_due_ = false;
  next_pulse_ = now + between_pulses;
  const std::string bytes = stats::to_bytes(own_pulse());
  if (rank_ > 0) return link_->send(0, Kind::pulse, bytes);
  for (std::uint64_t rank = 1; rank < size_; ++rank) {
    if (!peers_->is_lost(rank)) link_->send(rank, Kind::pulse, bytes);
  }
}

void Messenger::watch_clocks(TimePoint now) {
  std::vector<bool> lost;
  {
    const std::lock_guard lock(mutex_);
    if (rank_ > 0 || !is_running_ || clocks_->clocks() == 0 || now < next_clock_) return;
    next_clock_ = now + between_clocks / clocks_->clocks();
    lost = peers_->lost();
  }
  const std::vector<std::uint64_t>& ranks = clocks_->measure_next(lost);
  const TimePoint then = Clock::now();
  const std::lock_guard lock(mutex_);
  for (const std::uint64_t rank : ranks) {
    link_->send(rank, Kind::start, stats::to_bytes(start_of(rank, then)));
  }
}

StartTime Messenger::start_of(std::uint64_t rank, TimePoint now) const {
  const ClockOffset offset = clocks_->offset_of(rank, now);
  StartTime start;
  if (clock_ == run::SharedClock::realtime) {
    start.run = run_;
    start.is_realtime = true;
    start.start = run_start_.time_since_epoch();
    start.error = clocks_->realtime_error_of(rank, now);
    return start;
  }
  start.run = run_;
  start.is_other_clock = clocks_->is_other(rank);
  start.start = run_start_.time_since_epoch() + offset.offset;
  start.at = now.time_since_epoch() + offset.offset;
  start.drift = offset.drift;
  start.error = offset.error;
  return start;
}

void Messenger::end(Link& link) {
  std::unique_lock lock(mutex_);
  if (!broken_) {
    ::alarm(finalize_seconds);
    while (!link.finish_sends()) std::this_thread::sleep_for(usual_pause);
    link.end();
    ::alarm(0);
    return;
  }
  if (rank_ > 0 && peers_->is_lost(0)) {
    text::say_lines(fmt::format("paceline: {}: {}", peers_->name_of(rank_), sentence_(*broken_)));
    std::_Exit(1);
  }
  if (rank_ > 0) link.send(0, Kind::bye, {});
  lock.unlock();
  const TimePoint end = Clock::now() + (rank_ == 0 ? time_to_end : 2 * time_to_end);
  while (Clock::now() < end && !(rank_ == 0 && are_gone())) {
    exchange(link);
    std::this_thread::sleep_for(usual_pause);
  }
  if (rank_ == 0) link.abort(1);
  std::_Exit(1);
}

bool Messenger::are_gone() const {
  const std::lock_guard lock(mutex_);
  return peers_->are_gone();
}

}  // namespace paceline::mpi
