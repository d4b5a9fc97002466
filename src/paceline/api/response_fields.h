#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/tally.h>
#include <paceline/workload.h>

namespace paceline::api {

/// A number of tokens. Nothing if the value is not a number, is negative or absurdly large.
std::optional<std::uint64_t> read_count(simdjson::simdjson_result<simdjson::dom::element> found);

/// The usage in a response or an event, under any of the names that OpenAI-compatible APIs use:
/// `usage`, `x_groq.usage` or `choices[0].usage`. Nothing if there is none or all numbers are zero.
/// A number that is negative or absurdly large counts as absent.
std::optional<Usage> read_usage(simdjson::dom::element holder);

/// The usage in this object, under the same names. Nothing if all numbers are zero or absent.
std::optional<Usage> read_token_counts(simdjson::simdjson_result<simdjson::dom::element> usage);

/// A usage whose prompt has all of the `total_tokens` of this object. For responses without text.
std::optional<Usage> read_total_tokens(simdjson::simdjson_result<simdjson::dom::element> usage);

/// Merges the usage of a later event of the same stream. A later number replaces an earlier one,
/// unless the later number is zero.
void merge_usage(std::optional<Usage>& usage, const std::optional<Usage>& later);

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

// Error messages of servers, on one line of at most 300 bytes, truncated between characters. Empty
// if there is no message.

/// The message in JSON of any of the forms in which servers and gateways report errors.
std::string words_of_error(simdjson::dom::element error);

/// The message in any other text. HTML yields its title, or else its text without tags. Empty for
/// binary data.
std::string words_of_text(std::string_view text);

/// The sentence followed by a colon and the words, or the sentence alone if there are none.
std::string with_words(std::string_view sentence, std::string_view words);

}  // namespace paceline::api
