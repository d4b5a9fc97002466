#pragma once

#include <string>

namespace paceline {

/// What went wrong, as a program may act on it. A program names the remedy, and its flags; the
/// library names none.
enum class ErrorCode {
  /// A text that a person gave is not a value of its kind.
  invalid_value,
  file_unreadable,
  file_unwritable,
  disk_full,

  // src/paceline/log/
  /// A log cannot be opened for writing.
  log_unusable,
  /// There is no log to read in the file.
  not_a_log,
  /// A newer version of paceline wrote the log.
  log_too_new,
  log_unreadable,
  log_unwritable,
  log_has_no_run,
  log_of_another_job,
  /// The log lacks requests that were sent.
  log_incomplete,

  // src/paceline/workload/
  /// A line of a batch file is not a request.
  bad_line,
  /// The URL of a line of a batch file names a server.
  line_names_server,
};

/// An error that a caller can meet.
struct Error {
  ErrorCode code = ErrorCode::invalid_value;
  /// The facts for people: in lower case, without a full stop, without a remedy that names a flag.
  /// May hold text from outside, so pass it through the gate.
  std::string message{};
};

}  // namespace paceline
