#include <paceline/workload/prompt_text.h>

#include <string_view>

#include <paceline/text/json.h>
#include <paceline/workload/synthetic_text.h>

namespace paceline::workload {
namespace {

std::string with_number(std::string text) {
  constexpr std::string_view asked = "{n}";
  for (std::size_t at = text.find(asked); at != std::string::npos; at = text.find(asked, at)) {
    text.replace(at, asked.size(), 1, BodyTemplate::number);
  }
  return text;
}

std::string shared_prefix(std::size_t tokens) {
  std::string text;
  if (tokens == 0) return text;
  append_synthetic_text(0, 0, tokens, text);
  return text + ' ';
}

}  // namespace

PromptText prompt_text(const Prompt& prompt) {
  PromptText text;
  if (prompt.synthetic_tokens > 0) {
    text.user = {'"', BodyTemplate::synthetic, '"'};
  } else {
    if (!prompt.system.empty()) text.system = text::json_quoted(prompt.system);
    text.user = with_number(text::json_quoted(prompt.text));
  }
  std::string& first = text.system.empty() ? text.user : text.system;
  if (prompt.synthetic_tokens == 0) {
    if (prompt.nonce == Nonce::start) first.insert(1, 1, BodyTemplate::nonce);
    if (prompt.nonce == Nonce::end) {
      text.user.insert(text.user.size() - 1, std::string{' ', BodyTemplate::nonce});
    }
  }
  first.insert(1, shared_prefix(prompt.shared_prefix_tokens));
  return text;
}

}  // namespace paceline::workload
