#include <paceline/http/curl/curl_transport.h>
#include <paceline/http/direct/direct_transport.h>
#include <paceline/run/run_parts.h>

#include <algorithm>
#include <memory>

namespace paceline::run {

http::TransportFactory transport_factory(TransportKind kind) {
  return [kind](loop::Loop& loop, const ConnectionOptions& options, std::size_t exchanges,
                http::ResponseSink& sink) -> std::unique_ptr<http::Transport> {
    if (kind == TransportKind::direct) {
      return std::make_unique<http::direct::DirectTransport>(loop, options, exchanges, sink);
    }
    return std::make_unique<http::curl::CurlTransport>(loop, options, exchanges, sink);
  };
}

std::size_t descriptors_for(TransportKind kind, std::size_t parallel) {
  // The loop, its timer and lookups.
  constexpr std::size_t of_loop = 16;
  return of_loop + (kind == TransportKind::direct
                        ? http::direct::DirectTransport::descriptors_for(parallel)
                        : http::curl::CurlTransport::descriptors_for(parallel));
}

std::optional<pace::Pacer> make_pacer(const RunPlan& options) {
  const std::optional<pace::Rate> rate = pace::Rate::per_minute(options.rpm);
  if (!rate) return std::nullopt;
  return pace::Pacer(pace::make_schedule(options.arrivals, *rate, options.seed),
                     pace::usual_bounds(), options.stripe);
}

std::optional<pace::TokenBudget> make_budget(const RunPlan& options) {
  if (options.tpm == 0) return std::nullopt;
  return pace::TokenBudget(std::max<std::uint64_t>(options.tpm / options.stripe.count, 1));
}

http::ClientOptions client_options(const RunPlan& options) {
  http::ClientOptions client{options.stripe.share_of(options.parallel), options.connection,
                             options.resolver};
  client.connection.memory /= options.stripe.count;
  return client;
}

std::uint64_t counted_here(const RunPlan& options) {
  return options.stripe.share_of(options.warmup + options.requests) -
         options.stripe.share_of(options.warmup);
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
