#pragma once

#include <paceline/log/logged_run.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace paceline {

/// Items that have a good response.
class LoggedItems {
 public:
  /// In ascending order, each once.
  explicit LoggedItems(std::vector<std::uint64_t> good) : good_(std::move(good)) {}

  std::uint64_t count() const { return good_.size(); }
  bool contains(std::uint64_t item) const;
  /// Those from `first` to before `end` that have none, in ascending order.
  std::vector<std::uint64_t> missing(std::uint64_t first, std::uint64_t end) const;

 private:
  std::vector<std::uint64_t> good_;
};

/// Reads which items got a good response in any run of the log that does this job (see LoggedRun).
/// The string is a sentence: why nothing can be resumed from this file, with what differs, and what
/// to do.
std::variant<LoggedItems, std::string> read_logged_items(const std::string& path,
                                                         const LoggedRun& job);

}  // namespace paceline
