#include <fmt/format.h>
#include <paceline/workload/prompt_text.h>

#include <memory>
#include <string>
#include <string_view>

#include <paceline/workload/png_image.h>

namespace paceline::workload {
namespace {

std::string with_number(std::string text) {
  constexpr std::string_view asked = "{n}";
  for (std::size_t at = text.find(asked); at != std::string::npos; at = text.find(asked, at)) {
    text.replace(at, asked.size(), BodyTemplate::number);
  }
  return text;
}

/// The prefix of a prompt. The only one of all items is a part of the body as it is.
std::string shared_prefix(const Prompt& prompt) {
  std::string text;
  if (prompt.shared_prefix_tokens == 0) return text;
  if (prompt.prefix_groups.count > 1) {
    text = BodyTemplate::prefix;
  } else {
    append_prefix(0, prompt.shared_prefix_tokens, text);
  }
  return text + ' ';
}

/// Describes the prefixes of a prompt, such as "1000", "100x1000" or "100x1000:zipf=1".
std::string name_of_prefixes(const Prompt& prompt) {
  const auto& [count, exponent] = prompt.prefix_groups;
  if (count == 1) return fmt::format("{}", prompt.shared_prefix_tokens);
  std::string name = fmt::format("{}x{}", count, prompt.shared_prefix_tokens);
  if (exponent > 0) name += fmt::format(":zipf={}", exponent);
  return name;
}

}  // namespace

api::PromptText prompt_text(const Prompt& prompt, const Trace* trace) {
  const bool is_synthetic = prompt.synthetic_tokens != 0 || (trace != nullptr && trace->has_in());
  api::PromptText text;
  if (prompt.ids.count > 0) {
    text.user = BodyTemplate::token_ids;
    return text;
  }
  if (is_synthetic) {
    text.user = BodyTemplate::synthetic;
  } else {
    text.system = BodyTemplate::without_placeholders(prompt.system);
    text.user = with_number(BodyTemplate::without_placeholders(prompt.text));
  }
  std::string& first = text.system.empty() ? text.user : text.system;
  if (!is_synthetic) {
    if (prompt.nonce == Nonce::start) first.insert(0, std::string(BodyTemplate::nonce) + ' ');
    if (prompt.nonce == Nonce::end) text.user.append(" ").append(BodyTemplate::nonce);
  }
  first.insert(0, shared_prefix(prompt));
  text.images.assign(prompt.images.count, std::string(BodyTemplate::image));
  return text;
}

Fillers fillers_of(const Prompt& prompt, const Lengths& out, const Trace* trace) {
  Fillers fillers{.text = "synthetic " + prompt.synthetic_tokens.name(),
                  .length = out.name(),
                  .ids = prompt.ids,
                  .prefix_tokens = prompt.shared_prefix_tokens,
                  .prefix = name_of_prefixes(prompt)};
  if (trace != nullptr && trace->has_in()) {
    fillers.block_tokens = trace->block_tokens();
    fillers.text = fmt::format("trace, blocks of {}", fillers.block_tokens);
  }
  if (trace != nullptr && trace->has_out()) fillers.length = "trace";
  if (prompt.images.count > 0) {
    fillers.image = std::make_shared<const PngImage>(prompt.images.width, prompt.images.height);
  }
  return fillers;
}

}  // namespace paceline::workload
