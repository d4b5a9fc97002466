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

  // src/paceline/loop/
  /// This process or the system can open no further descriptor.
  no_descriptor,
  /// The system refused a call for another reason.
  system_error,
};

/// An error that a caller can meet.
struct Error {
  ErrorCode code = ErrorCode::invalid_value;
  /// The facts for people: in lower case, without a full stop, without a remedy that names a flag.
  /// May hold text from outside, so pass it through the gate.
  std::string message{};
};

}  // namespace paceline
