#include <fmt/format.h>
#include <paceline/log/log_reader.h>
#include <paceline/log/logged_items.h>
#include <paceline/log/merged_log.h>

#include <algorithm>
#include <set>

namespace paceline::log {
namespace {

std::vector<std::int64_t> runs_of_job(const ListedRuns& runs, const LoggedRun& job) {
  std::vector<std::int64_t> found;
  for (const ListedRun& run : runs) {
    if (same_job(run.about, job)) found.push_back(run.run);
  }
  return found;
}

/// The error for a log without a run of this job.
Error refuse_job(const std::string& path, const ListedRuns& runs, const LoggedRun& job) {
  if (runs.empty()) {
    return {ErrorCode::log_has_no_run, fmt::format("the log '{}' has no run to resume", path)};
  }
  std::set<std::string> names;
  const ListedRun* last = nullptr;
  for (const ListedRun& run : runs) {
    names.insert(run.about.name);
    if (run.about.name == job.name) last = &run;
  }
  if (last == nullptr) {
    return {ErrorCode::log_of_another_job,
            fmt::format("the log '{}' has no run of {} to resume, only of {}", path, job.name,
                        fmt::join(names, ", "))};
  }
  return {ErrorCode::log_of_another_job,
          fmt::format("run {} of the log '{}' made different requests: {}", last->run, path,
                      fmt::join(job_differences(last->about, job), "; "))};
}

/// Opens logs which each have a run of the job.
Result<MergedLog> open_logs_of(const std::vector<std::string>& paths, const LoggedRun& job) {
  auto log = MergedLog::open(paths);
  if (!log) return log;
  for (std::size_t file = 0; file < paths.size(); ++file) {
    const ListedRuns runs = runs_in(log->runs(), file);
    if (runs_of_job(runs, job).empty()) return tl::unexpected(refuse_job(paths[file], runs, job));
  }
  return log;
}

}  // namespace

bool LoggedItems::contains(std::uint64_t item) const {
  return std::binary_search(settled_.begin(), settled_.end(), item);
}

std::vector<std::uint64_t> LoggedItems::missing(std::uint64_t first, std::uint64_t end) const {
  std::vector<std::uint64_t> items;
  auto settled = std::lower_bound(settled_.begin(), settled_.end(), first);
  for (std::uint64_t item = first; item < end; ++item) {
    if (settled != settled_.end() && *settled == item) {
      ++settled;
    } else {
      items.push_back(item);
    }
  }
  return items;
}

Result<LoggedItems> read_logged_items(const std::vector<std::string>& paths, const LoggedRun& job) {
  auto log = open_logs_of(paths, job);
  if (!log) return tl::unexpected(std::move(log.error()));
  auto settled = log->settled_items(runs_of_job(log->runs(), job));
  if (!settled) return tl::unexpected(std::move(settled.error()));
  return LoggedItems(std::move(*settled));
}

Result<std::vector<LoggedResponse>> read_logged_responses(const std::vector<std::string>& paths,
                                                          const LoggedRun& job,
                                                          const std::vector<std::uint64_t>& items) {
  std::vector<LoggedResponse> responses;
  if (items.empty()) return responses;
  auto log = open_logs_of(paths, job);
  if (!log) return tl::unexpected(std::move(log.error()));
  auto wanted = items.begin();
  const auto take = [&](std::int64_t /*run*/, const RequestRecord& record) {
    while (wanted != items.end() && *wanted < record.item) ++wanted;
    if (wanted == items.end()) return false;
    if (*wanted == record.item && !record.response.empty() && record.error.empty()) {
      responses.push_back({record.item, std::string(record.response)});
    }
    return true;
  };
  const auto read = log->for_each_item(runs_of_job(log->runs(), job), take);
  if (!read) return tl::unexpected(read.error());
  return responses;
}

}  // namespace paceline::log
