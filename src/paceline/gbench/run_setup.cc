#include <fmt/format.h>
#include <paceline/gbench/run_setup.h>
#include <paceline/http/client.h>
#include <paceline/http/target.h>
#include <paceline/loop/sockets.h>
#include <paceline/run/run_stripe.h>
#include <paceline/workload/file_lines.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace paceline::gbench {

namespace {

/// Without the user, and with a hash of the query, which may hold a key.
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

}  // namespace

log::LoggedRun logged_job(const Description& description, const std::string& api_url,
                          const std::string& embedded_url) {
  const std::string& url = description.url.empty() ? api_url : description.url;
  log::LoggedRun job;
  job.name = description.name;
  job.workload = description.fingerprint;
  job.model = description.model;
  if (!embedded_url.empty() && url.starts_with(embedded_url)) {
    job.host = embedded_host;
    job.url = embedded_host + url.substr(embedded_url.size());
  } else {
    job.host = http::host_of(url);
    job.url = url_to_keep(url);
  }
  return job;
}

namespace {

Result<void> check_open_files(const Context& context, std::size_t parallel) {
  // For the program's own files, the log and the embedded endpoint's loop.
  constexpr std::size_t spare = 24;
  const std::size_t limit = loop::raise_open_files_limit();
  const bool has_endpoint = !context.settings().embedded_url.empty();
  const TransportKind transport = context.settings().run.connection.transport;
  const auto needed = [&](std::size_t count) {
    return spare + run::descriptors_for(transport, count) + (has_endpoint ? count : 0);
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
  if (const auto& show = context.settings().show_progress) {
    run.progress = show({fmt::format("{} rpm:{} parallel:{}", name, plan.rpm, plan.parallel),
                         plan.rpm, plan.stripe.count});
  }
  return run;
}

}  // namespace paceline::gbench
