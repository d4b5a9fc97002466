#include <programs/thread_choice.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include <paceline/clock.h>
#include <paceline/endpoint.h>
#include <paceline/loop/loop.h>
#include <paceline/run/run_stripe.h>
#include <paceline/text/numbers.h>

namespace paceline::programs {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t in_flight = 100;
constexpr std::chrono::milliseconds long_enough{250};
constexpr std::chrono::seconds too_long{3};

/// The CPU time of each response of a run against this endpoint.
nanoseconds time_of_request(Workload& workload, const gbench::Context& context) {
  const ConnectionOptions& connection = context.settings().run.connection;
  run::RunPlan plan;
  plan.parallel = in_flight;
  plan.requests = 10'000'000;
  plan.connection.transport = connection.transport;
  plan.connection.reuses = connection.reuses;
  plan.connection.compressed = connection.compressed;
  plan.transports = context.settings().transports;
  plan.grace = std::chrono::milliseconds(0);
  std::atomic<bool> ends{false};
  std::uint64_t responses = 0;
  const TimePoint begun = Clock::now();
  run::RunHooks hooks;
  hooks.stop = &ends;
  hooks.on_response = [&](const http::Exchange&, const Outcome&) {
    ++responses;
    const nanoseconds passed = Clock::now() - begun;
    const bool is_enough = passed >= long_enough && responses >= in_flight;
    if (is_enough || passed >= too_long || context.stopped()) ends = true;
  };
  const Tally tally = run::run_stripe(workload, plan, hooks);
  return tally.cpu_time / std::max<std::int64_t>(1, static_cast<std::int64_t>(responses));
}

/// An API whose requests take as much time to make, at another URL and without the user's secrets.
Api like(const Api& api, const std::string& url) {
  Api other{.url = url, .auth = api.auth, .aws_scope = api.aws_scope, .body_patch = api.body_patch};
  if (!api.key.empty()) other.key = "id:secret";
  // The region and the service of another API may be in its host's name.
  if (other.aws_scope.empty()) other.aws_scope = "us-east-1:bedrock";
  return other;
}

}  // namespace

bool needs_cpu_time(const Grid& grid) {
  return loop::available_cores() > 1 &&
         std::any_of(grid.rpm.begin(), grid.rpm.end(), [](std::int64_t rpm) { return rpm > 0; });
}

Result<ThreadChoice> choose_threads(const SelectedWorkload& selected, const Grid& grid,
                                    const gbench::Context& context) {
  const std::size_t cores = loop::available_cores();
  if (!needs_cpu_time(grid)) return ThreadChoice(cores, {});
  EndpointOptions options;
  options.response_tokens = std::clamp<std::size_t>(selected.checked->response_tokens, 1,
                                                    EndpointOptions::longest_response);
  Endpoint endpoint(std::move(options));
  if (auto error = endpoint.start()) return tl::unexpected(std::move(*error));
  const auto workload =
      selected.make({{like(context.settings().api, endpoint.url())}, endpoint.url() + "/models"});
  if (!workload) return tl::unexpected(workload.error());
  return ThreadChoice(cores, time_of_request(**workload, context));
}

std::int64_t ThreadChoice::threads(std::int64_t rpm, std::int64_t parallel) const {
  const std::int64_t most = std::min(cores_, parallel);
  if (rpm == 0) return most;
  const double cores_used =
      static_cast<double>(rpm) / 60 * std::chrono::duration<double>(request_).count();
  const double needed = std::ceil(cores_used / busy);
  return std::clamp<std::int64_t>(std::llround(std::min(needed, static_cast<double>(most))), 1,
                                  most);
}

std::string ThreadChoice::text(const std::vector<GridRow>& rows) const {
  std::vector<std::string> texts;
  for (const GridRow& row : rows) {
    std::string text = fmt::format("{}", row.threads);
    if (row.rpm > 0) text += fmt::format(" at {} RPM", row.rpm);
    if (row.rpm == 0 && rows.size() > 1) text += " unpaced";
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) {
      texts.push_back(std::move(text));
    }
  }
  std::string reason = cores_ == 1 ? "there is one core" : fmt::format("{} cores", cores_);
  if (request_.count() > 0) {
    reason += fmt::format(
        "; a request takes {} of a core, and a thread is to use {:.0f}% of its "
        "core at most",
        text::time_text(request_), 100 * busy);
  }
  return fmt::format("{} ({})", fmt::join(texts, ", "), reason);
}

}  // namespace paceline::programs
