#include <fmt/format.h>
#include <paceline/log/job.h>
#include <paceline/log/log_reader.h>
#include <paceline/log/logged_items.h>

#include <algorithm>
#include <set>

namespace paceline {
namespace {

using Runs = std::vector<ListedRun>;

std::vector<std::int64_t> runs_of_job(const Runs& runs, const LoggedRun& job) {
  std::vector<std::int64_t> found;
  for (const ListedRun& run : runs) {
    if (same_job(run.about, job)) found.push_back(run.run);
  }
  return found;
}

/// A sentence for a log of which no run does this job.
std::string refuse_job(const std::string& path, const Runs& runs, const LoggedRun& job) {
  if (runs.empty()) {
    return fmt::format("the log '{}' has no run to resume; leave --paceline_resume out", path);
  }
  std::set<std::string> names;
  const ListedRun* last = nullptr;
  for (const ListedRun& run : runs) {
    names.insert(run.about.name);
    if (run.about.name == job.name) last = &run;
  }
  if (last == nullptr) {
    return fmt::format("the log '{}' has no run of {} to resume, only of {}", path, job.name,
                       fmt::join(names, ", "));
  }
  return fmt::format(
      "run {} of the log '{}' asked for something else: {}; resume with what it asked, or begin a "
      "new log with --paceline_log",
      last->run, path, fmt::join(job_differences(last->about, job), "; "));
}

}  // namespace

bool LoggedItems::contains(std::uint64_t item) const {
  return std::binary_search(good_.begin(), good_.end(), item);
}

std::vector<std::uint64_t> LoggedItems::missing(std::uint64_t first, std::uint64_t end) const {
  std::vector<std::uint64_t> items;
  auto good = std::lower_bound(good_.begin(), good_.end(), first);
  for (std::uint64_t item = first; item < end; ++item) {
    if (good != good_.end() && *good == item) {
      ++good;
    } else {
      items.push_back(item);
    }
  }
  return items;
}

std::variant<LoggedItems, std::string> read_logged_items(const std::string& path,
                                                         const LoggedRun& job) {
  auto opened = LogReader::open(path);
  if (auto* sentence = std::get_if<std::string>(&opened)) return std::move(*sentence);
  auto& log = std::get<LogReader>(opened);
  auto listed = log.runs();
  if (auto* sentence = std::get_if<std::string>(&listed)) return std::move(*sentence);
  const auto& runs = std::get<Runs>(listed);
  const auto alike = runs_of_job(runs, job);
  if (alike.empty()) return refuse_job(path, runs, job);
  auto good = log.good_items(alike);
  if (auto* sentence = std::get_if<std::string>(&good)) return std::move(*sentence);
  return LoggedItems(std::move(std::get<std::vector<std::uint64_t>>(good)));
}

}  // namespace paceline
