#include <fmt/format.h>
#include <paceline/gbench/measure.h>
#include <paceline/gbench/report.h>
#include <paceline/http/client.h>
#include <paceline/http/target.h>
#include <paceline/loop/sockets.h>
#include <paceline/run/preflight.h>
#include <paceline/run/run_stripe.h>
#include <paceline/stats/run_tally.h>
#include <paceline/workload/file_lines.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace paceline::gbench {
namespace {

/// The URL without the user, and with a hash of the query, which may hold a key.
std::string url_to_keep(const std::string& url) {
  const std::string_view whole = std::string_view(url).substr(0, url.find('#'));
  const std::size_t scheme_end = whole.find("://");
  const std::size_t host = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  const std::size_t path = std::min(whole.find_first_of("/?", host), whole.size());
  const std::size_t user = whole.substr(0, path).rfind('@');
  const std::size_t host_begin = user == std::string_view::npos || user < host ? host : user + 1;
  const std::size_t query = whole.find('?', path);
  std::string kept(whole.substr(0, host));
  kept += whole.substr(host_begin, std::min(query, whole.size()) - host_begin);
  if (query != std::string_view::npos)
    kept += "?#" + workload::content_hash_text(whole.substr(query));
  return kept;
}

/// The distinct texts of the parts, in their order.
template <typename TextOf>
std::vector<std::string> distinct(const std::vector<Part>& parts, const TextOf& text_of) {
  std::vector<std::string> texts;
  for (const Part& part : parts) {
    std::string text = text_of(part);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) {
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

template <typename TextOf>
std::string joined(const std::vector<Part>& parts, const TextOf& text_of) {
  return fmt::format("{}", fmt::join(distinct(parts, text_of), ", "));
}

}  // namespace

std::vector<Part> parts_of(const Description& description) {
  if (!description.parts.empty()) return description.parts;
  return {{description.model, description.url, 0}};
}

log::LoggedPart logged_part(const Part& part, const std::string& embedded_url) {
  if (!embedded_url.empty() && part.url.starts_with(embedded_url)) {
    return {part.model, embedded_host + part.url.substr(embedded_url.size())};
  }
  return {part.model, url_to_keep(part.url)};
}

std::string shown_host(const std::string& url, const std::string& embedded_url) {
  std::string host = http::host_of(url);
  const bool is_embedded = !embedded_url.empty() && host == http::host_of(embedded_url);
  return is_embedded ? embedded_host : host;
}

std::vector<std::string> hosts_of(Workload& workload, const std::string& embedded_url) {
  Request request;
  return distinct(parts_of(workload.describe()), [&](const Part& part) {
    workload.make(part.item, request);
    return shown_host(request.url, embedded_url);
  });
}

log::LoggedRun logged_job(const Description& description, const std::string& api_url,
                          const std::string& embedded_url) {
  Description whole = description;
  if (whole.url.empty()) whole.url = api_url;
  const std::vector<Part> parts = parts_of(whole);
  log::LoggedRun job;
  job.name = description.name;
  job.workload = description.fingerprint;
  job.model = description.model;
  job.host = joined(parts, [&](const Part& part) { return shown_host(part.url, embedded_url); });
  job.url = joined(parts, [&](const Part& part) { return logged_part(part, embedded_url).url; });
  if (parts.size() > 1) {
    for (const Part& part : parts) job.parts.push_back(logged_part(part, embedded_url));
  }
  return job;
}

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
                     threads_text(plan.stripe));
}

std::string threads_text(const pace::Stripe& stripe) {
  return stripe.count == 1 ? std::string() : fmt::format(" threads:{}", stripe.count);
}

Result<void> check_run(const Context& context, std::size_t parallel, std::size_t threads) {
  if (context.stopped()) {
    return fail(ErrorCode::stopped, "not run: the program was stopped before");
  }
  if (parallel < threads) {
    return fail(
        ErrorCode::invalid_value,
        fmt::format("parallel {} is less than the number of threads, {}; each thread needs one "
                    "request in flight",
                    parallel, threads));
  }
  return check_open_files(context, parallel, threads);
}

GroupRun begin_run(Context& context, const Workload& workload, run::RunPlan plan,
                   const std::string& name) {
  GroupRun run;
  plan.salt = context.next_salt();
  log::LoggedRun logged = context.logged_job(workload);
  logged.resumed = !plan.items.empty();
  logged.started = std::chrono::system_clock::now();
  logged.rpm = plan.rpm;
  logged.parallel = plan.parallel;
  logged.requests = plan.requests;
  logged.warmup = plan.warmup;
  logged.transport = name_of(plan.connection.transport);
  logged.threads = plan.stripe.count;
  logged.identity = plan.salt;
  const auto log = context.begin_log(logged);
  if (!log) {
    context.fail(log.error());
    context.stop();
    run.error = log.error();
    return run;
  }
  plan.log = *log;
  if (const auto& show = context.settings().show_progress) {
    ShownRun shown;
    shown.name = context.gate().shown(run_text(name, plan));
    shown.rpm = plan.rpm;
    shown.parallel = plan.parallel;
    shown.stripes = plan.stripe.count;
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

MadeRun make_run(Context& context, Workload& workload, const pace::Stripe& stripe,
                 const std::function<GroupRun()>& begin, std::function<void()> on_first_counted) {
  RunGroup& group = context.group();
  MadeRun made;
  made.run = group.join(stripe, begin);
  stats::RunTally tally;
  if (made.run.plan) {
    run::RunPlan plan = *made.run.plan;
    plan.stripe = stripe;
    plan.start = [&group, stripe] { return group.start(stripe); };
    run::RunHooks hooks{std::move(on_first_counted), &context.stopped()};
    if (const auto progress = made.run.progress) {
      hooks.on_progress = [progress, stripe](const run::Progress& so_far) {
        progress->publish(stripe.index, so_far);
      };
    }
    tally = run::run_stripe(workload, plan, hooks);
  }
  made.has_counted = tally.sent > 0;
  made.whole = group.leave(stripe, tally);
  if (made.whole && made.run.progress) made.run.progress->end();
  return made;
}

namespace {

run::RunPlan plan_of(const benchmark::State& state, const Context& context,
                     const Description& workload, const CountedRequests& counted) {
  run::RunPlan run = context.plan(workload);
  run.rpm = static_cast<std::uint64_t>(state.range(0));
  run.parallel = static_cast<std::size_t>(state.range(1));
  run.requests = counted.number;
  run.items = counted.items;
  run.stripe = stripe_of(state);
  return run;
}

GroupRun begin(Context& context, const Workload& workload, run::RunPlan plan,
               const std::string& name) {
  if (auto checked = check_run(context, plan.parallel, plan.stripe.count); !checked) {
    if (!context.stopped()) context.fail(checked.error());
    return {.error = std::move(checked.error())};
  }
  if (plan.rpm > 0) {
    plan.rate_changes = std::make_shared<pace::RateChanges>(plan.rpm, plan.stripe.count);
  }
  return begin_run(context, workload, std::move(plan), name);
}

}  // namespace

pace::Stripe stripe_of(const benchmark::State& state) {
  return {static_cast<std::uint64_t>(state.thread_index()),
          static_cast<std::uint64_t>(state.threads())};
}

void measure(benchmark::State& state, Context& context, Workload& workload,
             const CountedRequests& counted) {
  const Description described = workload.describe();
  const run::RunPlan plan = plan_of(state, context, described, counted);
  // A batch may be larger than the registered iterations. Together the threads have as many as
  // there are requests.
  const auto iterations =
      static_cast<benchmark::IterationCount>(plan.stripe.share_of(counted.number));
  while (state.KeepRunningBatch(iterations)) {
    state.PauseTiming();
    const MadeRun made = make_run(
        context, workload, plan.stripe,
        [&] { return begin(context, workload, plan, described.name); },
        [&state] { state.ResumeTiming(); });
    if (!made.has_counted) state.ResumeTiming();
    if (made.run.error) {
      state.SkipWithError(made.run.error->message.c_str());
    } else if (made.whole) {
      report(state, context, *made.run.plan, described.name, *made.whole);
    }
  }
}

}  // namespace paceline::gbench
