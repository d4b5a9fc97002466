#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <paceline/log/log_records.h>
#include <paceline/text/result.h>

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

/// Reads which items have a good response in any run of `job` (LoggedRun) in any of the logs. The
/// message of each error names the log.
/// Errors: those of MergedLog; for a log without a run of the job, log_has_no_run or
/// log_of_another_job, whose message lists the differences.
Result<LoggedItems> read_logged_items(const std::vector<std::string>& paths, const LoggedRun& job);

/// The text of a good response to an item.
struct LoggedResponse {
  std::uint64_t item = 0;
  std::string text{};
};

/// Reads the good responses to `items`, which are ascending, in the runs of `job`. Leaves out items
/// whose responses the logs do not have. Errors: as for read_logged_items().
Result<std::vector<LoggedResponse>> read_logged_responses(const std::vector<std::string>& paths,
                                                          const LoggedRun& job,
                                                          const std::vector<std::uint64_t>& items);

}  // namespace paceline::log
