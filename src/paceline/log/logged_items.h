#pragma once

#include <paceline/log/logged_run.h>
#include <paceline/text/result.h>

#include <cstdint>
#include <string>
#include <vector>

namespace paceline::log {

/// Items that have a good response.
class LoggedItems {
 public:
  /// Precondition: `good` is sorted and has no duplicates.
  explicit LoggedItems(std::vector<std::uint64_t> good) : good_(std::move(good)) {}

  std::uint64_t count() const { return good_.size(); }
  bool contains(std::uint64_t item) const;
  /// Items from `first` to before `end` without a good response, in ascending order.
  std::vector<std::uint64_t> missing(std::uint64_t first, std::uint64_t end) const;

 private:
  std::vector<std::uint64_t> good_;
};

/// Reads which items have a good response in any run of `job` (LoggedRun) in the log.
/// Errors: those of LogReader; log_has_no_run; log_of_another_job, whose message lists the
/// differences.
Result<LoggedItems> read_logged_items(const std::string& path, const LoggedRun& job);

}  // namespace paceline::log
