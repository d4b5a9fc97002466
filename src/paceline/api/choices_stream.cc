#include <paceline/api/choices_stream.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include <paceline/api/json_reader.h>

namespace paceline::api {

namespace dom = simdjson::dom;

void ChoicesEvents::begin(bool keeps_text) {
  keeps_text_ = keeps_text;
  begun_.reset();
  ended_.reset();
  text_.clear();
}

// Iterates over the fields of a chunk once: looking up each field by its key takes a third longer.
void ChoicesEvents::read(std::string_view /*type*/, dom::element root, StreamFindings& findings) {
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
  if (keeps_text_) keep(root, findings.delta);
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
      std::string_view text;
      if (field.value.get(text) == simdjson::SUCCESS) findings.delta.add_text(text);
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

void ChoicesEvents::keep(dom::element root, const StreamDelta& delta) {
  if (text_.id.is_empty()) {
    // These fields are the same in every chunk.
    text_.id.set(root["id"]);
    text_.created.set(root["created"]);
    text_.model.set(root["model"]);
  }
  text_.usage.set(root["usage"]);
  text_.finish_reason.set(root["choices"].at(0)["finish_reason"]);
  text_.add(delta);
}

std::string ChoicesEvents::whole() const {
  return fmt::format(
      R"({{"id":{},"object":"{}","created":{},"model":{},"choices":[{{"index":0,{}{}{},)"
      R"("finish_reason":{}}}],"usage":{}}})",
      text_.id.json(), is_chat_ ? "chat.completion" : "text_completion", text_.created.json(),
      text_.model.json(), is_chat_ ? R"("message":{"role":"assistant","content":)" : R"("text":)",
      text_.quoted(), is_chat_ ? "}" : "", text_.finish_reason.json(), text_.usage.json());
}

}  // namespace paceline::api
