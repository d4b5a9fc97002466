#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <paceline/log/log_records.h>
#include <paceline/text/result.h>

namespace paceline::log {

/// Items that need not be sent again: those with a good response, and those that were cancelled.
class LoggedItems {
 public:
  /// Precondition: `settled` is sorted and has no duplicates.
  explicit LoggedItems(std::vector<std::uint64_t> settled) : settled_(std::move(settled)) {}

  std::uint64_t count() const { return settled_.size(); }
  bool contains(std::uint64_t item) const;
  /// Items from `first` to before `end` that are not among these, in ascending order.
  std::vector<std::uint64_t> missing(std::uint64_t first, std::uint64_t end) const;

 private:
  std::vector<std::uint64_t> settled_;
};

/// Reads which items are settled in any run of `job` (LoggedRun) in any of the logs. The
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
