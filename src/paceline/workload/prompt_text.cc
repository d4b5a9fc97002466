#include <paceline/workload/prompt_text.h>

#include <memory>
#include <string>
#include <string_view>

#include <paceline/workload/png_image.h>
#include <paceline/workload/synthetic_text.h>

namespace paceline::workload {
namespace {

std::string with_number(std::string text) {
  constexpr std::string_view asked = "{n}";
  for (std::size_t at = text.find(asked); at != std::string::npos; at = text.find(asked, at)) {
    text.replace(at, asked.size(), BodyTemplate::number);
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

api::PromptText prompt_text(const Prompt& prompt, const Trace* trace) {
  const bool is_traced = trace != nullptr && trace->has_in();
  api::PromptText text;
  if (prompt.ids.count > 0) {
    text.user = BodyTemplate::token_ids;
    return text;
  }
  if (is_traced) {
    text.user = BodyTemplate::trace_text;
  } else if (prompt.synthetic_tokens > 0) {
    text.user = BodyTemplate::synthetic;
  } else {
    text.system = BodyTemplate::without_placeholders(prompt.system);
    text.user = with_number(BodyTemplate::without_placeholders(prompt.text));
  }
  std::string& first = text.system.empty() ? text.user : text.system;
  if (prompt.synthetic_tokens == 0 && !is_traced) {
    if (prompt.nonce == Nonce::start) first.insert(0, std::string(BodyTemplate::nonce) + ' ');
    if (prompt.nonce == Nonce::end) text.user.append(" ").append(BodyTemplate::nonce);
  }
  first.insert(0, shared_prefix(prompt.shared_prefix_tokens));
  text.images.assign(prompt.images.count, std::string(BodyTemplate::image));
  return text;
}

Fillers fillers_of(const Prompt& prompt, const Trace* trace) {
  Fillers fillers{.synthetic_tokens = prompt.synthetic_tokens,
                  .ids = prompt.ids,
                  .block_tokens = trace == nullptr ? 0 : trace->block_tokens(),
                  .shared_ids = prompt.shared_prefix_tokens};
  if (prompt.images.count > 0) {
    fillers.image = std::make_shared<const PngImage>(prompt.images.width, prompt.images.height);
  }
  return fillers;
}

}  // namespace paceline::workload
