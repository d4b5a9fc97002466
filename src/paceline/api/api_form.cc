#include <paceline/api/api_form.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include <paceline/api/forms.h>
#include <paceline/http/target.h>
#include <paceline/text/strings.h>

namespace paceline::api {

std::string json_text(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  text::escape_controls(text);
  return text;
}

void StreamDelta::add_answer(std::size_t bytes) {
  has_answer = has_answer || bytes > 0;
}

void StreamDelta::add_thoughts(std::size_t bytes) {
  if (bytes == 0) return;
  has_thoughts = true;
  thought_bytes += bytes;
}

void StreamDelta::clear() {
  has_thoughts = false;
  has_answer = false;
  is_summary = false;
  thought_bytes = 0;
}

void StreamFindings::clear() {
  delta.clear();
  has_content = false;
  usage.reset();
  finish.reset();
  tool_calls.clear();
  calls_may_lack_arguments = false;
  error.reset();
  is_of_form = false;
  is_complete = false;
}

std::string PromptText::joined() const {
  return system.empty() ? user : system + "\n\n" + user;
}

const ApiForm& form_of(ApiKind kind) {
  if (kind == ApiKind::embeddings) return embeddings_form();
  if (kind == ApiKind::rerank) return rerank_form();
  return generation_form_of(kind);
}

const GenerationForm& generation_form_of(ApiKind kind) {
  switch (kind) {
    case ApiKind::completions:
      return completions_form();
    case ApiKind::responses:
      return responses_form();
    case ApiKind::messages:
      return messages_form();
    case ApiKind::chat:
    case ApiKind::embeddings:
    case ApiKind::rerank:
      break;
  }
  return chat_form();
}

const ApiForm& form_of_url(std::string_view url) {
  // A path that ends another one follows that path.
  constexpr std::array kinds{ApiKind::chat,     ApiKind::completions, ApiKind::responses,
                             ApiKind::messages, ApiKind::embeddings,  ApiKind::rerank};
  url = http::without_query(url);
  const auto* found = std::find_if(kinds.begin(), kinds.end(), [url](ApiKind kind) {
    return url.ends_with(form_of(kind).path());
  });
  return form_of(found == kinds.end() ? ApiKind::chat : *found);
}

}  // namespace paceline::api
