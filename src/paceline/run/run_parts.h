#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <paceline/http/client.h>
#include <paceline/http/transport.h>
#include <paceline/pace/pacer.h>
#include <paceline/pace/token_budget.h>
#include <paceline/run/run_stripe.h>

namespace paceline::run {

/// Makes transports of this kind.
http::TransportFactory transport_factory(TransportKind kind);

/// The most descriptors that a run opens with so many requests in flight, where its hosts are
/// addresses.
std::size_t descriptors_for(TransportKind kind, std::size_t parallel);

// What one stripe of a run needs. The options are of the whole run.

/// Nothing when the run is unpaced.
std::optional<pace::Pacer> make_pacer(const RunPlan& options);
/// Nothing when tokens are not limited.
std::optional<pace::TokenBudget> make_budget(const RunPlan& options);
/// The stripe's share of the requests in flight, and of the memory for their responses.
http::ClientOptions client_options(const RunPlan& options);
/// The stripe's share of the counted requests.
std::uint64_t counted_here(const RunPlan& options);
/// The workload's item at a position of the run. The warm-up requests have items that no counted
/// request has.
std::uint64_t item_at(std::uint64_t position, const RunPlan& options);

}  // namespace paceline::run
