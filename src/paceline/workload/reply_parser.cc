#include <paceline/workload/reply_parser.h>

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include <paceline/workload/json_value.h>
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

/// The first of the two names that `object` has as a number: the APIs differ in what they call it.
bool read_number(simdjson::simdjson_result<dom::element> object, const char* name,
                 const char* other_name, std::uint64_t& value) {
  return read_value(object[name], value) || read_value(object[other_name], value);
}

}  // namespace

std::optional<Usage> read_usage(dom::element holder) {
  const auto found = holder["usage"];
  dom::object object;
  if (found.get(object) != simdjson::SUCCESS) return std::nullopt;
  Usage usage;
  if (!read_number(found, "prompt_tokens", "input_tokens", usage.prompt_tokens)) {
    return std::nullopt;
  }
  // Embeddings have a prompt only.
  read_number(found, "completion_tokens", "output_tokens", usage.completion_tokens);
  if (!read_value(found["prompt_tokens_details"]["cached_tokens"], usage.cached_tokens)) {
    read_value(found["input_tokens_details"]["cached_tokens"], usage.cached_tokens);
  }
  return usage;
}

std::string_view read_error(dom::element holder) {
  std::string_view words;
  if (!read_value(holder["error"]["message"], words) && !read_value(holder["error"], words) &&
      !read_value(holder["message"], words)) {
    read_value(holder["detail"], words);
  }
  return words;
}

ReplyParser::ReplyParser(std::string key) : key_(std::move(key)) {}

Outcome ReplyParser::read(ApiKind kind, Reply& reply) {
  Outcome outcome = read_status(reply);
  if (outcome.failure) {
    explain(reply, outcome);
    return outcome;
  }
  const auto bad = [](std::string_view what) {
    return failed(Failure::bad_reply,
                  fmt::format("the reply {}: is this an OpenAI-compatible API?", what));
  };
  dom::element root;
  if (parse(reply).get(root) != simdjson::SUCCESS || !root.is_object()) return bad("is not JSON");
  const Wording wording = wording_of(kind);
  dom::array answers;
  if (!read_value(root[wording.array], answers) ||
      (!wording.may_be_empty && answers.begin() == answers.end())) {
    return bad(fmt::format("has no {}", wording.array));
  }
  outcome.usage = read_usage(root);
  return outcome;
}

void ReplyParser::explain(Reply& reply, Outcome& outcome) {
  if (reply.transport != Transport::ok) return;
  // There a server may repeat a part of the key.
  if (reply.status == 401 || reply.status == 403) return;
  dom::element root;
  if (parse(reply).get(root) != simdjson::SUCCESS) return;
  const std::string_view words = read_error(root);
  if (!words.empty() && may_tell(words)) outcome.why += fmt::format(": {}", words.substr(0, 300));
}

bool ReplyParser::may_tell(std::string_view words) const {
  return key_.empty() || words.find(key_) == std::string_view::npos;
}

simdjson::simdjson_result<dom::element> ReplyParser::parse(Reply& reply) {
  reply.body.reserve(reply.body.size() + simdjson::SIMDJSON_PADDING);
  return parser_.parse(reply.body.data(), reply.body.size(), false);
}

}  // namespace paceline
