#include <paceline/gbench/find_max.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include <paceline/gbench/measure.h>
#include <paceline/gbench/part_counters.h>
#include <paceline/gbench/report.h>
#include <paceline/gbench/reporters.h>
#include <paceline/run/rate_search.h>
#include <paceline/run/run_stripe.h>
#include <paceline/run/verdict.h>

namespace paceline::gbench {
namespace {

/// The lowest rate to probe: below, a hundred requests take too long.
constexpr std::uint64_t lowest_rpm = 60;

/// A probe that has ended.
struct Probed {
  run::RunPlan plan;
  stats::RunTally tally;
  Bound bound = Bound::paced;
  /// Empty: the probe met the objective.
  std::string why_missed;
  /// Why no further probe makes sense.
  std::optional<Error> why_over;
};

bool is_worth_repeating(const Context& context, const Probed& probed) {
  return probed.bound == Bound::client && !probed.why_over && !context.stopped();
}

class Search {
 public:
  /// `part`: the part of the leader, which searches.
  Search(Context& context, Workload& workload, const FindMax& asked, const run::RunPlan& part)
      : context_(context),
        workload_(workload),
        asked_(asked),
        part_(part),
        name_(workload.describe().name),
        rates_(asked.start_rpm, std::min(asked.start_rpm, lowest_rpm), asked.highest_rpm) {}

  /// The error if the search found no rate.
  std::optional<Error> run();
  /// Sets the counters and the time of the rate found, and a label that says what bounds the rate.
  void report(benchmark::State& state) const;
  std::string summary() const;
  std::vector<AddedRow> take_probes() { return std::move(probes_); }

 private:
  run::RunPlan plan_at(std::uint64_t rpm) const;
  Probed probe(std::uint64_t rpm);
  std::string why_missed(const Probed& probed, const Verdict& verdict) const;
  void keep(const Probed& probed, const Verdict& verdict);

  Context& context_;
  Workload& workload_;
  const FindMax& asked_;
  run::RunPlan part_;
  std::string name_;
  run::RateSearch rates_;
  std::vector<AddedRow> probes_;
  std::optional<stats::RunTally> best_;
  /// Why the lowest rate above the best one missed the objective.
  std::string why_missed_;
  bool was_cut_short_ = false;
};

std::optional<Error> Search::run() {
  // A client-bound probe may show a busy moment of this machine and not the server's limit.
  constexpr int most_tries = 3;
  while (const auto rpm = rates_.next()) {
    Probed probed = probe(*rpm);
    for (int tries = 1; tries < most_tries && is_worth_repeating(context_, probed); ++tries) {
      probed = probe(*rpm);
    }
    if (context_.stopped()) {
      was_cut_short_ = true;
      break;
    }
    if (probed.why_over) return probed.why_over;
    rates_.add(probed.why_missed.empty());
    if (probed.why_missed.empty()) {
      best_ = std::move(probed.tally);
    } else {
      why_missed_ = std::move(probed.why_missed);
    }
  }
  if (best_) return std::nullopt;
  if (was_cut_short_) {
    return Error{ErrorCode::stopped, "cut short before any rate met the objective"};
  }
  return Error{ErrorCode::objective_missed,
               fmt::format("no rate down to {0} RPM meets the objective; at {0} RPM: {1}",
                           *rates_.lowest_missed(), why_missed_)};
}

void Search::report(benchmark::State& state) const {
  const auto max_rpm = static_cast<double>(rates_.best());
  // Each thread has one iteration.
  state.SetIterationTime(60 / max_rpm * static_cast<double>(state.threads()) * time_divisor(state));
  set_counters(state.counters, *best_);
  set_part_counters(state.counters, *best_);
  state.counters["max_rpm"] = max_rpm;
  state.counters["probes"] = static_cast<double>(probes_.size());
  state.SetLabel(summary());
}

std::string Search::summary() const {
  std::string words = fmt::format("max {} RPM", rates_.best());
  if (was_cut_short_) {
    words += "; cut short";
  } else if (!rates_.lowest_missed()) {
    words += ", the highest that was to be tried";
  }
  if (const auto missed = rates_.lowest_missed()) {
    words += fmt::format("; at {} RPM: {}", *missed, why_missed_);
  }
  return words;
}

run::RunPlan Search::plan_at(std::uint64_t rpm) const {
  constexpr std::chrono::seconds at_least{10};
  constexpr int longest_times = 5;
  constexpr std::uint64_t warmup_divisor = 20;
  run::RunPlan plan = part_;
  plan.rpm = rpm;
  plan.salt = context_.next_salt();
  plan.requests = asked_.requests;
  if (plan.requests == 0) {
    plan.requests =
        run::requests_to_judge(rpm, std::max<std::chrono::nanoseconds>(
                                        at_least, longest_times * asked_.objective.longest_time()));
  }
  if (plan.warmup == 0) plan.warmup = plan.requests / warmup_divisor;
  return plan;
}

Probed Search::probe(std::uint64_t rpm) {
  Probed probed;
  MadeRun made = make_run(context_, workload_, part_, [&] {
    return begin_run(context_, workload_, plan_at(rpm), name_ + "/probe");
  });
  if (made.run.error) {
    probed.why_over = std::move(made.run.error);
    return probed;
  }
  probed.plan = std::move(*made.run.plan);
  probed.tally = std::move(*made.whole);
  const Verdict verdict = run::judge(probed.tally, rpm, part_.parallel, probed.plan.arrivals);
  probed.bound = verdict.bound;
  probed.why_missed = why_missed(probed, verdict);
  if (probed.tally.succeeded == 0) {
    probed.why_over = why_nothing(probed.tally);
    return probed;
  }
  keep(probed, verdict);
  return probed;
}

std::string Search::why_missed(const Probed& probed, const Verdict& verdict) const {
  const double tolerated = context_.settings().max_error_ratio;
  std::string why = run::why_not_kept(probed.tally, probed.plan, verdict);
  if (why.empty()) why = asked_.objective.why_missed(probed.tally);
  if (why.empty() && !asked_.objective.errors && probed.tally.error_ratio() > tolerated) {
    why = fmt::format("errors {:.3g}%, more than {:.3g}%", 100 * probed.tally.error_ratio(),
                      100 * tolerated);
  }
  return why;
}

void Search::keep(const Probed& probed, const Verdict& verdict) {
  const std::string met = probed.why_missed.empty() ? "met" : "missed: " + probed.why_missed;
  context_.console().say(fmt::format("{} at {} RPM: {}", name_, probed.plan.rpm, met));
  AddedRow probe = added_row(name_ + "/probe", probed.plan, probed.tally);
  context_.timelines().hand_on(probe.counters, probed.tally);
  probe.label = fmt::format("{}; {}", name_of(verdict.bound), met);
  probes_.push_back(std::move(probe));
}

}  // namespace

namespace {

/// This thread's part of the search's runs.
run::RunPlan part_of(const benchmark::State& state, const Context& context,
                     const Workload& workload) {
  run::RunPlan part = context.plan(workload.describe());
  part.parallel = static_cast<std::size_t>(state.range(0));
  part.stripe = stripe_of(state, context);
  return part;
}

/// Makes the leader's search, and reports it.
void lead(benchmark::State& state, Context& context, const std::string& benchmark,
          Workload& workload, const FindMax& asked) {
  const run::RunPlan part = part_of(state, context, workload);
  Search search(context, workload, asked, part);
  std::optional<Error> error;
  if (const auto checked = check_run(context, part); checked) {
    error = search.run();
  } else {
    error = checked.error();
  }
  // The other threads wait for a further probe.
  make_run(context, workload, part, [&] { return run::GroupRun{.error = error, .is_last = true}; });
  if (error) {
    if (!context.stopped()) context.fail(*error);
    state.SkipWithError(error->message.c_str());
  } else {
    search.report(state);
    context.verdicts().add(fmt::format("{} parallel:{}{}: {}", benchmark, part.parallel,
                                       threads_text(part.threads()), search.summary()));
  }
  context.added_rows().add(benchmark, search.take_probes());
}

/// Makes a thread's part of the probes, until the leader has ended its search.
void follow(benchmark::State& state, Context& context, Workload& workload) {
  const run::RunPlan part = part_of(state, context, workload);
  for (;;) {
    const MadeRun made = make_run(context, workload, part, {});
    if (!made.run.is_last) continue;
    if (made.run.error) state.SkipWithError(made.run.error->message.c_str());
    return;
  }
}

}  // namespace

void find_max(benchmark::State& state, Context& context, const std::string& benchmark,
              Workload& workload, const FindMax& asked) {
  // The number of probes is unknown.
  if (state.thread_index() == 0) context.plan_runs(0);
  for ([[maybe_unused]] auto _ : state) {
    if (state.thread_index() == 0 && context.leads()) {
      lead(state, context, benchmark, workload, asked);
    } else {
      follow(state, context, workload);
    }
  }
}

}  // namespace paceline::gbench
