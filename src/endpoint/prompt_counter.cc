#include <endpoint/image.h>
#include <endpoint/request_reader.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

// As OpenAI counts them.
constexpr std::size_t tokens_around_message = 3;
constexpr std::size_t tokens_before_response = 3;

std::uint64_t mix(std::uint64_t chain, std::uint64_t word) {
  // The odd number nearest to 2^64 divided by the golden ratio.
  chain = (chain ^ word) * 0x9e3779b97f4a7c15U;
  return chain ^ (chain >> 32U);
}

}  // namespace

PrefixCache::PrefixCache(std::size_t tokens) {
  if (tokens > 0) sets_.resize(std::bit_ceil((tokens - 1) / (ways * block_tokens) + 1));
}

void PrefixCache::begin(std::string_view model) {
  chain_ = std::hash<std::string_view>{}(model);
  found_ = 0;
  all_found_ = true;
  part_size_ = 0;
}

void PrefixCache::add(std::string_view text) {
  while (!text.empty()) {
    if (part_size_ == 0 && text.size() >= block_bytes) {
      add_block(text.data());
      text.remove_prefix(block_bytes);
      continue;
    }
    const std::size_t taken = std::min(block_bytes - part_size_, text.size());
    std::memcpy(part_.data() + part_size_, text.data(), taken);
    part_size_ += taken;
    text.remove_prefix(taken);
    if (part_size_ == block_bytes) {
      add_block(part_.data());
      part_size_ = 0;
    }
  }
}

void PrefixCache::add_block(const char* text) {
  for (std::size_t at = 0; at < block_bytes; at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text + at, sizeof(word));
    chain_ = mix(chain_, word);
  }
  // 0 marks a free place.
  all_found_ = touch(chain_ | 1U) && all_found_;
  if (all_found_) ++found_;
}

bool PrefixCache::touch(std::uint64_t key) {
  if (sets_.empty()) return false;
  auto& set = sets_[(key >> 1U) & (sets_.size() - 1)].keys;
  auto place = std::find(set.begin(), set.end(), key);
  const bool found = place != set.end();
  if (!found) --place;
  std::copy_backward(set.begin(), place, place + 1);
  set.front() = key;
  return found;
}

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
  std::string_view role;
  if (message["role"].get(role) != simdjson::SUCCESS) role = {};
  dom::element content;
  if (message["content"].get(content) != simdjson::SUCCESS &&
      message["output"].get(content) != simdjson::SUCCESS) {
    return add_role(role);
  }
  add_message(role, content);
}

void PromptCounter::add_message(std::string_view role, dom::element content) {
  add_role(role);
  add_content(content, false);
}

void PromptCounter::add_content(dom::element content, bool is_nested) {
  std::string_view text;
  dom::array parts;
  if (content.get(text) == simdjson::SUCCESS) return add_text(text);
  if (content.get(parts) != simdjson::SUCCESS) return;
  for (const dom::element part : parts) add_part(part, is_nested);
}

// The result of a tool is a part with a content of its own.
void PromptCounter::add_part(dom::element part, bool is_nested) {
  std::string_view text;
  dom::element content;
  if (part["text"].get(text) == simdjson::SUCCESS) {
    add_text(text);
  } else if (!is_nested && part["content"].get(content) == simdjson::SUCCESS) {
    add_content(content, true);
  } else {
    add_image(part);
  }
}

void PromptCounter::add_image(dom::element part) {
  const auto image = read_image(part);
  if (!image) {
    if (!error_) error_ = image.error();
    return;
  }
  if (!*image) return;
  std::uint64_t key = std::hash<std::string_view>{}((*image)->source);
  for (std::size_t i = 0; i < (*image)->tokens; ++i) {
    key = mix(key, i);
    add_token(static_cast<std::int64_t>(key));
  }
}

// In the cache, a role is as long as the tokens that it counts for.
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
