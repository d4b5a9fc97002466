#include <paceline/run/salvage.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include <paceline/pace/pacer.h>
#include <paceline/pace/stages_text.h>
#include <paceline/run/group.h>
#include <paceline/stats/tally_bytes.h>

namespace paceline::run {
namespace {

/// By stripe.
using Tallies = std::map<std::uint64_t, stats::RunTally>;

tl::unexpected<Error> refuse(std::string why) {
  return fail(ErrorCode::log_unreadable, std::move(why));
}

/// Settles the requests of a tally that a thread kept during the run.
void close(stats::RunTally& tally) {
  if (tally.adds_up()) return;
  tally.cut_off = tally.sent - tally.succeeded - tally.failed - tally.cancelled;
  tally.not_sent = tally.planned - tally.sent;
  tally.cut_short = true;
}

RunPlan plan_of(const log::LoggedRun& run) {
  RunPlan plan;
  plan.rpm = run.rpm;
  plan.parallel = run.parallel;
  plan.requests = run.requests;
  plan.warmup = run.warmup;
  plan.ranks = run.ranks;
  plan.stripe.count = run.ranks * run.threads;
  plan.arrivals.burstiness = run.burstiness;
  if (run.is_replay) plan.replay.emplace();
  plan.has_sessions = run.users.has_value();
  plan.users = run.users.value_or(0);
  if (auto stages = pace::parse_stages(run.stages)) plan.stages = *std::move(stages);
  return plan;
}

Result<Tallies> read(const log::LoggedRun& run, const std::vector<log::RankTally>& tallies) {
  Tallies read;
  for (const auto& [rank, tally] : tallies) {
    auto counted = stats::tally_of(tally.bytes);
    if (!counted) {
      return refuse(fmt::format(
          "the tally of rank {} is damaged, or was written by another version of paceline", rank));
    }
    if (rank >= run.ranks || tally.thread >= run.threads) {
      return refuse(fmt::format("the run has no thread {} of rank {}", tally.thread, rank));
    }
    if (!read.empty() && !counted->has_groups_of(read.begin()->second)) {
      return refuse(fmt::format("rank {} counted other groups of requests", rank));
    }
    close(*counted);
    read.emplace(rank + run.ranks * tally.thread, std::move(*counted));
  }
  // Only a thread that has ended keeps its stages.
  const bool have_stages = std::none_of(
      read.begin(), read.end(), [](const auto& tally) { return tally.second.stages.empty(); });
  for (auto& [stripe, tally] : read) {
    if (!have_stages) tally.stages.clear();
  }
  return read;
}

/// The tally of one process; nothing if none of its threads has one.
std::optional<stats::RunTally> tally_of_rank(RunPlan plan, std::uint64_t rank,
                                             const Tallies& tallies) {
  std::optional<stats::RunTally> whole;
  std::uint64_t lost = 0;
  for (std::uint64_t stripe = rank; stripe < plan.stripe.count; stripe += plan.ranks) {
    const auto found = tallies.find(stripe);
    if (found == tallies.end()) {
      plan.stripe.index = stripe;
      lost += counted_here(plan);
    } else if (!whole) {
      whole = found->second;
    } else {
      whole->merge(found->second);
    }
  }
  if (!whole || lost == 0) return whole;
  whole->planned += lost;
  whole->lost += lost;
  whole->cut_short = true;
  return whole;
}

}  // namespace

Result<SalvagedRun> salvage(const log::LoggedRun& run, const std::vector<log::RankTally>& tallies) {
  // More than any program has: the numbers of a damaged log must not keep this program busy.
  constexpr std::uint64_t most_stripes = 1'000'000;
  if (run.ranks == 0 || run.threads == 0 || run.requests == 0 || run.ranks > most_stripes ||
      run.threads > most_stripes / run.ranks) {
    return refuse("the numbers of the run are damaged");
  }
  const auto read_tallies = read(run, tallies);
  if (!read_tallies) return tl::unexpected(read_tallies.error());
  SalvagedRun salvaged{plan_of(run), {}};
  bool is_first = true;
  std::vector<std::uint64_t> lost;
  for (std::uint64_t rank = 0; rank < run.ranks; ++rank) {
    auto tally = tally_of_rank(salvaged.plan, rank, *read_tallies);
    if (!tally) {
      lost.push_back(rank);
      continue;
    }
    if (run.ranks > 1) tally->be_of_rank(rank, fmt::format("rank {}", rank));
    if (std::exchange(is_first, false)) {
      salvaged.tally = std::move(*tally);
    } else {
      salvaged.tally.merge(*tally);
    }
  }
  for (const std::uint64_t rank : lost) {
    salvaged.tally.add_lost_rank(rank, fmt::format("rank {}", rank));
  }
  count_lost(salvaged.plan, salvaged.tally);
  return salvaged;
}

}  // namespace paceline::run
