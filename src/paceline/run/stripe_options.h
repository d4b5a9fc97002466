#pragma once

#include <cstdint>
#include <optional>

#include <paceline/http/client.h>
#include <paceline/pace/pacer.h>
#include <paceline/pace/token_budget.h>
#include <paceline/run/run.h>

namespace paceline {

// What a run's options, which are of the whole run, mean for one of its stripes.

/// nullopt when the run is unpaced.
std::optional<Pacer> make_pacer(const RunOptions& options);
/// nullopt when tokens are not limited.
std::optional<TokenBudget> make_budget(const RunOptions& options);
/// The stripe's share of what is in flight, and of the memory for it.
ClientOptions client_options(const RunOptions& options);
/// How many of the counted requests are this stripe's.
std::uint64_t counted_here(const RunOptions& options);
/// The workload's item at a position of the schedule. Warm-up asks for what no counted request
/// does.
std::uint64_t item_at(std::uint64_t position, const RunOptions& options);

}  // namespace paceline
