#include <paceline/run/stripe_options.h>

#include <algorithm>

namespace paceline {

std::optional<Pacer> make_pacer(const RunOptions& options) {
  const std::optional<Rate> rate = Rate::per_minute(options.rpm);
  if (!rate) return std::nullopt;
  return Pacer(make_schedule(options.arrivals, *rate, options.seed), usual_bounds(),
               options.stripe);
}

std::optional<TokenBudget> make_budget(const RunOptions& options) {
  if (options.tpm == 0) return std::nullopt;
  return TokenBudget(std::max<std::uint64_t>(options.tpm / options.stripe.count, 1));
}

ClientOptions client_options(const RunOptions& options) {
  ClientOptions client{options.stripe.share_of(options.parallel), options.connection};
  client.connection.memory /= options.stripe.count;
  return client;
}

std::uint64_t counted_here(const RunOptions& options) {
  return options.stripe.share_of(options.warmup + options.requests) -
         options.stripe.share_of(options.warmup);
}

std::uint64_t item_at(std::uint64_t position, const RunOptions& options) {
  const bool picks = !options.items.empty();
  if (position < options.warmup) {
    return position + (picks ? options.items.back() + 1 : options.requests);
  }
  const std::uint64_t counted = position - options.warmup;
  return picks ? options.items[counted] : counted;
}

}  // namespace paceline
