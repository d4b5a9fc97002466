#include <paceline/workload/generation_stream.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include <paceline/workload.h>
#include <paceline/workload/response_reader.h>

namespace paceline::workload {

namespace {

/// The part of an event that shows the API.
std::string_view mark_of(ApiKind kind) {
  if (kind == ApiKind::messages) return "a type of the Messages API";
  return kind == ApiKind::responses ? "a type of the Responses API" : "choices";
}

}  // namespace

Outcome GenerationStream::finish(Response& response) {
  events_.end();
  Outcome outcome = read_outcome(response);
  // The stream had tokens, so a count of 0 is wrong.
  if (usage_ && usage_->completion_tokens == 0U && times_.events > 0) {
    usage_->completion_tokens.reset();
  }
  outcome.usage = usage_;
  outcome.streamed_tokens = streamed_tokens();
  outcome.length_asked = options_.length_asked;
  if (options_.keeps_text && !outcome.failure) response.body = text_.whole();
  return outcome;
}

Outcome GenerationStream::read_outcome(Response& response) {
  if (failure_) return *failure_;
  Outcome outcome = read_status(response);
  if (outcome.failure) {
    whole_responses_.explain(response, outcome);
    return outcome;
  }
  if (!has_begun_) return read_without_events();
  if (!is_of_api_) {
    return failed(Failure::bad_response,
                  fmt::format("no event of the stream has {}", mark_of(kind_)));
  }
  if (!has_ended()) return failed(Failure::bad_response, "the stream ended early");
  return outcome;
}

Outcome GenerationStream::read_without_events() {
  constexpr std::string_view no_stream = "the response is not an event stream";
  simdjson::dom::element root;
  if (json_.parse(beginning_).get(root) == simdjson::SUCCESS) {
    if (const auto told = read_bare_error(root)) {
      return failed(told->failure, with_words("the server answered with an error", told->words));
    }
    return failed(Failure::bad_response, std::string(no_stream));
  }
  const std::string words = beginning_.starts_with('{') ? "" : words_of_text(beginning_);
  return failed(Failure::bad_response, with_words(no_stream, words));
}

bool GenerationStream::has_ended() const {
  return is_done_ || is_complete_ || (choices_begun_.any() && choices_begun_ == choices_ended_);
}

std::optional<std::uint64_t> GenerationStream::streamed_tokens() const {
  // Streamed reasoning has more bytes per token than this; a summary of it has fewer.
  constexpr std::uint64_t bytes_per_token = 3;
  if (!usage_ || !usage_->completion_tokens) return std::nullopt;
  const std::uint64_t all = *usage_->completion_tokens;
  if (thoughts_ > 0 && all < times_.events) return times_.events;
  const std::uint64_t reasoning = usage_->reasoning_tokens.value_or(0);
  if (reasoning > all) return std::nullopt;
  // Without an answer in the events, only reasoning was streamed.
  if (thoughts_ > 0 && !times_.first_answer && reasoning > 0) {
    return thoughts_are_summary_ ? thoughts_ : std::max(reasoning, thoughts_);
  }
  if (reasoning <= thoughts_) return std::nullopt;
  if (!thoughts_are_summary_ && thought_bytes_ >= bytes_per_token * reasoning) return std::nullopt;
  return all - reasoning + thoughts_;
}

}  // namespace paceline::workload
