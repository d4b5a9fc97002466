#include <fmt/format.h>
#include <paceline/gbench/logged_job.h>
#include <paceline/gbench/measure.h>
#include <paceline/http/authorities.h>
#include <paceline/http/target.h>
#include <paceline/run/preflight.h>
#include <paceline/stats/run_tally.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace paceline::gbench {
namespace {

run::PreflightOptions options_of(Context& context, std::uint64_t item, const std::string& host) {
  const ContextSettings& settings = context.settings();
  run::PreflightOptions first{.connection = settings.run.connection,
                              .resolver = settings.resolver,
                              .transports = settings.transports,
                              .gate = settings.gate,
                              .item = item,
                              .salt = context.next_salt()};
  first.retries = settings.run.retries;
  first.max_backoff = settings.run.max_backoff;
  first.wait = settings.wait;
  first.stop = &context.stopped();
  first.on_wait = [&context, host](const Error& error) {
    context.console().warn(fmt::format("waiting up to {:g} s for {} to answer: {}",
                                       stats::seconds_of(context.settings().wait), host,
                                       error.message));
  };
  return first;
}

/// Sends the item, and adds the result to that of the items before. `part`: the item's part for
/// people.
Result<http::RateLimits> check_item(Context& context, Workload& workload, std::uint64_t item,
                                    const std::string& part, CheckedApi& checked) {
  Request request;
  workload.make(item, request);
  const std::string host = http::host_of(request.url);
  run::Preflight preflight = run::send_preflight(workload, options_of(context, item, host));
  if (context.stopped()) return fail(ErrorCode::stopped, "stopped before the first response");
  for (auto& [outcome, change] : preflight.adaptations) {
    context.console().say(fmt::format("{}{}: {}", workload.describe().name, part, change));
    checked.adapted_to.push_back(std::move(outcome));
  }
  if (preflight.error) {
    Error& error = *preflight.error;
    error.message = fmt::format("a first request to {}{} failed: {}", host, part, error.message);
    return tl::unexpected(std::move(error));
  }
  const HttpVersion asked = context.settings().run.connection.http;
  if (asked == HttpVersion::two && preflight.http_version != "HTTP/2") {
    return fail(ErrorCode::http2_missing, fmt::format("{} speaks {} and not HTTP/2, which needs "
                                                      "https and a server that supports HTTP/2",
                                                      host, preflight.http_version));
  }
  const http::Authorities authorities = http::authorities_of(context.settings().run.connection);
  checked.latency = std::max(checked.latency, preflight.latency);
  context.facts().add_protocol(request.url, preflight.http_version,
                               context.gate().shown(authorities.text()));
  checked.response_tokens = std::max(checked.response_tokens, preflight.response_tokens);
  return preflight.limits;
}

Result<CheckedApi> send_first_requests(Context& context, Workload& workload) {
  const std::vector<Part> parts = parts_of(workload.describe());
  const bool has_models = std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
    return part.model != parts.front().model;
  });
  CheckedApi checked;
  for (const Part& part : parts) {
    const std::string named = has_models ? " for " + part.model : "";
    auto limits = check_item(context, workload, part.item, named, checked);
    if (!limits) return tl::unexpected(std::move(limits.error()));
    if (&part == &parts.front()) checked.limits = *limits;
  }
  return checked;
}

}  // namespace

Result<CheckedApi> check_api(Context& context, Workload& workload) {
  Result<CheckedApi> own;
  if (context.leads()) own = send_first_requests(context, workload);
  Result<CheckedApi> checked = share(context.ranks(), own);
  if (!checked) return checked;
  context.expect_latency(checked->latency);
  if (!context.leads()) {
    for (const Outcome& outcome : checked->adapted_to) workload.adapt(outcome);
  }
  return checked;
}

}  // namespace paceline::gbench
