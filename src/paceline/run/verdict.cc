#include <fmt/format.h>
#include <paceline/run/verdict.h>
#include <paceline/stats/run_tally.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace paceline::run {

std::optional<Error> StopRule::add(const Outcome& outcome, TimePoint now) {
  Error error = outcome.error;
  const long status = outcome.failure ? error.status : 200;
  is_all_forbidden_ = is_all_forbidden_ && (status == 403 || status == 0);
  if (status == 403) ++forbidden_;
  if (status == 401 || (is_all_forbidden_ && forbidden_ == enough_forbidden)) {
    error.message = "the server refuses the key: " + error.message;
    return error;
  }
  // A 429 is a result of the measurement, not a reason to stop.
  failed_[next_++ % window] = outcome.failure && outcome.failure != Failure::http_429;
  if (2 * failed_.count() <= window) {
    failing_since_.reset();
    return std::nullopt;
  }
  if (!failing_since_) failing_since_ = now;
  if (!outcome.failure || now - *failing_since_ < patience_) return std::nullopt;
  error.message =
      fmt::format("{}{} of the last {} requests failed, the last one: {}",
                  outcome.failure == Failure::connect ? "the server no longer answers: " : "",
                  failed_.count(), window, error.message);
  return error;
}

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// With a larger share of failures, the other requests are not meaningful.
constexpr double failing_ratio = 0.1;
// From this share on, refused responses, held-back departures and the time for which departures
// were held back count as a bound of the run.
constexpr double bounding_share = 0.01;
constexpr double kept_share = 0.99;
// Standard errors that chance explains.
constexpr double by_chance = 3;
// The growth of latency per elapsed time above which fewer than 99% of the requests are served in
// time.
constexpr double steepest_growth = 0.01;
// A client whose own delays exceed both this time and this share of the median latency distorts the
// measurement.
constexpr nanoseconds tolerable_lag = milliseconds(10);
constexpr double tolerable_lag_share = 0.05;
// Without a rate, a thread above the first share bounds the run; one below the second does not.
constexpr double busy_share = 0.97;
constexpr double idle_share = 0.5;

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double busy(const Tally& tally) {
  const nanoseconds wall = tally.last_done - tally.first_send;
  if (wall <= nanoseconds(0)) return 0;
  return stats::seconds_of(tally.cpu_time) / static_cast<double>(tally.threads) /
         stats::seconds_of(wall);
}

bool is_failing(const Tally& tally) {
  const std::uint64_t refused = tally.failed_by(Failure::http_429);
  const std::uint64_t failed = tally.failed - std::min(tally.failed, refused + tally.abandoned);
  return share(failed, tally.succeeded + tally.failed) > failing_ratio;
}

std::string milliseconds_text(nanoseconds time) {
  return fmt::format("{:.1f} ms", 1e3 * stats::seconds_of(time));
}

nanoseconds tolerable_client_lag(const Tally& tally) {
  const double of_latency =
      tolerable_lag_share * static_cast<double>(tally.latency.quantile(0.5).count());
  return std::max(tolerable_lag, nanoseconds(std::llround(of_latency)));
}

/// Whether this program delayed at least two sends and 1% of the sends by too much.
bool client_lags(const Tally& tally) {
  const std::uint64_t sends = tally.client_lag.count();
  const auto enough = std::max<std::uint64_t>(
      2, static_cast<std::uint64_t>(std::ceil(bounding_share * static_cast<double>(sends))));
  if (sends < enough) return false;
  const double rank = static_cast<double>(sends - enough) + 0.5;
  return tally.client_lag.quantile(rank / static_cast<double>(sends)) > tolerable_client_lag(tally);
}

/// What helps a client that does not keep its schedule.
std::string_view client_remedy(const Tally& tally) {
  if (busy(tally) > busy_share) return "use more threads";
  return tally.threads == 1 ? "give this program its own core" : "give each thread its own core";
}

/// The process that was late most, if it was much later than the run; empty for one process.
std::string latest_rank_text(const stats::RunTally& tally) {
  const auto latest =
      std::max_element(tally.ranks.begin(), tally.ranks.end(),
                       [](const stats::RankPart& one, const stats::RankPart& other) {
                         return one.late_p99 < other.late_p99;
                       });
  constexpr int times_later = 2;
  if (latest == tally.ranks.end() ||
      latest->late_p99 <= std::max(tolerable_lag, times_later * tally.late.quantile(0.5))) {
    return {};
  }
  return fmt::format(", most of all {}, which sent {} late at p99", latest->name,
                     milliseconds_text(latest->late_p99));
}

std::string client_lag_text(const stats::RunTally& tally) {
  const nanoseconds late = tally.client_lag.quantile(0.99);
  return fmt::format(
      "this program sent requests {} late at p99{}, which is part of due_p99 ({}); the median "
      "latency is {}; {}, or lower the rate",
      milliseconds_text(late), latest_rank_text(tally),
      milliseconds_text(tally.due_latency.quantile(0.99)),
      milliseconds_text(tally.latency.quantile(0.5)), client_remedy(tally));
}

std::string server_does(double per_second) {
  return fmt::format("the server does about {:.0f} RPM", 60 * per_second);
}

std::string saturated_text(const stats::Saturation& saturation, const Tally& tally) {
  const auto threads = static_cast<double>(tally.threads);
  return fmt::format(
      "{}, however many requests are in flight (with {:.0f} a response takes {:.1f} times as long "
      "as with {:.0f})",
      server_does(saturation.rate * threads), saturation.in_flight * threads,
      saturation.times_as_long, std::max(1.0, saturation.enough_in_flight * threads));
}

Verdict unpaced(const stats::RunTally& tally, std::uint64_t parallel) {
  if (busy(tally) > busy_share) {
    return {Bound::client,
            fmt::format(
                "this program used {:.0f}% of {}, and the server may be faster; use more "
                "threads, or a faster core",
                100 * busy(tally),
                tally.threads == 1 ? "a core" : fmt::format("each of {} cores", tally.threads))};
  }
  const auto saturation = tally.levels.saturation();
  if (saturation && busy(tally) < idle_share) {
    return {Bound::server, saturated_text(*saturation, tally)};
  }
  return {Bound::parallel, fmt::format("as fast as {} in flight allow", parallel)};
}

/// Whether `parallel` held requests back for a significant part of the run.
bool is_held_by_parallel(const Tally& tally) {
  const double wall =
      stats::seconds_of(tally.last_send - tally.first_send) * static_cast<double>(tally.threads);
  return wall > 0 && stats::seconds_of(tally.parallel_wait) > bounding_share * wall;
}

/// Whether most of that time is one silence of the server.
bool stood_still(const Tally& tally) {
  constexpr int times_latency = 3;
  return 2 * tally.longest_silence * static_cast<std::int64_t>(tally.threads) >
             tally.parallel_wait &&
         tally.longest_silence > times_latency * tally.latency.quantile(0.5);
}

/// The requests in flight that the rate needs. By Little's law that is the rate times the time that
/// each request is in flight, including failures. Random arrivals need more than the mean.
std::uint64_t parallel_for(const Tally& tally, double per_second, Arrivals arrivals) {
  const nanoseconds each = std::max(tally.latency.quantile(0.99), tally.mean_time_in_flight());
  double needed = per_second * stats::seconds_of(each);
  needed += by_chance * arrivals.burstiness * std::sqrt(needed);
  return static_cast<std::uint64_t>(std::ceil(needed));
}

/// The verdict if the server is saturated below the rate.
std::optional<Verdict> saturated(const stats::RunTally& tally, std::uint64_t rpm) {
  const auto saturation = tally.levels.saturation();
  const double wanted = static_cast<double>(rpm) / 60;
  if (!saturation || saturation->rate * static_cast<double>(tally.threads) >= wanted) {
    return std::nullopt;
  }
  return Verdict{Bound::server, saturated_text(*saturation, tally) + "; lower the rate"};
}

/// The verdict of a run that was held back while `parallel` requests were in flight.
Verdict at_the_cap(const stats::RunTally& tally, std::uint64_t rpm, std::uint64_t parallel,
                   Arrivals arrivals) {
  if (stood_still(tally)) {
    return {
        Bound::server,
        fmt::format("the server stalled: no response came for {:.1f} s, with up to {} in flight; "
                    "{:.0f} RPM of {} were sent",
                    stats::seconds_of(tally.longest_silence), tally.in_flight, tally.achieved_rpm(),
                    rpm)};
  }
  const double wanted = static_cast<double>(rpm) / 60;
  if (auto verdict = saturated(tally, rpm)) return std::move(*verdict);
  const std::uint64_t would_do = parallel_for(tally, wanted, arrivals);
  if (would_do <= parallel && client_lags(tally)) {
    return {Bound::client, client_lag_text(tally)};
  }
  return {Bound::parallel,
          fmt::format("{} in flight allowed {:.0f} RPM of {}; {} would be enough (rate x latency)",
                      parallel, tally.achieved_rpm(), rpm,
                      std::max(would_do, parallel + parallel / 4 + 1))};
}

/// The verdict of a run that did not keep its schedule.
Verdict held_back(const stats::RunTally& tally, std::uint64_t rpm, std::uint64_t parallel,
                  Arrivals arrivals) {
  if (is_held_by_parallel(tally)) return at_the_cap(tally, rpm, parallel, arrivals);
  if (share(tally.waits_for_tokens, tally.sends) > bounding_share) {
    return {Bound::rate_limit,
            fmt::format("the token budget allowed {:.0f} RPM of {}", tally.achieved_rpm(), rpm)};
  }
  if (auto verdict = saturated(tally, rpm)) return std::move(*verdict);
  if (client_lags(tally)) return {Bound::client, client_lag_text(tally)};
  if (kept_rate(tally, rpm, arrivals)) {
    return {Bound::client,
            fmt::format("stalls of this program delayed the schedule by {} (late_p50){}; {}, or "
                        "lower the rate",
                        milliseconds_text(tally.late.quantile(0.5)), latest_rank_text(tally),
                        client_remedy(tally))};
  }
  return {Bound::client,
          fmt::format("stalls of this program allowed {:.0f} RPM of {}{}; {}", tally.achieved_rpm(),
                      rpm, latest_rank_text(tally), client_remedy(tally))};
}

/// The verdict of a run that kept its rate, if the server does not keep up.
std::optional<Verdict> falls_behind(const stats::RunTally& tally) {
  const auto thirds = tally.course.thirds();
  if (!growth_of_latency(tally) || !thirds || !thirds->grew_steadily()) return std::nullopt;
  const double answered = 1 / (1 + thirds->growth());
  return Verdict{
      Bound::server,
      fmt::format("the rate was kept, but the server falls behind: latency grew by {:.0f} ms each "
                  "second; {}; lower the rate",
                  1e3 * thirds->growth(), server_does(tally.achieved_rpm() / 60 * answered))};
}

}  // namespace

Verdict judge(const stats::RunTally& tally, std::uint64_t rpm, std::uint64_t parallel,
              Arrivals arrivals) {
  if (is_failing(tally)) {
    return {Bound::failing, fmt::format("{} of {} requests failed; the first: {}", tally.failed,
                                        tally.succeeded + tally.failed,
                                        tally.first_failure.value_or(Error{}).message)};
  }
  if (share(tally.refused_429, tally.sends) > bounding_share) {
    return {Bound::rate_limit,
            fmt::format("the server answered 429 to {} of {} sends; lower the rate",
                        tally.refused_429, tally.sends)};
  }
  if (rpm == 0) return unpaced(tally, parallel);
  if (!kept_rate(tally, rpm, arrivals) || moved_schedule(tally)) {
    return held_back(tally, rpm, parallel, arrivals);
  }
  if (auto verdict = falls_behind(tally)) return std::move(*verdict);
  if (client_lags(tally)) return {Bound::client, client_lag_text(tally)};
  return {Bound::paced, "the rate was kept"};
}

bool kept_rate(const Tally& tally, std::uint64_t rpm, Arrivals arrivals) {
  if (tally.sends < 2) return true;
  const double achieved = tally.achieved_rpm() / static_cast<double>(rpm);
  const double chance =
      by_chance * arrivals.burstiness / std::sqrt(static_cast<double>(tally.sends - 1));
  return achieved >= kept_share - chance;
}

bool moved_schedule(const Tally& tally) {
  return tally.late.quantile(0.5) > tolerable_client_lag(tally);
}

std::optional<double> growth_of_latency(const stats::RunTally& tally) {
  const double growth = tally.due_latency_trend.slope();
  if (growth <= steepest_growth || growth <= by_chance * tally.due_latency_trend.slope_error()) {
    return std::nullopt;
  }
  return growth;
}

}  // namespace paceline::run
