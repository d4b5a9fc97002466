#include <paceline/run/group.h>

#include <chrono>
#include <utility>

#include <paceline/clock.h>
#include <paceline/run/share_value.h>
#include <paceline/stats/byte_form.h>

namespace paceline::run {
namespace {

// The threads that wait for the last one need this time to wake up.
constexpr std::chrono::milliseconds time_to_wake{1};

/// What every rank learns of a run.
struct Announcement {
  /// Nothing: no run is made.
  std::optional<AnnouncedRun> run{};
  std::optional<Error> error{};
  bool is_last = false;
};

Announcement announcement_of(const GroupRun& run) {
  Announcement announced{{}, run.error, run.is_last};
  if (const auto& plan = run.plan) {
    announced.run =
        AnnouncedRun{run.name, plan->rpm, plan->parallel, plan->requests, plan->warmup, plan->salt};
  }
  return announced;
}

GroupRun no_run(Error error) {
  GroupRun none;
  none.error = std::move(error);
  none.is_last = true;
  return none;
}

}  // namespace
}  // namespace paceline::run

template <>
struct paceline::stats::Members<paceline::run::AnnouncedRun> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& run) {
    auto& [name, rpm, parallel, requests, warmup, salt] = run;
    form(name, rpm, parallel, requests, warmup, salt);
  }
};

template <>
struct paceline::stats::Members<paceline::run::Announcement> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& announcement) {
    auto& [run, error, is_last] = announcement;
    form(run, error, is_last);
  }
};

namespace paceline::run {

void count_lost(RunPlan plan, stats::RunTally& whole) {
  for (stats::RankPart& part : whole.ranks) {
    if (!part.is_lost) continue;
    for (std::uint64_t thread = 0; thread < plan.threads(); ++thread) {
      plan.stripe.index = part.rank + thread * plan.ranks;
      part.planned += counted_here(plan);
    }
    whole.planned += part.planned;
    whole.lost += part.planned;
  }
}

void AnnouncedRun::apply_to(RunPlan& plan) const {
  plan.rpm = rpm;
  plan.parallel = parallel;
  plan.requests = requests;
  plan.warmup = warmup;
  plan.salt = salt;
}

GroupRun Group::join(const pace::Stripe& stripe, const std::function<GroupRun()>& lead,
                     const std::function<GroupRun(const AnnouncedRun&)>& follow) {
  std::unique_lock lock(mutex_);
  if (is_first(stripe)) {
    run_ = ranks_.index() == 0 ? announce(lead()) : await(follow);
    changed_.notify_all();
  } else {
    changed_.wait(lock, [this] { return run_.has_value(); });
  }
  return *run_;
}

GroupRun Group::announce(const GroupRun& run) {
  const auto shared = share_value<Announcement>(ranks_, "run", announcement_of(run));
  return shared ? run : no_run(shared.error());
}

GroupRun Group::await(const std::function<GroupRun(const AnnouncedRun&)>& follow) {
  auto announced = share_value<Announcement>(ranks_, "run", Announcement());
  if (!announced) return no_run(announced.error());
  if (announced->run) return follow(*announced->run);
  GroupRun none;
  none.error = std::move(announced->error);
  none.is_last = announced->is_last;
  return none;
}

RunStart Group::start(const pace::Stripe& stripe) {
  std::unique_lock lock(mutex_);
  ++ready_;
  start_if_ready(stripe);
  changed_.wait(lock, [this] { return start_.has_value(); });
  return *start_;
}

void Group::start_if_ready(const pace::Stripe& stripe) {
  const std::uint64_t threads = threads_of(stripe);
  if (start_ || ready_ + left_ < threads || !run_ || !run_->plan) return;
  start_ = ranks_.start({run_->plan->is_ended, run_->progress, threads});
  if (threads > 1) start_->at += time_to_wake;
  changed_.notify_all();
}

std::optional<stats::RunTally> Group::leave(const pace::Stripe& stripe,
                                            const stats::RunTally& tally) {
  std::unique_lock lock(mutex_);
  if (merged_) {
    merged_->merge(tally);
  } else {
    merged_ = tally;
  }
  ++left_;
  start_if_ready(stripe);
  changed_.notify_all();
  if (!is_first(stripe)) {
    // The leader may begin the next run before this thread wakes.
    changed_.wait(lock, [this, left = runs_] { return runs_ != left; });
    return std::nullopt;
  }
  changed_.wait(lock, [&] { return left_ == threads_of(stripe); });
  std::optional<stats::RunTally> whole;
  if (run_->plan) whole = ranks_.gather(std::move(*merged_));
  if (whole) count_lost(*run_->plan, *whole);
  merged_.reset();
  ++runs_;
  run_.reset();
  start_.reset();
  ready_ = 0;
  left_ = 0;
  changed_.notify_all();
  return whole;
}

}  // namespace paceline::run
