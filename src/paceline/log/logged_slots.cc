#include <fmt/format.h>
#include <paceline/log/log_reader.h>
#include <paceline/log/logged_slots.h>

#include <algorithm>
#include <set>

namespace paceline {
namespace {

/// A sentence where no run of the log does this job.
std::optional<std::string> refuse(const std::string& path, const std::vector<ListedRun>& runs,
                                  const std::string& name, const std::string& workload) {
  std::set<std::string> names;
  for (const ListedRun& run : runs) {
    if (run.about.name == name && run.about.workload == workload) return std::nullopt;
    names.insert(run.about.name);
  }
  if (names.empty()) {
    return fmt::format("The log '{}' has no run to resume: leave --paceline_resume out.", path);
  }
  if (!names.contains(name)) {
    return fmt::format("The log '{}' has no run of {} to resume, only of {}.", path, name,
                       fmt::join(names, ", "));
  }
  return fmt::format(
      "The runs of {} in the log '{}' asked for something else: resume with the flags that they "
      "were made with, or begin a new log.",
      name, path);
}

}  // namespace

bool LoggedSlots::contains(std::uint64_t slot) const {
  return std::binary_search(good_.begin(), good_.end(), slot);
}

std::vector<std::uint64_t> LoggedSlots::missing(std::uint64_t first, std::uint64_t end) const {
  std::vector<std::uint64_t> slots;
  auto good = std::lower_bound(good_.begin(), good_.end(), first);
  for (std::uint64_t slot = first; slot < end; ++slot) {
    if (good != good_.end() && *good == slot) {
      ++good;
    } else {
      slots.push_back(slot);
    }
  }
  return slots;
}

std::variant<LoggedSlots, std::string> read_logged_slots(const std::string& path,
                                                         const std::string& name,
                                                         const std::string& workload) {
  auto opened = LogReader::open(path);
  if (auto* sentence = std::get_if<std::string>(&opened)) return std::move(*sentence);
  auto& log = std::get<LogReader>(opened);
  auto listed = log.runs();
  if (auto* sentence = std::get_if<std::string>(&listed)) return std::move(*sentence);
  const auto& runs = std::get<std::vector<ListedRun>>(listed);
  if (auto sentence = refuse(path, runs, name, workload)) return std::move(*sentence);
  auto good = log.good_slots(name, workload);
  if (auto* sentence = std::get_if<std::string>(&good)) return std::move(*sentence);
  return LoggedSlots(std::move(std::get<std::vector<std::uint64_t>>(good)));
}

}  // namespace paceline
