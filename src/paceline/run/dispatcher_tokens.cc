// What requests take of the token budget, before and after their responses.

#include <paceline/run/dispatcher.h>

namespace paceline {

// A prompt counts as one token for four bytes, the usual estimate. A response counts as the most
// tokens that its request allows, or else as the mean of the responses so far.
std::uint64_t Dispatcher::estimate_tokens(const Request& request) const {
  constexpr std::size_t bytes_of_a_token = 4;
  const std::uint64_t prompt = request.body.size() / bytes_of_a_token;
  if (request.response_tokens > 0) return prompt + request.response_tokens;
  return prompt + (responses_with_usage_ > 0 ? response_tokens_ / responses_with_usage_ : 0);
}

void Dispatcher::settle_tokens(const InFlightRequest& flight, const Outcome& outcome) {
  if (outcome.usage && outcome.usage->completion_tokens) {
    const std::uint64_t tokens = *outcome.usage->completion_tokens;
    ++responses_with_usage_;
    response_tokens_ += tokens;
    budget_->settle(flight.tokens, outcome.usage->prompt_tokens.value_or(0) + tokens);
  } else if (outcome.failure == Failure::http_429 || outcome.failure == Failure::http_4xx ||
             outcome.failure == Failure::connect) {
    // A refused request costs no tokens. The cost of other failures is unknown.
    budget_->settle(flight.tokens, 0);
  }
}

}  // namespace paceline
