#include <paceline/api/generation_stream.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include <paceline/api/response_fields.h>
#include <paceline/workload.h>

namespace paceline::api {

Outcome GenerationStream::finish(Response& response) {
  events_.end();
  Outcome outcome = read_outcome(response);
  // The stream had tokens, so a count of 0 is wrong.
  if (findings_.usage && findings_.usage->completion_tokens == 0U && times_.events > 0) {
    findings_.usage->completion_tokens.reset();
  }
  outcome.usage = findings_.usage;
  outcome.finish = findings_.finish;
  outcome.tool_calls_valid = findings_.tool_calls.are_valid(findings_.calls_may_lack_arguments);
  outcome.streamed_tokens = streamed_tokens();
  if (options_.keeps_text && !outcome.failure) response.body = reader_->whole();
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
  if (!findings_.is_of_form) {
    return failed(Failure::bad_response,
                  fmt::format("no event of the stream has {}", form_->mark_of_events()));
  }
  if (!is_done_ && !findings_.is_complete)
    return failed(Failure::bad_response, "the stream ended early");
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

std::size_t GenerationStream::held() const {
  return times_.held() + events_.held() + findings_.tool_calls.held() +
         (reader_ == nullptr ? 0 : reader_->held());
}

std::optional<std::uint64_t> GenerationStream::streamed_tokens() const {
  // Streamed reasoning has more bytes per token than this; a summary of it has fewer.
  constexpr std::uint64_t bytes_per_token = 3;
  if (!findings_.usage || !findings_.usage->completion_tokens) return std::nullopt;
  const std::uint64_t all = *findings_.usage->completion_tokens;
  if (thoughts_ > 0 && all < times_.events) return times_.events;
  const std::uint64_t reasoning = findings_.usage->reasoning_tokens.value_or(0);
  if (reasoning > all) return std::nullopt;
  // Without an answer in the events, only reasoning was streamed.
  if (thoughts_ > 0 && !times_.first_answer && reasoning > 0) {
    return thoughts_are_summary_ ? thoughts_ : std::max(reasoning, thoughts_);
  }
  if (reasoning <= thoughts_) return std::nullopt;
  if (!thoughts_are_summary_ && thought_bytes_ >= bytes_per_token * reasoning) return std::nullopt;
  return all - reasoning + thoughts_;
}

}  // namespace paceline::api
