#pragma once

#include <simdjson.h>

#include <optional>
#include <string>

#include <paceline/outcome.h>

namespace paceline {

/// A failure that a server tells within a response or a stream whose HTTP status is 200.
struct ToldError {
  /// http_429 or http_5xx where the error's code, status or type says so; else bad_response.
  Failure failure = Failure::bad_response;
  /// The server's; may be empty.
  std::string words;
};

/// The `error` of a response, of a stream's event or of a choice; nothing where there is none, or
/// only a placeholder such as null, "" or {}.
std::optional<ToldError> read_told_error(simdjson::dom::element holder);

/// An object that is no answer and whose fields say that it is an error: {"object":"error",…},
/// {"code":503,…} or {"detail":…}.
std::optional<ToldError> read_bare_error(simdjson::dom::element object);

/// What a choice says went wrong: its `error`, or "error" as its finish_reason.
std::optional<ToldError> read_choice_error(simdjson::dom::element choice);

/// What a response of the Responses API says went wrong: by its `status`, failed, cancelled, or
/// incomplete where that is for no limit of tokens.
std::optional<ToldError> read_response_error(simdjson::dom::element response);

}  // namespace paceline
