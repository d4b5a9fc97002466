#include <endpoint/prompt_counter.h>

#include <algorithm>
#include <array>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

// As OpenAI counts: around each message, and before the response.
constexpr std::size_t tokens_around_message = 3;
constexpr std::size_t tokens_before_response = 3;

}  // namespace

std::size_t tokens_of(std::string_view text) {
  return (text.size() + 3) / 4;
}

PromptCounter::PromptCounter(PrefixCache& cache, std::string_view model)
    : cache_(cache), tokens_(tokens_before_response) {
  cache_.begin(model);
}

PromptCounter PromptCounter::plain(PrefixCache& cache, std::string_view model) {
  PromptCounter counter(cache, model);
  counter.tokens_ = 0;
  return counter;
}

void PromptCounter::add_message(std::string_view role, std::string_view text) {
  add_role(role);
  add_text(text);
}

void PromptCounter::add_message(dom::element message) {
  std::string_view text;
  add_role(message["role"].get(text) == simdjson::SUCCESS ? text : std::string_view());
  dom::element content;
  if (message["content"].get(content) != simdjson::SUCCESS) return;
  if (content.get(text) == simdjson::SUCCESS) return add_text(text);
  dom::array parts;
  if (content.get(parts) != simdjson::SUCCESS) return;
  for (const dom::element part : parts) {
    if (part["text"].get(text) == simdjson::SUCCESS) add_text(text);
  }
}

// The cache sees a role as long as the tokens that it counts for.
void PromptCounter::add_role(std::string_view role) {
  std::array<char, 4 * tokens_around_message> around{};
  std::copy_n(role.begin(), std::min(role.size(), around.size()), around.begin());
  cache_.add({around.data(), around.size()});
  tokens_ += tokens_around_message;
}

void PromptCounter::add_token(std::int64_t number) {
  std::array<char, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (8 * i));
  cache_.add({bytes.data(), bytes.size()});
  ++tokens_;
}

void PromptCounter::add_text(std::string_view text) {
  cache_.add(text);
  tokens_ += tokens_of(text);
}

}  // namespace paceline::endpoint
