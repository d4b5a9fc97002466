#pragma once

#include <simdjson.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <paceline/text/result.h>

namespace paceline::workload {

/// A request of a trace.
struct TraceRow {
  /// The arrival on the trace's own clock.
  std::chrono::nanoseconds at{0};
  /// Tokens of the prompt; 0: not recorded.
  std::uint64_t in = 0;
  /// Tokens of the response; 0: not recorded.
  std::uint64_t out = 0;
  /// Identifies the text of each block of the prompt: equal ids are equal text. Empty: not
  /// recorded.
  std::vector<std::uint64_t> blocks{};
};

/// Parses the time of a trace: seconds such as 12.5, or a date with a time such as "2023-11-16
/// 18:15:46.6805900" or "2024-05-10T00:00:00.009930+00:00", as the time since 1970. A date without
/// a zone is UTC. Keeps nanoseconds. Nothing if the text has another form or lies outside of the
/// years 1970 to 2261.
std::optional<std::chrono::nanoseconds> parse_trace_time(std::string_view text);

/// The form of a trace's rows: JSON objects, or comma-separated values.
struct TraceForm {
  bool is_json = false;
  /// Whether the first line names the columns and is not a row.
  bool has_header = false;
  /// The column of TraceRow::at; 0 in JSON.
  std::size_t at = 0;
  /// The columns of TraceRow::in and TraceRow::out; 0 in JSON. Nothing: the rows do not have the
  /// length.
  std::optional<std::size_t> in{};
  std::optional<std::size_t> out{};

  /// `first_line`: the first line that is not blank. Error: bad_line, with a remedy in the message.
  /// Precondition: simdjson's padding bytes after the line are readable.
  static Result<TraceForm> of(std::string_view first_line);
};

/// Parses the rows of a trace, one after another. Not thread-safe.
class TraceParser {
 public:
  explicit TraceParser(const TraceForm& form) : form_(form) {}

  /// Reads a row. A length of 0 is read as 1. Error: bad_line, with a remedy in the message.
  /// Precondition: simdjson's padding bytes after the line are readable.
  Result<void> parse(std::string_view line, TraceRow& row);

 private:
  Result<void> parse_values(std::string_view line, TraceRow& row);
  Result<void> parse_object(std::string_view line, TraceRow& row);

  TraceForm form_;
  std::vector<std::string_view> values_;
  simdjson::dom::parser json_;
};

}  // namespace paceline::workload
