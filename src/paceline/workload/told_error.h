#pragma once

#include <simdjson.h>

#include <optional>
#include <string>

#include <paceline/workload.h>

namespace paceline::workload {

/// An error that a server reports within a response or a stream whose HTTP status is 200.
struct ToldError {
  /// http_429 or http_5xx if the error's code, status or type means that; else bad_response.
  Failure failure = Failure::bad_response;
  /// The server's message; may be empty.
  std::string words;
};

/// The `error` of a response, an event or a choice. Nothing if there is none, or if its value is
/// only a placeholder such as null, "" or {}.
std::optional<ToldError> read_told_error(simdjson::dom::element holder);

/// An object that is an error by its fields: {"object":"error",…}, {"code":503,…} or {"detail":…}.
/// Precondition: the object is not a valid answer.
std::optional<ToldError> read_bare_error(simdjson::dom::element object);

/// The error of a choice: its `error`, or the finish_reason "error".
std::optional<ToldError> read_choice_error(simdjson::dom::element choice);

/// The error of a response of the Responses API: its `error`, or the status failed, cancelled or
/// incomplete. A response that is incomplete because of a limit of tokens is not an error.
std::optional<ToldError> read_response_error(simdjson::dom::element response);

}  // namespace paceline::workload
