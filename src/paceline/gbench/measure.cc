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

Result<void> check_open_files(const Context& context, std::size_t parallel) {
  // For the program's own files, the log and the embedded endpoint's loop.
  constexpr std::size_t spare = 24;
  const std::size_t limit = loop::raise_open_files_limit();
  const bool has_endpoint = !context.settings().embedded_url.empty();
  const ConnectionOptions& connection = context.settings().run.connection;
  const auto needed = [&](std::size_t count) {
    return spare + run::descriptors_for(connection, count) +
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
  return check_open_files(context, parallel);
}

GroupRun begin_run(Context& context, const Workload& workload, const run::RunPlan& plan,
                   const std::string& name) {
  GroupRun run;
  run.salt = context.next_salt();
  log::LoggedRun logged = context.logged_job(workload);
  logged.resumed = !plan.items.empty();
  logged.started = std::chrono::system_clock::now();
  logged.rpm = plan.rpm;
  logged.parallel = plan.parallel;
  logged.requests = plan.requests;
  logged.warmup = plan.warmup;
  logged.transport = name_of(plan.connection.transport);
  const auto log = context.begin_log(logged);
  if (!log) {
    context.fail(log.error());
    context.stop();
    run.error = log.error();
    return run;
  }
  run.log = *log;
  run.rate_changes = plan.rate_changes;
  if (const auto& show = context.settings().show_progress) {
    ShownRun shown;
    shown.name =
        context.gate().shown(fmt::format("{} rpm:{} parallel:{}", name, plan.rpm, plan.parallel));
    shown.rpm = plan.rpm;
    shown.parallel = plan.parallel;
    shown.stripes = plan.stripe.count;
    shown.rate_changes = plan.rate_changes;
    shown.number = context.next_run();
    shown.runs = context.planned_runs();
    run.progress = show(std::move(shown));
  }
  return run;
}

namespace {

std::size_t threads_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.threads());
}

/// Google Benchmark counts iterations per thread, but `parallel` is of all threads together.
run::RunPlan plan_of(const benchmark::State& state, const Context& context,
                     const Description& workload, std::span<const std::uint64_t> items) {
  run::RunPlan run = context.plan(workload);
  run.rpm = static_cast<std::uint64_t>(state.range(0));
  run.parallel = static_cast<std::size_t>(state.range(1));
  run.requests = static_cast<std::uint64_t>(state.max_iterations) * threads_of(state);
  run.items = items;
  run.stripe = {static_cast<std::uint64_t>(state.thread_index()), threads_of(state)};
  return run;
}

/// Every thread gets the error if the run cannot be made, and one prints it.
Result<void> check(const benchmark::State& state, Context& context) {
  auto checked = check_run(context, static_cast<std::size_t>(state.range(1)), threads_of(state));
  if (!checked && !context.stopped() && state.thread_index() == 0) context.fail(checked.error());
  return checked;
}

run::RunHooks hooks_of(benchmark::State& state, const Context& context,
                       const std::shared_ptr<ProgressSink>& progress) {
  run::RunHooks hooks{[&state] { state.ResumeTiming(); }, &context.stopped()};
  if (progress) {
    const auto stripe = static_cast<std::size_t>(state.thread_index());
    hooks.on_progress = [progress, stripe](const run::Progress& made) {
      progress->publish(stripe, made);
    };
  }
  return hooks;
}

}  // namespace

void measure(benchmark::State& state, Context& context, Workload& workload,
             std::span<const std::uint64_t> items) {
  while (state.KeepRunningBatch(state.max_iterations)) {
    if (const auto checked = check(state, context); !checked) {
      state.SkipWithError(checked.error().message.c_str());
      break;
    }
    state.PauseTiming();
    const Description described = workload.describe();
    run::RunPlan plan = plan_of(state, context, described, items);
    const std::string& name = described.name;
    const GroupRun shared = context.group().join(threads_of(state), [&] {
      if (plan.rpm > 0) {
        plan.rate_changes = std::make_shared<pace::RateChanges>(plan.rpm, plan.stripe.count);
      }
      return begin_run(context, workload, plan, name);
    });
    plan.salt = shared.salt;
    plan.log = shared.log;
    // Without a display nobody changes the rate.
    plan.rate_changes = shared.progress ? shared.rate_changes : nullptr;
    plan.start = shared.start;
    stats::RunTally tally;
    if (!shared.error)
      tally = run::run_stripe(workload, plan, hooks_of(state, context, shared.progress));
    if (tally.sent == 0) state.ResumeTiming();
    const auto whole = context.group().leave(tally, threads_of(state));
    if (shared.error) {
      state.SkipWithError(shared.error->message.c_str());
    } else if (whole) {
      if (shared.progress) shared.progress->end();
      report(state, context, plan, name, *whole);
    }
  }
}

}  // namespace paceline::gbench
