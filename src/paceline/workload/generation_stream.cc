#include <paceline/workload/generation_stream.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <paceline/text/strings.h>
#include <paceline/workload.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/json_reader.h>
#include <paceline/workload/response_reader.h>

namespace paceline::workload {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t longest_event = 16U << 20U;
constexpr std::size_t longest_beginning = 16U << 10U;
constexpr std::string_view end_mark = "[DONE]";

/// Whether the data is a word that some servers send to keep a connection open.
bool is_heartbeat(std::string_view data) {
  constexpr std::array<std::string_view, 5> heartbeats{"ping", "pong", "heartbeat", "keepalive",
                                                       "keep-alive"};
  return std::any_of(heartbeats.begin(), heartbeats.end(), [data](std::string_view word) {
    return std::equal(data.begin(), data.end(), word.begin(), word.end(), [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  });
}

/// Whether the API may send events of this name.
bool is_name_of_api(std::string_view name) {
  return name.empty() || name == "message" || name == "error" || name.starts_with("response.") ||
         name.starts_with("message_") || name.starts_with("content_block_");
}

}  // namespace

GenerationStream::GenerationStream(GenerationStreamOptions options)
    : options_(options),
      events_([this](const StreamEvent& event) { read_event(event); }, longest_event,
              [this](const StreamEvent& event) { return read_line(event); }) {}

void GenerationStream::begin(const Request& request) {
  kind_ = kind_of(request.url);
  events_.reset();
  times_.clear();
  thoughts_ = 0;
  thought_bytes_ = 0;
  thoughts_are_summary_ = false;
  has_begun_ = false;
  is_of_api_ = false;
  is_done_ = false;
  is_complete_ = false;
  choices_begun_.reset();
  choices_ended_.reset();
  beginning_.clear();
  usage_.reset();
  failure_.reset();
  text_.begin(kind_);
}

bool GenerationStream::take(std::string_view piece, TimePoint now) {
  now_ = now;
  if (!events_.take(piece)) fail(Failure::bad_response, "an event of the stream is too long");
  if (!has_begun_ && beginning_.size() < longest_beginning) {
    beginning_.append(piece.substr(0, longest_beginning - beginning_.size()));
  }
  return !failure_;
}

bool GenerationStream::read_line(const StreamEvent& event) {
  if (failure_ || is_done_) return true;
  const std::string_view data = text::without_spaces(event.data);
  if (data.empty()) return false;
  return read_data(event.name, data);
}

void GenerationStream::read_event(const StreamEvent& event) {
  if (failure_ || is_done_) return;
  has_begun_ = true;
  const std::string_view data = text::without_spaces(event.data);
  if (data.empty() || read_data(event.name, data)) return;
  if (is_heartbeat(data) || !is_name_of_api(event.name)) return;
  const std::string words = data.starts_with('{') ? "" : words_of_text(data);
  fail(Failure::bad_response, event.name == "error"
                                  ? with_words("the server reported an error in the stream", words)
                                  : with_words("an event of the stream is not JSON", words));
}

bool GenerationStream::read_data(std::string_view name, std::string_view data) {
  if (data.starts_with(end_mark)) {
    has_begun_ = true;
    is_done_ = true;
    return true;
  }
  dom::element root;
  if (json_.parse(data).get(root) != simdjson::SUCCESS) return false;
  has_begun_ = true;
  read_root(name, root);
  return true;
}

void GenerationStream::read_root(std::string_view name, dom::element root) {
  delta_.clear();
  std::string_view type;
  if (!read_value(root["type"], type)) type = name;
  if (kind_ == ApiKind::messages) {
    read_message(type, root);
  } else if (kind_ == ApiKind::responses) {
    read_response(type, root);
  } else {
    read_chat(root);
  }
  if (!failure_ && name == "error") {
    fail_with({Failure::bad_response, words_of_error(root)});
  }
}

// Iterates over the fields of a chunk once: looking up each field by its key takes a third longer.
void GenerationStream::read_chat(dom::element root) {
  dom::object fields;
  dom::array choices;
  bool has_choices = false;
  bool may_have_usage = false;
  bool may_have_error = root.get(fields) != simdjson::SUCCESS;
  if (!may_have_error) {
    for (const dom::key_value_pair field : fields) {
      if (field.key == "choices") {
        has_choices = field.value.get(choices) == simdjson::SUCCESS;
      } else if (field.key == "usage" || field.key == "x_groq") {
        may_have_usage = may_have_usage || !field.value.is_null();
      } else if (field.key == "error") {
        may_have_error = !field.value.is_null();
      }
    }
  }
  // Some servers report an error in a chunk that also has choices.
  if (may_have_error || !has_choices) {
    const auto told = has_choices ? read_told_error(root) : read_bare_error(root);
    if (told) return fail_with(*told);
  }
  std::size_t index = 0;
  if (has_choices) {
    for (const dom::element choice : choices) {
      may_have_usage = read_choice(choice, index++) || may_have_usage;
    }
  }
  if (may_have_usage) merge_usage(usage_, read_usage(root));
  count_tokens();
  if (options_.keeps_text) text_.add_chunk(root);
}

bool GenerationStream::read_choice(dom::element choice, std::size_t index) {
  is_of_api_ = true;
  dom::object fields;
  bool has_usage = false;
  bool has_ended = false;
  bool may_have_failed = false;
  if (choice.get(fields) != simdjson::SUCCESS) return has_usage;
  for (const dom::key_value_pair field : fields) {
    std::uint64_t number = 0;
    std::string_view reason;
    if (field.key == "delta") {
      read_chat_delta(field.value, delta_);
    } else if (field.key == "text" && kind_ == ApiKind::completions) {
      std::string_view text;
      if (field.value.get(text) == simdjson::SUCCESS) delta_.add_text(text);
    } else if (field.key == "index") {
      if (field.value.get(number) == simdjson::SUCCESS) index = number;
    } else if (field.key == "finish_reason") {
      if (field.value.get(reason) != simdjson::SUCCESS) continue;
      // Some servers send "" or "null" for a missing reason.
      has_ended = !reason.empty() && reason != "null";
      may_have_failed = may_have_failed || reason == "error";
    } else if (field.key == "error") {
      may_have_failed = may_have_failed || !field.value.is_null();
    } else if (field.key == "usage") {
      has_usage = true;
    }
  }
  index = std::min(index, most_choices - 1);
  choices_begun_.set(index);
  if (has_ended) choices_ended_.set(index);
  if (may_have_failed) {
    if (const auto told = read_choice_error(choice)) fail_with(*told);
  }
  return has_usage;
}

void GenerationStream::read_message(std::string_view type, dom::element root) {
  if (type == "error") {
    const auto told = read_bare_error(root);
    return fail_with(told ? *told : ToldError{Failure::bad_response, words_of_error(root)});
  }
  if (!type.starts_with("message_") && !type.starts_with("content_block_")) {
    if (const auto told = read_bare_error(root)) fail_with(*told);
    return;
  }
  is_of_api_ = true;
  is_complete_ = is_complete_ || type == "message_stop";
  merge_usage(usage_, read_usage(root));
  dom::element message;
  if (read_value(root["message"], message)) merge_usage(usage_, read_usage(message));
  if (type.starts_with("content_block_")) {
    read_message_delta(root, delta_);
    count_tokens();
  } else if (options_.keeps_text) {
    text_.add_message(root);
  }
}

void GenerationStream::read_response(std::string_view type, dom::element root) {
  if (type == "response.failed" || type == "response.cancelled" || type == "error") {
    dom::element holder = root;
    read_value(root["response"], holder);
    const auto told = read_bare_error(holder);
    return fail_with(told ? *told : ToldError{Failure::bad_response, words_of_error(holder)});
  }
  if (!type.starts_with("response.")) {
    if (const auto told = read_bare_error(root)) fail_with(*told);
    return;
  }
  is_of_api_ = true;
  if (type == "response.completed" || type == "response.incomplete") {
    return read_response_end(type, root);
  }
  read_response_delta(type, root, delta_);
  count_tokens();
}

void GenerationStream::read_response_end(std::string_view type, dom::element root) {
  is_complete_ = true;
  dom::element response;
  if (!read_value(root["response"], response)) return;
  merge_usage(usage_, read_usage(response));
  const auto told = read_response_error(response);
  // An incomplete response without a reason is accepted if it has tokens.
  if (told && !(type == "response.incomplete" && times_.events > 0 && !read_told_error(response) &&
                !has_value(response["incomplete_details"]["reason"]))) {
    return fail_with(*told);
  }
  if (options_.keeps_text) text_.set_response(response);
}

void GenerationStream::count_tokens() {
  if (failure_ || !delta_.has_tokens()) return;
  times_.add(now_, delta_.has_answer);
  if (delta_.has_thoughts) ++thoughts_;
  thought_bytes_ += delta_.thought_bytes;
  thoughts_are_summary_ = thoughts_are_summary_ || delta_.is_summary;
  if (!options_.keeps_text) return;
  for (const std::string_view text : delta_.texts) text_.add_text(text);
}

void GenerationStream::fail(Failure failure, std::string why) {
  if (!failure_) failure_ = failed(failure, std::move(why));
}

void GenerationStream::fail_with(const ToldError& told) {
  fail(told.failure, with_words("the server reported an error in the stream", told.words));
}

}  // namespace paceline::workload
