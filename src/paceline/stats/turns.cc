#include <paceline/stats/turns.h>

#include <algorithm>

namespace paceline::stats {

void TurnTally::merge(const TurnTally& other) {
  latency.merge(other.latency);
  if (ttft && other.ttft) {
    ttft->merge(*other.ttft);
  } else if (other.ttft) {
    ttft = other.ttft;
  }
  requests += other.requests;
  failed += other.failed;
  in += other.in;
  responses_with_in += other.responses_with_in;
  cached += other.cached;
  responses_with_cached += other.responses_with_cached;
}

void Turns::count(const TurnResult& result) {
  const auto place = static_cast<std::size_t>(std::min<std::uint64_t>(result.turn, most - 1));
  if (tallies_.size() <= place) tallies_.resize(place + 1);
  TurnTally& tally = tallies_[place];
  ++tally.requests;
  if (result.has_failed) ++tally.failed;
  if (result.latency) tally.latency.record(*result.latency);
  if (result.first_token) {
    if (!tally.ttft) tally.ttft.emplace();
    tally.ttft->record(*result.first_token);
  }
  if (result.prompt_tokens) {
    tally.in += *result.prompt_tokens;
    ++tally.responses_with_in;
  }
  if (result.cached_tokens) {
    tally.cached += *result.cached_tokens;
    ++tally.responses_with_cached;
  }
}

void Turns::merge(const Turns& other) {
  if (tallies_.size() < other.tallies_.size()) tallies_.resize(other.tallies_.size());
  for (std::size_t turn = 0; turn < other.tallies_.size(); ++turn) {
    tallies_[turn].merge(other.tallies_[turn]);
  }
}

}  // namespace paceline::stats
