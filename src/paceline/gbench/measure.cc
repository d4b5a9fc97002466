#include <fmt/format.h>
#include <paceline/gbench/measure.h>
#include <paceline/gbench/report.h>
#include <paceline/loop/sockets.h>
#include <paceline/pace/stages_text.h>
#include <paceline/run/preflight.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace paceline::gbench {
namespace {

Result<void> check_open_files(const Context& context, std::size_t parallel, std::size_t threads) {
  // For the program's own files, the log and the embedded endpoint's loop.
  constexpr std::size_t spare = 24;
  const std::size_t limit = loop::raise_open_files_limit();
  const bool has_endpoint = !context.settings().embedded_url.empty();
  const ConnectionOptions& connection = context.settings().run.connection;
  const auto needed = [&](std::size_t count) {
    return spare + run::descriptors_for(connection, count, threads) +
           (has_endpoint ? run::sockets_for(connection, count) : 0);
  };
  if (needed(parallel) <= limit) return {};
  std::size_t most = parallel;
  while (most > 0 && needed(most) > limit) --most;
  return fail(
      ErrorCode::no_descriptor,
      fmt::format("parallel {} needs {} open files; the limit is {}, enough for a parallel of at "
                  "most {}",
                  parallel, needed(parallel), limit, most));
}

}  // namespace

std::string run_text(const std::string& name, const run::RunPlan& plan) {
  return fmt::format("{} rpm:{} parallel:{}{}", name, plan.rpm, plan.parallel,
                     threads_text(plan.threads()));
}

std::string benchmark_name(const std::string& workload, const std::vector<Stage>& stages,
                           const std::optional<run::Replay>& replay, std::uint64_t users) {
  if (users > 0) return fmt::format("{}/users:{}", workload, users);
  if (replay) return workload + "/trace";
  return stages.empty() ? workload : workload + "/stages";
}

std::string threads_text(std::uint64_t threads) {
  return threads == 1 ? std::string() : fmt::format(" threads:{}", threads);
}

Result<void> check_run(const Context& context, const run::RunPlan& plan) {
  if (context.stopped()) {
    return fail(ErrorCode::stopped, "not run: the program was stopped before");
  }
  if (plan.parallel < plan.stripe.count) {
    const std::string of_ranks =
        plan.ranks == 1 ? std::string() : fmt::format(" of all {} ranks", plan.ranks);
    return fail(
        ErrorCode::invalid_value,
        fmt::format("parallel {} is less than the number of threads{}, {}; each thread needs one "
                    "request in flight",
                    plan.parallel, of_ranks, plan.stripe.count));
  }
  if (plan.users > 0 && plan.users < plan.stripe.count) {
    return fail(ErrorCode::invalid_value,
                fmt::format("{} users are fewer than the threads of the run, {}; each thread needs "
                            "a user",
                            plan.users, plan.stripe.count));
  }
  // Rank 0 has the largest share.
  return check_open_files(context, pace::Stripe{0, plan.ranks}.share_of(plan.parallel),
                          plan.threads());
}

run::GroupRun begin_run(Context& context, const Workload& workload, run::RunPlan plan,
                        const std::string& name) {
  run::GroupRun run;
  run.name = name;
  log::LoggedRun logged = context.logged_job(workload);
  logged.resumed = !plan.items.empty();
  logged.started = std::chrono::system_clock::now();
  logged.rpm = plan.rpm;
  logged.parallel = plan.parallel;
  logged.requests = plan.requests;
  logged.warmup = plan.warmup;
  logged.transport = name_of(plan.connection.transport);
  logged.threads = plan.threads();
  logged.identity = plan.salt;
  logged.rank = context.ranks().index();
  logged.ranks = plan.ranks;
  logged.stages = pace::stages_text(plan.stages);
  logged.is_replay = plan.replay.has_value();
  if (plan.has_sessions) logged.users = plan.users;
  logged.burstiness = plan.arrivals.burstiness;
  const auto log = context.begin_log(logged);
  if (!log) {
    context.fail(log.error());
    context.stop();
    run.error = log.error();
    if (context.leads()) return run;
    // The other processes have begun the run, and end it with this error.
  } else {
    plan.log = *log;
    // A later run of the rest makes the histories of sessions from the responses.
    if (plan.has_sessions) plan.log.keeps_responses = true;
  }
  if (const auto& show = context.settings().show_progress) {
    run::ShownRun shown;
    shown.name = context.gate().shown(run_text(name, plan));
    shown.rpm = plan.rpm;
    shown.parallel = plan.parallel;
    shown.parts = plan.threads() + plan.ranks - 1;
    shown.rate_changes = plan.rate_changes;
    shown.number = context.next_run();
    shown.runs = context.planned_runs();
    run.progress = show(std::move(shown));
  }
  // Without a display nobody changes the rate.
  if (!run.progress) plan.rate_changes = nullptr;
  if (plan.stripe.count > 1) plan.is_ended = std::make_shared<std::atomic<bool>>(false);
  run.plan = std::move(plan);
  return run;
}

namespace {

/// Makes a thread's part of a run.
stats::RunTally make_part(Context& context, Workload& workload, const run::GroupRun& run,
                          const pace::Stripe& stripe) {
  if (!run.plan) return {};
  run::RunPlan plan = *run.plan;
  plan.stripe = stripe;
  if (run.error) {
    *plan.is_ended = true;
    Error error = *run.error;
    error.message = context.ranks().name_of(context.ranks().index()) + ": " + error.message;
    return run::unsent_tally(plan, error);
  }
  run::Group& group = context.group();
  plan.start = [&group, stripe] { return group.start(stripe); };
  run::RunHooks hooks{.stop = &context.stopped()};
  if (const auto progress = run.progress) {
    hooks.on_progress = [progress, thread = plan.thread()](const run::Progress& so_far) {
      progress->publish(thread, so_far);
    };
  }
  return run::run_stripe(workload, plan, hooks);
}

}  // namespace

MadeRun make_run(Context& context, Workload& workload, const run::RunPlan& plan,
                 const std::function<run::GroupRun()>& lead) {
  run::Group& group = context.group();
  MadeRun made;
  made.run = group.join(plan.stripe, lead, [&](const run::AnnouncedRun& announced) {
    run::RunPlan same = plan;
    announced.apply_to(same);
    return begin_run(context, workload, std::move(same), announced.name);
  });
  const stats::RunTally tally = make_part(context, workload, made.run, plan.stripe);
  made.whole = group.leave(plan.stripe, tally);
  if (made.whole && made.run.progress) made.run.progress->end();
  return made;
}

namespace {

run::RunPlan plan_of(const benchmark::State& state, const Context& context,
                     const Description& workload, bool has_sessions,
                     const CountedRequests& counted) {
  run::RunPlan run = context.plan(workload);
  run.rpm = static_cast<std::uint64_t>(state.range(0));
  run.parallel = static_cast<std::size_t>(state.range(1));
  run.requests = counted.number;
  run.items = counted.items;
  run.stages = counted.stages;
  run.replay = counted.replay;
  run.users = counted.users;
  run.earlier_turns = counted.earlier_turns;
  run.has_sessions = has_sessions;
  run.stripe = stripe_of(state, context);
  return run;
}

run::GroupRun begin(Context& context, const Workload& workload, run::RunPlan plan,
                    const std::string& name) {
  if (auto checked = check_run(context, plan); !checked) {
    if (!context.stopped()) context.fail(checked.error());
    return {.error = std::move(checked.error())};
  }
  plan.salt = context.next_salt();
  // Changes of the rate are not shared with other processes, and stages, traces and sessions have
  // a rate already.
  const bool has_own_rate = !plan.stages.empty() || plan.replay || plan.has_sessions;
  if (plan.rpm > 0 && plan.ranks == 1 && !has_own_rate) {
    plan.rate_changes = std::make_shared<pace::RateChanges>(plan.rpm, plan.stripe.count);
  }
  return begin_run(context, workload, std::move(plan), name);
}

}  // namespace

pace::Stripe stripe_of(const benchmark::State& state, const Context& context) {
  return run::stripe_of(context.ranks(), static_cast<std::uint64_t>(state.thread_index()),
                        static_cast<std::uint64_t>(state.threads()));
}

void measure(benchmark::State& state, Context& context, Workload& workload,
             const CountedRequests& counted) {
  const Description described = workload.describe();
  const run::RunPlan plan =
      plan_of(state, context, described, workload.sessions() != nullptr, counted);
  // A batch may be larger than the registered iterations. Together the threads of a process have as
  // many as all processes have requests.
  const pace::Stripe thread{plan.stripe.index / plan.ranks, plan.threads()};
  const auto iterations = static_cast<benchmark::IterationCount>(thread.share_of(counted.number));
  while (state.KeepRunningBatch(iterations)) {
    const MadeRun made = make_run(context, workload, plan,
                                  [&] { return begin(context, workload, plan, described.name); });
    Result<double> time = 0;
    if (made.run.error) {
      time = tl::unexpected(*made.run.error);
    } else if (made.whole) {
      time = report(state, context, *made.run.plan, described.name, *made.whole);
    }
    const bool is_first = thread.index == 0;
    if (is_first && made.run.plan) time = shared_time(context, time);
    if (!time) {
      state.SkipWithError(time.error().message.c_str());
    } else if (is_first) {
      state.SetIterationTime(*time);
    }
  }
}

}  // namespace paceline::gbench
