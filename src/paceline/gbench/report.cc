#include <paceline/gbench/measure.h>
#include <paceline/gbench/part_counters.h>
#include <paceline/gbench/report.h>
#include <paceline/gbench/stage_rows.h>
#include <paceline/gbench/turn_counters.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <paceline/run/share_value.h>
#include <paceline/run/verdict.h>
#include <paceline/stats/run_tally.h>
#include <paceline/text/numbers.h>
#include <paceline_version.h>

namespace paceline::gbench {
namespace {

/// The iteration time with which Google Benchmark shows the mean latency. Google Benchmark adds the
/// times of all threads and divides by the iterations of all threads. The mean is of successful
/// requests only, so that failures and interrupted runs do not look faster.
double iteration_time(const benchmark::State& state, std::uint64_t requests, const Tally& tally) {
  const std::chrono::duration<double> mean = tally.latency.mean();
  return mean.count() * static_cast<double>(requests) * time_divisor(state);
}

/// Whether enough responses lacked usage that token figures count events in part.
bool counts_events(const TokenTally& tokens) {
  constexpr double tolerable = 0.05;
  const bool is_one_of_many = tokens.responses_counted == 1 && tokens.responses() > 1;
  return !is_one_of_many && static_cast<double>(tokens.responses_counted) >
                                tolerable * static_cast<double>(tokens.responses());
}

/// To what the rate was changed during the run; empty if it was not.
std::string rate_changes_text(const run::RunPlan& plan, const stats::RunTally& tally) {
  constexpr std::size_t most_shown = 3;
  if (!plan.rate_changes) return {};
  const std::vector<pace::RateChange> changes = plan.rate_changes->before(tally.last_due);
  if (changes.empty()) return {};
  std::vector<std::string> shown;
  for (const pace::RateChange& change : changes) {
    if (shown.size() == most_shown) break;
    shown.push_back(
        fmt::format("to {:.6g} RPM at {:.1f} s", change.rpm, stats::seconds_of(change.at)));
  }
  std::string text = fmt::format("{}", fmt::join(shown, ", "));
  if (changes.size() > most_shown) {
    text += fmt::format(" and {} more times", changes.size() - most_shown);
  }
  return text + fmt::format(" (mean {} RPM)", run::asked_rpm(plan, tally));
}

/// The processes that were lost during the run, with their requests; empty if none was.
std::string lost_text(const stats::RunTally& tally) {
  std::vector<std::string> names;
  for (const stats::RankPart& part : tally.ranks) {
    if (part.is_lost) names.push_back(part.name);
  }
  if (names.empty()) return {};
  return fmt::format("{} {} lost, with {} requests", fmt::join(names, ", "),
                     names.size() == 1 ? "was" : "were", tally.lost);
}

/// What follows if the clocks of the processes are not known well enough; empty if they are.
std::string clocks_text(const run::RunPlan& plan, const stats::RunTally& tally) {
  const auto error = tally.clock_error();
  if (!error || plan.rpm == 0) return {};
  const double interval_seconds = 60 / static_cast<double>(plan.rpm);
  if (stats::seconds_of(*error) <= interval_seconds) return {};
  return fmt::format(
      "the clocks of the ranks are known to {:.3g} ms, which is more than the interval of {:.3g} "
      "ms, so that requests of different ranks may depart together",
      1e3 * stats::seconds_of(*error), 1e3 * interval_seconds);
}

/// Facts besides the counters; the name of the verdict's bound is the first.
std::string label_of(const Verdict& verdict, const stats::RunTally& tally,
                     const std::string& rate_changes) {
  const std::string lost = lost_text(tally);
  std::vector<std::string> words{std::string(name_of(verdict.bound))};
  if (!rate_changes.empty()) words.push_back("rate changed " + rate_changes);
  if (tally.stopped_why) {
    words.push_back(fmt::format("stopped after {} of {} requests: {}",
                                tally.succeeded + tally.failed, tally.planned,
                                tally.stopped_why->message));
  } else if (tally.cut_short) {
    words.push_back(
        fmt::format("cut short: {} of {} requests", tally.succeeded + tally.failed, tally.planned));
    if (tally.cut_off > 0) words.push_back(fmt::format("{} cut off", tally.cut_off));
    if (!lost.empty()) words.push_back(lost);
  }
  if (tally.cancelled > 0) words.push_back(fmt::format("{} cancelled", tally.cancelled));
  const TokenTally& tokens = tally.tokens;
  if (counts_events(tokens)) {
    words.push_back(fmt::format(
        "tokens of {} of {} responses counted as events, since the server told no usage",
        tokens.responses_counted, tokens.responses()));
  }
  // A server may send the end of a stream without a token, or a token without text.
  constexpr double noticeable = 1.05;
  if (tokens.tokens_per_event() > noticeable) {
    words.push_back(fmt::format("{:.1f} tokens per event", tokens.tokens_per_event()));
  }
  if (tokens.streams_without_tokens > 0) {
    words.push_back(fmt::format("{} of {} streams had no tokens", tokens.streams_without_tokens,
                                tokens.streams));
  }
  return fmt::format("{}", fmt::join(words, "; "));
}

void warn_of_lengths(const Context& context, const TokenTally& tokens) {
  constexpr double tolerable = 0.05;
  if (tokens.length_mismatch_ratio() <= tolerable) return;
  context.warn({ErrorCode::uneven_lengths,
                fmt::format("{:.0f}% of the responses did not have the requested length, so that "
                            "times of whole responses mean little",
                            100 * tokens.length_mismatch_ratio())});
}

/// The verdict for people, with the remedy.
std::string verdict_words(const Context& context, const Verdict& verdict, const Tally& tally) {
  if (verdict.bound != Bound::failing || !tally.first_failure) {
    return verdict.words;
  }
  Error error = *tally.first_failure;
  error.message = verdict.words;
  return context.sentence(error);
}

void warn_of_failures(Context& context, const stats::RunTally& tally) {
  const double tolerated = context.settings().max_error_ratio;
  if (const std::string lost = lost_text(tally); !lost.empty()) {
    context.fail({ErrorCode::rank_lost, "a run was cut short: " + lost});
  }
  if (tally.stopped_why) {
    Error error = *tally.stopped_why;
    error.message = "a run was ended early: " + error.message;
    context.fail(error);
  } else if (tally.settled_error_ratio() > tolerated) {
    context.fail({ErrorCode::too_many_failures,
                  fmt::format("{} of {} requests failed, a larger share than {}; the first: {}",
                              tally.failed, tally.succeeded + tally.failed, tolerated,
                              context.sentence(tally.first_failure.value_or(Error{})))});
  }
  if (tally.waits_too_long > 0) {
    context.warn(
        {ErrorCode::retry_wait_too_long,
         fmt::format("{} requests failed because the server asked for a longer wait before "
                     "a retry than {:g} s",
                     tally.waits_too_long, stats::seconds_of(context.settings().run.max_backoff))});
  }
}

}  // namespace

double cpu_time_of(const Tally& tally) {
  return stats::seconds_of(tally.cpu_time) /
         static_cast<double>(std::max<std::uint64_t>(tally.sent, 1));
}

AddedRow added_row(std::string name, const run::RunPlan& plan, const stats::RunTally& tally) {
  AddedRow row;
  row.name = std::move(name);
  row.rpm = plan.rpm;
  row.parallel = plan.parallel;
  row.threads = plan.threads();
  row.requests = plan.requests;
  row.mean_latency = tally.latency.mean();
  row.cpu_time = cpu_time_of(tally);
  set_counters(row.counters, tally);
  set_part_counters(row.counters, tally);
  set_turn_counters(row.counters, tally.turns);
  return row;
}

double time_divisor(const benchmark::State& state) {
  constexpr bool divides_by_threads =
      benchmark_version.starts_with("1.7.") || benchmark_version.starts_with("1.8.");
  return divides_by_threads ? static_cast<double>(state.threads()) : 1;
}

Error why_nothing(const Tally& tally) {
  if (tally.stopped_why) return *tally.stopped_why;
  if (tally.cut_short) return {ErrorCode::stopped, "cut short before any response"};
  const std::string cancelled =
      fmt::format("{} of {} requests were cancelled", tally.cancelled, tally.planned);
  if (tally.failed == 0) {
    return {ErrorCode::cancelled, "no request was left to measure: " + cancelled};
  }
  Error error = tally.first_failure.value_or(Error{});
  error.message = tally.cancelled == 0
                      ? "every request failed: " + error.message
                      : fmt::format("{}, and all others failed: {}", cancelled, error.message);
  return error;
}

Result<double> report(benchmark::State& state, Context& context, const run::RunPlan& plan,
                      const std::string& name, const stats::RunTally& tally) {
  if (tally.succeeded == 0) {
    context.stop();
    const Error why = why_nothing(tally);
    if (why.code != ErrorCode::stopped) context.fail(why);
    return tl::unexpected(why);
  }
  const Verdict verdict =
      run::judge(tally, run::asked_rpm(plan, tally), plan.parallel, plan.arrivals);
  const std::string rate_changes = rate_changes_text(plan, tally);
  state.counters[cpu_time_counter] = cpu_time_of(tally);
  set_counters(state.counters, tally);
  set_part_counters(state.counters, tally);
  set_turn_counters(state.counters, tally.turns);
  context.timelines().hand_on(state.counters, tally);
  state.SetLabel(label_of(verdict, tally, rate_changes));
  context.verdicts().add(run_text(name, plan), verdict.bound,
                         verdict_words(context, verdict, tally));
  if (const auto error = tally.clock_error(); error && context.facts().get("clock_error").empty()) {
    context.facts().add("clock_error", text::time_text(*error));
  }
  if (const std::string clocks = clocks_text(plan, tally); !clocks.empty()) {
    context.verdicts().add(run_text(name, plan) + ": " + clocks);
  }
  if (!plan.stages.empty()) report_stages(context, plan, name, tally);
  warn_of_lengths(context, tally.tokens);
  warn_of_failures(context, tally);
  return iteration_time(state, plan.requests, tally);
}

void report_salvaged(benchmark::State& state, Context& context, const std::string& name,
                     const run::SalvagedRun& run) {
  while (state.KeepRunningBatch(state.max_iterations)) {
    if (state.thread_index() > 0) continue;
    const auto time = report(state, context, run.plan, name, run.tally);
    if (time) {
      state.SetIterationTime(*time);
    } else {
      state.SkipWithError(time.error().message.c_str());
    }
  }
}

Result<double> shared_time(Context& context, const Result<double>& time) {
  auto shared = run::share_value(context.ranks(), "time", time);
  // The leader has its result even if a rank was lost.
  if (context.leads()) {
    return time;
  }
  return shared;
}

}  // namespace paceline::gbench
