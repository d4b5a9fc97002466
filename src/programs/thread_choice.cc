#include <programs/thread_choice.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <vector>

#include <paceline/clock.h>
#include <paceline/endpoint.h>
#include <paceline/loop/loop.h>
#include <paceline/run/run_stripe.h>
#include <paceline/run/share_value.h>
#include <paceline/stats/byte_form.h>
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

/// What the choice depends on, as rank 0 shares it.
struct Measured {
  std::uint64_t cores = 1;
  nanoseconds request{0};
};

Result<nanoseconds> measure_request(const SelectedWorkload& selected,
                                    const gbench::Context& context) {
  EndpointOptions options;
  options.response_tokens = std::clamp<std::size_t>(selected.checked->response_tokens, 1,
                                                    EndpointOptions::longest_response);
  Endpoint endpoint(std::move(options));
  if (auto error = endpoint.start()) return tl::unexpected(std::move(*error));
  const auto workload =
      selected.make({{like(context.settings().api, endpoint.url())}, endpoint.url() + "/models"});
  if (!workload) return tl::unexpected(workload.error());
  return time_of_request(**workload, context);
}

Result<Measured> measure(const SelectedWorkload& selected, const Grid& grid,
                         const gbench::Context& context) {
  Measured measured{.cores = loop::available_cores()};
  if (measured.cores == 1 || !has_rate(grid)) return measured;
  const auto request = measure_request(selected, context);
  if (!request) return tl::unexpected(request.error());
  measured.request = *request;
  return measured;
}

}  // namespace
}  // namespace paceline::programs

template <>
struct paceline::stats::Members<paceline::programs::Measured> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& measured) {
    auto& [cores, request] = measured;
    form(cores, request);
  }
};

namespace paceline::programs {

bool has_rate(const Grid& grid) {
  return std::any_of(grid.rpm.begin(), grid.rpm.end(), [](std::int64_t rpm) { return rpm > 0; });
}

Result<ThreadChoice> choose_threads(const SelectedWorkload& selected, const Grid& grid,
                                    gbench::Context& context) {
  Result<Measured> own;
  if (context.leads()) own = measure(selected, grid, context);
  const auto measured = run::share_value(context.ranks(), "threads", own);
  if (!measured) return tl::unexpected(measured.error());
  return ThreadChoice(measured->cores, measured->request);
}

std::int64_t ThreadChoice::threads(std::int64_t rpm, std::int64_t parallel,
                                   std::int64_t ranks) const {
  const std::int64_t most = std::clamp<std::int64_t>(parallel / ranks, 1, cores_);
  if (rpm == 0) return most;
  const double cores_used = static_cast<double>(rpm) / 60 / static_cast<double>(ranks) *
                            std::chrono::duration<double>(request_).count();
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
