#include <paceline/api/response_reader.h>

#include <string>

#include <paceline/api/response_fields.h>
#include <paceline/api/whole_response.h>

namespace paceline::api {

Outcome ResponseReader::read(const ApiForm& form, Response& response) {
  Outcome outcome = read_status(response);
  if (outcome.failure) {
    explain(response, outcome);
    return outcome;
  }
  simdjson::dom::element root;
  if (json_.parse(response.body).get(root) != simdjson::SUCCESS) {
    const bool is_cut = response.body.starts_with('{');
    return not_of_form("is not JSON", is_cut ? "" : words_of_text(response.body));
  }
  return form.read_whole(root);
}

void ResponseReader::explain(Response& response, Outcome& outcome) {
  // The body of a redirect has no useful message.
  if (response.error != TransportError::ok || !response.location.empty()) return;
  simdjson::dom::element root;
  std::string words;
  if (json_.parse(response.body).get(root) == simdjson::SUCCESS) words = words_of_error(root);
  // JSON of an unknown form is still informative.
  if (words.empty() && response.body.size() > 2) words = words_of_text(response.body);
  outcome.error.message = with_words(outcome.error.message, words);
}

}  // namespace paceline::api
