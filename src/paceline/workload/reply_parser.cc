#include <paceline/workload/reply_parser.h>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include <paceline/workload/json_value.h>
#include <paceline/workload/server_words.h>
#include <paceline/workload/told_error.h>
#include <paceline/workload/usage.h>
#include <paceline/workload/workload.h>

namespace paceline {
namespace {

namespace dom = simdjson::dom;

struct Wording {
  /// The array that every reply of the kind has.
  const char* array;
  bool may_be_empty;
};

Wording wording_of(ApiKind kind) {
  switch (kind) {
    case ApiKind::chat:
      return {"choices", false};
    case ApiKind::responses:
      return {"output", true};
    case ApiKind::embeddings:
      return {"data", false};
  }
  return {};
}

Outcome not_of_api(std::string_view what, std::string_view words) {
  std::string why = fmt::format("the reply {}: is this an OpenAI-compatible API?", what);
  if (!words.empty()) why += fmt::format(" It says: {}", words);
  return failed(Failure::bad_reply, std::move(why));
}

Outcome failed_by(const ToldError& told) {
  return failed(told.failure, with_words("the server answered with an error", told.words));
}

std::optional<ToldError> find_error(ApiKind kind, dom::element root, dom::array answers) {
  if (auto told = read_told_error(root)) return told;
  if (kind == ApiKind::responses) return read_response_error(root);
  if (kind != ApiKind::chat) return std::nullopt;
  for (const dom::element choice : answers) {
    if (auto told = read_choice_error(choice)) return told;
  }
  return std::nullopt;
}

}  // namespace

Outcome ReplyParser::read(ApiKind kind, Reply& reply) {
  Outcome outcome = read_status(reply);
  if (!outcome.failure) return read_body(kind, reply);
  explain(reply, outcome);
  return outcome;
}

Outcome ReplyParser::read_body(ApiKind kind, Reply& reply) {
  dom::element root;
  if (json_.parse(reply.body).get(root) != simdjson::SUCCESS) {
    const bool is_cut = reply.body.starts_with('{');
    return not_of_api("is not JSON", is_cut ? "" : words_of_text(reply.body));
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
  // Embeddings have a prompt only.
  if (kind == ApiKind::embeddings && outcome.usage && !outcome.usage->completion_tokens) {
    outcome.usage->completion_tokens = 0;
  }
  return outcome;
}

void ReplyParser::explain(Reply& reply, Outcome& outcome) {
  // What a redirect says beside its target is no help.
  if (reply.transport != Transport::ok || !reply.location.empty()) return;
  dom::element root;
  std::string words;
  if (json_.parse(reply.body).get(root) == simdjson::SUCCESS) words = words_of_error(root);
  // JSON of a shape that is not known tells something too.
  if (words.empty() && reply.body.size() > 2) words = words_of_text(reply.body);
  outcome.why = with_words(outcome.why, words);
}

}  // namespace paceline
