#include <paceline/api/choices_stream.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include <paceline/api/json_reader.h>

namespace paceline::api {

namespace dom = simdjson::dom;

namespace {

/// The choice of a response that is not streamed: a message in place of the delta.
Json with_message(const Json& choice) {
  Json message{{"role", "assistant"}, {"content", nullptr}};
  if (const auto delta = choice.find("delta"); delta != choice.end() && delta->is_object()) {
    message.update(*delta);
  }
  if (const auto calls = message.find("tool_calls"); calls != message.end() && calls->is_array()) {
    for (Json& call : *calls) {
      if (call.is_object()) call.erase("index");
    }
  }
  Json whole{{"index", nullptr}, {"message", std::move(message)}, {"finish_reason", nullptr}};
  if (choice.is_object()) whole.update(choice);
  whole.erase("delta");
  return whole;
}

}  // namespace

void ChoicesEvents::begin(bool keeps_text) {
  keeps_text_ = keeps_text;
  begun_.reset();
  ended_.reset();
  if (!keeps_text) return;
  assembled_.begin({{"id", nullptr},
                    {"object", nullptr},
                    {"created", nullptr},
                    {"model", nullptr},
                    {"choices", Json::array()},
                    {"usage", nullptr}});
}

// Iterates over the fields of a chunk once: looking up each field by its key takes a third longer.
void ChoicesEvents::read(std::string_view /*type*/, dom::element root, StreamFindings& findings) {
  dom::object fields;
  dom::array choices;
  bool has_choices = false;
  bool may_have_usage = false;
  const bool is_object = root.get(fields) == simdjson::SUCCESS;
  bool may_have_error = !is_object;
  if (is_object) {
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
    findings.error = has_choices ? read_told_error(root) : read_bare_error(root);
    if (findings.error) return;
  }
  std::size_t index = 0;
  if (has_choices) {
    for (const dom::element choice : choices) {
      may_have_usage = read_choice(choice, index++, findings) || may_have_usage;
    }
  }
  if (may_have_usage) merge_usage(findings.usage, read_usage(root));
  findings.is_complete = begun_.any() && begun_ == ended_;
  if (keeps_text_ && is_object) keep(fields);
}

bool ChoicesEvents::read_choice(dom::element choice, std::size_t index, StreamFindings& findings) {
  findings.is_of_form = true;
  dom::object fields;
  std::optional<dom::element> delta;
  bool has_usage = false;
  bool has_ended = false;
  bool may_have_failed = false;
  if (choice.get(fields) != simdjson::SUCCESS) return has_usage;
  for (const dom::key_value_pair field : fields) {
    std::uint64_t number = 0;
    std::string_view reason;
    if (field.key == "delta") {
      delta = field.value;
    } else if (field.key == "text" && !is_chat_) {
      findings.delta.add_answer(bytes_of(as_found(field.value)));
    } else if (field.key == "index") {
      if (field.value.get(number) == simdjson::SUCCESS) index = number;
    } else if (field.key == "finish_reason") {
      const auto finish = read_finish(as_found(field.value));
      if (!finish || field.value.get(reason) != simdjson::SUCCESS) continue;
      findings.finish = finish;
      has_ended = true;
      may_have_failed = may_have_failed || reason == "error";
    } else if (field.key == "error") {
      may_have_failed = may_have_failed || !field.value.is_null();
    } else if (field.key == "usage") {
      has_usage = true;
    }
  }
  index = std::min(index, most_choices - 1);
  if (delta) read_chat_delta(*delta, index, findings);
  begun_.set(index);
  if (has_ended) ended_.set(index);
  if (may_have_failed && !findings.error) findings.error = read_choice_error(choice);
  return has_usage;
}

void ChoicesEvents::keep(dom::object fields) {
  for (const dom::key_value_pair field : fields) {
    dom::array choices;
    if (field.key != "choices") {
      assembled_.merge_field(field.key, field.value, assembled_.whole());
    } else if (field.value.get(choices) == simdjson::SUCCESS) {
      std::uint64_t place = 0;
      for (const dom::element choice : choices) keep_choice(choice, place++);
    }
  }
}

void ChoicesEvents::keep_choice(dom::element choice, std::uint64_t place) {
  dom::object fields;
  if (choice.get(fields) != simdjson::SUCCESS) return;
  read_value(choice["index"], place);
  Json& kept = assembled_.item("choices", place);
  if (kept.empty()) kept["index"] = place;
  assembled_.merge(fields, kept);
}

std::string ChoicesEvents::whole() const {
  Json whole = assembled_.whole();
  whole["object"] = is_chat_ ? "chat.completion" : "text_completion";
  if (is_chat_) {
    for (Json& choice : whole["choices"]) choice = with_message(choice);
  }
  return json_text(whole);
}

}  // namespace paceline::api
