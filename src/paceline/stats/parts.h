#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <paceline/histogram.h>

namespace paceline::stats {

/// Lists the members of a class for its form in bytes.
template <typename Value>
struct Members;

/// The groups in which a run's requests are counted separately, such as one group for each model.
/// A request belongs to the groups of its part.
struct Groups {
  /// Such as "model=gpt-4o", for people.
  std::vector<std::string> names{};
  /// By Request::part: places in `names`.
  std::vector<std::vector<std::size_t>> of_part{};
  /// Whether HTTP statuses are counted too.
  bool has_statuses = false;

  bool operator==(const Groups& other) const = default;
};

/// The result of a request, for the counts of its groups.
struct GroupedRequest {
  std::uint16_t part = 0;
  bool has_failed = false;
  /// The HTTP status; 0: no response.
  long status = 0;
  /// Send to last byte; nothing if the request failed or was sent more than once.
  std::optional<std::chrono::nanoseconds> latency{};
  /// Send to first token, under the same conditions.
  std::optional<std::chrono::nanoseconds> first_token{};
  std::span<const std::chrono::nanoseconds> token_gaps{};
  std::uint64_t tokens_out = 0;
};

/// Adds the durations of another histogram, if there is one.
void merge(std::optional<Histogram>& one, const std::optional<Histogram>& other);

/// The counts and times of one group, as in Tally.
struct GroupTally {
  Histogram latency;
  /// Made for the first token; nothing for groups without streams.
  std::optional<Histogram> ttft{};
  std::optional<Histogram> itl{};
  std::uint64_t requests = 0;
  std::uint64_t failed = 0;
  std::uint64_t tokens_out = 0;

  void merge(const GroupTally& other);
};

/// The counts of all groups of a run, in memory of a fixed size. Merges exactly.
class Parts {
 public:
  explicit Parts(std::shared_ptr<const Groups> groups);

  void count(const GroupedRequest& request);
  /// Adds the counts of another stripe of the same run, which has the same groups.
  void merge(const Parts& other);

  const Groups& groups() const { return *groups_; }
  /// In the order of Groups::names.
  const std::vector<GroupTally>& tallies() const { return tallies_; }
  /// Requests by HTTP status. A status has three digits, or is 0.
  const std::map<long, std::uint64_t>& statuses() const { return statuses_; }

 private:
  friend struct Members<Parts>;

  std::shared_ptr<const Groups> groups_;
  std::vector<GroupTally> tallies_;
  std::map<long, std::uint64_t> statuses_;
};

}  // namespace paceline::stats
