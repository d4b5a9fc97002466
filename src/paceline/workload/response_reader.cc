#include <paceline/workload/response_reader.h>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include <paceline/workload.h>
#include <paceline/workload/json_reader.h>

namespace paceline::workload {
namespace {

namespace dom = simdjson::dom;

struct Wording {
  /// The array in every response of a kind.
  const char* array;
  bool may_be_empty;
};

Wording wording_of(ApiKind kind) {
  switch (kind) {
    case ApiKind::chat:
    case ApiKind::completions:
      return {"choices", false};
    case ApiKind::messages:
      return {"content", true};
    case ApiKind::responses:
      return {"output", true};
    case ApiKind::embeddings:
      return {"data", false};
  }
  return {};
}

Outcome not_of_api(std::string_view what, std::string_view words) {
  return failed(Failure::bad_response, with_words(fmt::format("the response {}", what), words));
}

Outcome failed_by(const ToldError& told) {
  return failed(told.failure, with_words("the server answered with an error", told.words));
}

std::optional<ToldError> find_error(ApiKind kind, dom::element root, dom::array answers) {
  if (auto told = read_told_error(root)) return told;
  if (kind == ApiKind::responses) return read_response_error(root);
  if (kind != ApiKind::chat && kind != ApiKind::completions) return std::nullopt;
  for (const dom::element choice : answers) {
    if (auto told = read_choice_error(choice)) return told;
  }
  return std::nullopt;
}

}  // namespace

Outcome ResponseReader::read(ApiKind kind, Response& response) {
  Outcome outcome = read_status(response);
  if (!outcome.failure) return read_body(kind, response);
  explain(response, outcome);
  return outcome;
}

Outcome ResponseReader::read_body(ApiKind kind, Response& response) {
  dom::element root;
  if (json_.parse(response.body).get(root) != simdjson::SUCCESS) {
    const bool is_cut = response.body.starts_with('{');
    return not_of_api("is not JSON", is_cut ? "" : words_of_text(response.body));
  }
  const Wording wording = wording_of(kind);
  dom::array answers;
  const bool has_answers = read_value(root[wording.array], answers) &&
                           (wording.may_be_empty || answers.begin() != answers.end());
  if (!has_answers) {
    if (const auto told = read_bare_error(root)) return failed_by(*told);
    if (kind == ApiKind::responses) {
      if (const auto told = read_response_error(root)) return failed_by(*told);
    }
    return not_of_api(root.is_object() ? fmt::format("has no {}", wording.array) : "is not JSON",
                      words_of_error(root));
  }
  if (const auto told = find_error(kind, root, answers)) return failed_by(*told);
  Outcome outcome;
  outcome.usage = read_usage(root);
  // Embeddings have no completion.
  if (kind == ApiKind::embeddings && outcome.usage && !outcome.usage->completion_tokens) {
    outcome.usage->completion_tokens = 0;
  }
  return outcome;
}

void ResponseReader::explain(Response& response, Outcome& outcome) {
  // The body of a redirect has no useful message.
  if (response.error != TransportError::ok || !response.location.empty()) return;
  dom::element root;
  std::string words;
  if (json_.parse(response.body).get(root) == simdjson::SUCCESS) words = words_of_error(root);
  // JSON of an unknown form is still informative.
  if (words.empty() && response.body.size() > 2) words = words_of_text(response.body);
  outcome.error.message = with_words(outcome.error.message, words);
}

}  // namespace paceline::workload
