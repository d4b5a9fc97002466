#include <paceline/stats/parts.h>

#include <utility>

namespace paceline::stats {
void merge(std::optional<Histogram>& one, const std::optional<Histogram>& other) {
  if (!other) return;
  if (one) {
    one->merge(*other);
  } else {
    one = other;
  }
}

namespace {

Histogram& made(std::optional<Histogram>& histogram) {
  return histogram ? *histogram : histogram.emplace();
}

}  // namespace

void GroupTally::merge(const GroupTally& other) {
  latency.merge(other.latency);
  stats::merge(ttft, other.ttft);
  stats::merge(itl, other.itl);
  requests += other.requests;
  failed += other.failed;
  tokens_out += other.tokens_out;
}

Parts::Parts(std::shared_ptr<const Groups> groups)
    : groups_(std::move(groups)), tallies_(groups_->names.size()) {}

void Parts::count(const GroupedRequest& request) {
  if (groups_->has_statuses) ++statuses_[request.status];
  if (request.part >= groups_->of_part.size()) return;
  for (const std::size_t place : groups_->of_part[request.part]) {
    GroupTally& tally = tallies_[place];
    ++tally.requests;
    if (request.has_failed) ++tally.failed;
    tally.tokens_out += request.tokens_out;
    if (request.latency) tally.latency.record(*request.latency);
    if (!request.first_token) continue;
    made(tally.ttft).record(*request.first_token);
    for (const std::chrono::nanoseconds gap : request.token_gaps) made(tally.itl).record(gap);
  }
}

void Parts::merge(const Parts& other) {
  for (std::size_t place = 0; place < tallies_.size(); ++place) {
    tallies_[place].merge(other.tallies_[place]);
  }
  for (const auto& [status, requests] : other.statuses_) statuses_[status] += requests;
}

}  // namespace paceline::stats
