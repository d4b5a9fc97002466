#include <paceline/workload/generation_stream.h>

#include <fmt/format.h>

#include <utility>

#include <paceline/workload/json_value.h>
#include <paceline/workload/workload.h>

namespace paceline {
namespace {

namespace dom = simdjson::dom;

}  // namespace

GenerationStream::GenerationStream(std::string key, GenerationStreamOptions options)
    : options_(options),
      whole_replies_(std::move(key)),
      events_([this](const StreamEvent& event) { read_event(event); }) {}

void GenerationStream::begin(const Request& request) {
  kind_ = kind_of(request.url);
  events_.reset();
  times_.clear();
  has_begun_ = false;
  has_ended_ = false;
  usage_.reset();
  failure_.clear();
  text_.clear();
}

bool GenerationStream::take(std::string_view piece, TimePoint now) {
  now_ = now;
  if (!events_.take(piece)) fail("an event of the stream is too long");
  return failure_.empty();
}

Outcome GenerationStream::finish(Reply& reply) {
  Outcome outcome = read_status(reply);
  if (!failure_.empty()) {
    outcome = failed(Failure::bad_reply, failure_);
  } else if (outcome.failure) {
    whole_replies_.explain(reply, outcome);
  } else if (!has_ended_) {
    outcome =
        failed(Failure::bad_reply,
               has_begun_ ? "the stream broke off before its end"
                          : "the reply is no stream of events: does this API stream its replies?");
  }
  outcome.usage = usage_;
  outcome.length_asked = options_.length_asked;
  if (options_.keeps_text && !outcome.failure) reply.body = text_.whole();
  return outcome;
}

void GenerationStream::read_event(const StreamEvent& event) {
  if (!failure_.empty()) return;
  has_begun_ = true;
  if (event.data == "[DONE]") {
    has_ended_ = true;
    return;
  }
  dom::element root;
  if (parser_.parse(event.data.data(), event.data.size(), false).get(root) != simdjson::SUCCESS) {
    fail("an event of the stream is not JSON");
  } else if (kind_ == ApiKind::chat) {
    read_chat(root);
  } else {
    read_response(root);
  }
}

void GenerationStream::read_chat(dom::element root) {
  // Of several, as some servers send with each chunk, the last one counts.
  const std::optional<Usage> usage = read_usage(root);
  if (usage) usage_ = usage;
  dom::array choices;
  const bool has_choices = read_value(root["choices"], choices);
  // Some servers give up in a chunk that has choices too.
  if (has_value(root["error"])) return fail_with(read_error(root));
  if (!has_choices && !usage) return refuse(root, "choices");
  if (has_choices && choices.begin() != choices.end()) {
    const dom::element choice = *choices.begin();
    std::string_view text;
    if (read_value(choice["delta"]["content"], text)) add_text(text);
    has_ended_ = has_ended_ || choice["finish_reason"].is_string();
  }
  if (options_.keeps_text) text_.add_chunk(root);
}

void GenerationStream::read_response(dom::element root) {
  std::string_view type;
  if (!read_value(root["type"], type)) return refuse(root, "type");
  if (type == "response.output_text.delta") {
    std::string_view text;
    if (read_value(root["delta"], text)) add_text(text);
  } else if (type == "response.completed" || type == "response.incomplete") {
    has_ended_ = true;
    dom::element response;
    if (!read_value(root["response"], response)) return;
    usage_ = read_usage(response);
    if (options_.keeps_text) text_.set_response(response);
  } else if (type == "response.failed" || type == "error") {
    dom::element holder = root;
    read_value(root["response"], holder);
    fail_with(read_error(holder));
  }
}

void GenerationStream::add_text(std::string_view text) {
  if (text.empty()) return;
  times_.add(now_);
  if (options_.keeps_text) text_.add_text(text);
}

void GenerationStream::fail(std::string_view why) {
  failure_ = why;
}

void GenerationStream::refuse(dom::element root, std::string_view missing) {
  const std::string_view words = read_error(root);
  if (!words.empty()) return fail_with(words);
  fail(fmt::format("an event of the stream has no {}: is this an OpenAI-compatible API?", missing));
}

void GenerationStream::fail_with(std::string_view words) {
  failure_ = "the server gave up in the middle of the stream";
  if (!words.empty() && whole_replies_.may_tell(words)) {
    failure_ += fmt::format(": {}", words.substr(0, 300));
  }
}

}  // namespace paceline
