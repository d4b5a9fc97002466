#include <paceline/http/curl/curl_transport.h>
#include <paceline/http/direct/direct_transport.h>
#include <paceline/http/direct/tls_context.h>
#include <paceline/loop/loop.h>
#include <paceline/loop/sockets.h>
#include <paceline/run.h>
#include <paceline/run/dispatcher.h>
#include <paceline/run/recorder.h>
#include <paceline/run/run_stripe.h>
#include <paceline/run/trace_schedule.h>
#include <paceline/run/verdict.h>
#include <paceline/stats/tally_bytes.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace paceline::run {
namespace {

using std::chrono::nanoseconds;

nanoseconds mean_of(nanoseconds one, std::uint64_t weight, nanoseconds other,
                    std::uint64_t other_weight) {
  const auto total = static_cast<double>(weight + other_weight);
  if (total <= 0) return nanoseconds(0);
  const double share = static_cast<double>(other_weight) / total;
  return one + std::chrono::duration_cast<nanoseconds>((other - one) * share);
}

std::optional<nanoseconds> sooner_retry(const Progress& one, const Progress& other) {
  if (one.left == 0) return other.retry_in;
  if (other.left == 0) return one.retry_in;
  if (!one.retry_in || !other.retry_in) return std::nullopt;
  return std::min(*one.retry_in, *other.retry_in);
}

}  // namespace

void Progress::merge(const Progress& other) {
  const std::uint64_t responses = ended - failed - cancelled;
  const std::uint64_t other_responses = other.ended - other.failed - other.cancelled;
  retry_in = sooner_retry(*this, other);
  p50 = mean_of(p50, responses, other.p50, other_responses);
  p99 = mean_of(p99, responses, other.p99, other_responses);
  planned += other.planned;
  ended += other.ended;
  failed += other.failed;
  cancelled += other.cancelled;
  left += other.left;
  departures += other.departures;
  in_flight += other.in_flight;
  is_warming_up = is_warming_up && other.is_warming_up;
  for (std::size_t i = 0; i < latency.size(); ++i) latency[i] += other.latency[i];
  for (std::size_t i = 0; i < failures.size(); ++i) failures[i] += other.failures[i];
  ttft_p50 = mean_of(ttft_p50, streams, other.ttft_p50, other.streams);
  ttft_p99 = mean_of(ttft_p99, streams, other.ttft_p99, other.streams);
  streams += other.streams;
  tokens += other.tokens;
  if (!bound || (bound == Bound::paced && other.bound)) bound = other.bound;
}

void RunLog::keep(std::uint64_t thread, std::string tally) const {
  file->keep({run, thread, std::move(tally)});
}

stats::RunTally run_stripe(Workload& workload, const RunPlan& plan, const RunHooks& hooks) {
  loop::raise_open_files_limit();
  const auto loop = loop::Loop::make();
  if (!loop) return unsent_tally(plan, loop.error());
  stats::RunTally tally = Dispatcher(**loop, workload, plan, hooks).run();
  tally.tokens.format = workload.end_run();
  if (plan.log.file != nullptr) plan.log.keep(plan.thread(), stats::bytes_of(tally));
  return tally;
}

stats::RunTally unsent_tally(const RunPlan& plan, const Error& why) {
  return Recorder(plan, counted_here(plan)).finish(true, why);
}

http::TransportFactory transport_factory(TransportKind kind) {
  if (kind == TransportKind::curl) {
    return [share = std::make_shared<http::curl::CurlShare>()](
               loop::Loop& loop, const ConnectionOptions& options, std::size_t exchanges,
               http::ResponseSink& sink) -> std::unique_ptr<http::Transport> {
      return std::make_unique<http::curl::CurlTransport>(loop, options, exchanges, sink, share);
    };
  }
  return [tls = std::make_shared<http::direct::SharedTlsContext>()](
             loop::Loop& loop, const ConnectionOptions& options, std::size_t exchanges,
             http::ResponseSink& sink) -> std::unique_ptr<http::Transport> {
    return std::make_unique<http::direct::DirectTransport>(loop, options, exchanges, sink, tls);
  };
}

std::size_t descriptors_for(const ConnectionOptions& connection, std::size_t parallel,
                            std::size_t stripes) {
  // The loop, its timer and lookups.
  constexpr std::size_t of_loop = 16;
  std::size_t descriptors = sockets_for(connection, parallel) - parallel;
  for (std::size_t i = 0; i < stripes; ++i) {
    const std::size_t share = pace::Stripe{i, stripes}.share_of(parallel);
    descriptors += of_loop + (connection.transport == TransportKind::direct
                                  ? http::direct::DirectTransport::descriptors_for(share)
                                  : http::curl::CurlTransport::descriptors_for(share));
  }
  return descriptors;
}

std::optional<pace::StagedRate> staged_rate(const RunPlan& options) {
  if (options.stages.empty()) return std::nullopt;
  std::vector<Stage> stages = options.stages;
  if (options.warmup > 0) {
    const auto has_rate = [](const Stage& stage) { return stage.first_rpm + stage.last_rpm > 0; };
    const Stage& first = *std::find_if(stages.begin(), stages.end(), has_rate);
    const std::uint64_t rpm = first.first_rpm > 0 ? first.first_rpm : first.last_rpm;
    stages.insert(stages.begin(), {pace::Rate::per_minute(rpm)->due(options.warmup), rpm, rpm});
  }
  return pace::StagedRate(stages);
}

std::optional<pace::Pacer> make_pacer(const RunPlan& options, std::uint64_t sessions) {
  if (options.replay) {
    // The bursts of a trace are sent as they are, and its due times hold after a delay.
    return pace::Pacer(std::make_unique<TraceSchedule>(options.replay->trace, options.items), {},
                       options.stripe, std::chrono::nanoseconds::max());
  }
  if (auto staged = staged_rate(options)) {
    return pace::Pacer(pace::make_schedule(options.arrivals, *std::move(staged), options.seed),
                       pace::usual_bounds(options.stripe.count), options.stripe);
  }
  std::optional<pace::Rate> rate = pace::Rate::per_minute(options.rpm);
  if (!rate) return std::nullopt;
  if (sessions > 0) rate = rate->times(sessions, options.warmup + options.requests);
  auto schedule = pace::make_schedule(options.arrivals, *rate, options.seed);
  if (options.rate_changes) {
    schedule = std::make_unique<pace::ChangedSchedule>(std::move(schedule), options.rate_changes);
  }
  return pace::Pacer(std::move(schedule), pace::usual_bounds(options.stripe.count), options.stripe);
}

std::optional<pace::Pacer> make_user_pacer(const RunPlan& options, nanoseconds interval) {
  if (interval.count() == 0) return std::nullopt;
  constexpr std::uint64_t minute_ns = 60'000'000'000;
  const pace::Rate rate =
      pace::Rate::per_minute(1)->times(minute_ns, static_cast<std::uint64_t>(interval.count()));
  return pace::Pacer(pace::make_schedule(constant_arrivals, rate, options.seed),
                     pace::usual_bounds(options.stripe.count), options.stripe);
}

std::optional<pace::Pacer> make_limit(const RunPlan& options) {
  const std::optional<pace::Rate> rate = pace::Rate::per_minute(options.rpm);
  const bool has_limit = options.has_sessions || (options.replay && options.replay->limits_rate);
  if (!has_limit || !rate) return std::nullopt;
  return pace::Pacer(pace::make_schedule(constant_arrivals, *rate, options.seed),
                     pace::usual_bounds(options.stripe.count), options.stripe);
}

std::optional<pace::TokenBudget> make_budget(const RunPlan& options) {
  if (options.tpm == 0) return std::nullopt;
  return pace::TokenBudget(std::max<std::uint64_t>(options.tpm / options.stripe.count, 1));
}

std::size_t connections_ahead(const RunPlan& options) {
  const std::uint64_t requests = options.stripe.share_of(options.warmup + options.requests);
  const std::uint64_t most =
      std::min<std::uint64_t>(options.stripe.share_of(options.parallel), requests);
  // The largest burst of a trace is not known.
  if (options.rpm == 0 || options.replay) return most;
  // Latencies vary, and so does the number in flight.
  constexpr double margin = 1.25;
  const double per_second =
      static_cast<double>(options.rpm) / 60 / static_cast<double>(options.stripe.count);
  const double in_flight = per_second * stats::seconds_of(options.expected_latency);
  return std::min(most, 1 + static_cast<std::uint64_t>(margin * in_flight));
}

http::ClientOptions client_options(const RunPlan& options) {
  http::ClientOptions client{options.stripe.share_of(options.parallel), options.connection,
                             options.resolver};
  if (options.cancellation) client.cancel_after = options.cancellation->after;
  client.connection.memory /= options.threads();
  // Connections take the interfaces in turn. Stripes with few connections would otherwise all use
  // the first ones.
  std::vector<std::string>& interfaces = client.connection.interfaces;
  if (!interfaces.empty()) {
    const std::size_t first = options.stripe.index % interfaces.size();
    std::rotate(interfaces.begin(),
                std::next(interfaces.begin(), static_cast<std::ptrdiff_t>(first)),
                interfaces.end());
  }
  return client;
}

std::uint64_t counted_here(const RunPlan& options) {
  return options.stripe.share_of(options.warmup + options.requests) -
         options.stripe.share_of(options.warmup);
}

std::uint64_t due_rpm(const stats::RunTally& tally, std::uint64_t otherwise) {
  if (tally.sends < 2 || tally.last_due <= tally.first_due) return otherwise;
  const double per_second =
      static_cast<double>(tally.sends - 1) / stats::seconds_of(tally.last_due - tally.first_due);
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(60 * per_second)));
}

std::uint64_t asked_rpm(const RunPlan& options, const stats::RunTally& tally) {
  const pace::RateChanges* changes = options.rate_changes.get();
  if (!options.stages.empty() || options.replay || options.has_sessions)
    return due_rpm(tally, options.rpm);
  if (tally.lost > 0) {
    const auto kept = static_cast<double>(tally.planned - tally.lost);
    const double share = kept / static_cast<double>(tally.planned);
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(options.rpm) * share));
  }
  if (changes == nullptr || changes->before(tally.last_due).empty()) return options.rpm;
  return std::max<std::uint64_t>(
      1,
      static_cast<std::uint64_t>(std::llround(changes->mean_rpm(tally.first_due, tally.last_due))));
}

std::uint64_t item_at(std::uint64_t position, const RunPlan& options) {
  const bool picks = !options.items.empty();
  if (position < options.warmup) {
    return position + (picks ? options.items.back() + 1 : options.requests);
  }
  const std::uint64_t counted = position - options.warmup;
  return picks ? options.items[counted] : counted;
}

}  // namespace paceline::run

namespace paceline {

std::string_view name_of(Bound bound) {
  switch (bound) {
    case Bound::paced:
      return "paced";
    case Bound::parallel:
      return "parallel-bound";
    case Bound::server:
      return "server-bound";
    case Bound::client:
      return "client-bound";
    case Bound::rate_limit:
      return "rate-limited";
    case Bound::failing:
      return "failing";
  }
  return {};
}

RunResult run_workload(Workload& workload, const RunOptions& options,
                       const std::atomic<bool>* stop) {
  run::RunHooks hooks;
  hooks.stop = stop;
  run::RunPlan plan(options);
  plan.has_sessions = workload.sessions() != nullptr;
  stats::RunTally tally = run::run_stripe(workload, plan, hooks);
  Verdict verdict =
      run::judge(tally, run::asked_rpm(plan, tally), options.parallel, options.arrivals);
  return {std::move(tally), std::move(verdict)};
}

}  // namespace paceline
