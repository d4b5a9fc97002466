#include <endpoint/prefix_cache.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <functional>

namespace paceline::endpoint {
namespace {

std::uint64_t mix(std::uint64_t chain, std::uint64_t word) {
  // The odd number next to 2^64 over the golden ratio.
  chain = (chain ^ word) * 0x9e3779b97f4a7c15U;
  return chain ^ (chain >> 32U);
}

}  // namespace

PrefixCache::PrefixCache(std::size_t blocks) : sets_(blocks / ways) {
  assert(std::has_single_bit(blocks) && blocks >= ways);
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
  // 0 marks a place that is free.
  all_found_ = touch(chain_ | 1U) && all_found_;
  if (all_found_) ++found_;
}

bool PrefixCache::touch(std::uint64_t key) {
  auto& set = sets_[(key >> 1U) & (sets_.size() - 1)].keys;
  auto place = std::find(set.begin(), set.end(), key);
  const bool found = place != set.end();
  if (!found) --place;
  std::copy_backward(set.begin(), place, place + 1);
  set.front() = key;
  return found;
}

}  // namespace paceline::endpoint
