#pragma once

#include <paceline/log/database.h>
#include <paceline/log/logged_run.h>
#include <paceline/log/request_record.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace paceline {

/// A run as a log has it.
struct ListedRun {
  std::int64_t run = 0;
  LoggedRun about;
  /// By the wall clock, as text in UTC; `about.started` is left out.
  std::string started_utc;
  /// Rows.
  std::uint64_t logged = 0;
  /// Of them, those with a good response.
  std::uint64_t good = 0;
};

/// The runs whose requests make up what run `run` came to: itself and, where it was resumed, those
/// before it that do the same job. Ascending; empty where there is no such run.
std::vector<std::int64_t> runs_behind(const std::vector<ListedRun>& runs, std::int64_t run);

/// Reads a log, which may be written at the same time: all answers are from one moment.
/// Strings are sentences: what went wrong and what to do.
class LogReader {
 public:
  static std::variant<LogReader, std::string> open(const std::string& path);

  /// In the order of their numbers.
  std::variant<std::vector<ListedRun>, std::string> runs();
  /// Ascending, of these runs together.
  std::variant<std::vector<std::uint64_t>, std::string> good_items(
      const std::vector<std::int64_t>& runs);

  /// Calls `take` with one row for each item in these runs, in the order of items: of several the
  /// last with a good response, else the last. The record's texts live until `take` returns. Ends
  /// when `take` answers false.
  std::optional<std::string> for_each_item(
      const std::vector<std::int64_t>& runs,
      const std::function<bool(std::int64_t run, const RequestRecord& record)>& take);

 private:
  /// Names of the columns that were renamed since schema 3.
  struct Columns {
    std::string_view item = "item";
    std::string_view response = "response";
  };

  LogReader(std::string path, Database database)
      : path_(std::move(path)), database_(std::move(database)) {}
  std::string cannot_read() const;

  std::string path_;
  Database database_;
  Columns columns_;
};

}  // namespace paceline
