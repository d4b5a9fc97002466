#include <fmt/format.h>
#include <paceline/workload/content_hash.h>

#include <cstring>

namespace paceline::workload {
namespace {

constexpr std::uint64_t hash_step = 0x9e3779b97f4a7c15;

/// The finalizer of SplitMix64: every input bit affects every output bit.
std::uint64_t scrambled(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31U);
}

/// Up to eight bytes as an integer; the first byte is the lowest.
std::uint64_t word_at(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

constexpr std::size_t most_line_hashes = 128;

std::uint64_t followed_by(std::uint64_t hash, std::uint64_t next) {
  return content_hash({reinterpret_cast<const char*>(&next), sizeof next}, hash);
}

}  // namespace

std::uint64_t content_hash(std::string_view bytes, std::uint64_t seed) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  std::uint64_t hash = scrambled(seed + hash_step * (bytes.size() + 1));
  while (bytes.size() >= word) {
    hash = scrambled((hash ^ word_at(bytes.data(), word)) + hash_step);
    bytes.remove_prefix(word);
  }
  if (bytes.empty()) return hash;
  return scrambled((hash ^ word_at(bytes.data(), bytes.size())) + hash_step);
}

std::string content_hash_text(std::string_view bytes) {
  return fmt::format("{:016x}", content_hash(bytes));
}

void LineHashes::add(std::string_view line) {
  if (count_ % each_ == 0) {
    if (hashes_.size() == most_line_hashes) {
      for (std::size_t i = 0; i < most_line_hashes / 2; ++i) {
        hashes_[i] = followed_by(hashes_[2 * i], hashes_[2 * i + 1]);
      }
      hashes_.resize(most_line_hashes / 2);
      each_ *= 2;
    }
    hashes_.push_back(0);
  }
  hashes_.back() = followed_by(hashes_.back(), content_hash(line));
  ++count_;
}

std::string LineHashes::json() const {
  std::string text = fmt::format(R"({{"count":{},"each":{},"hashes":[)", count_, each_);
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    text += fmt::format(R"({}"{:016x}")", i == 0 ? "" : ",", hashes_[i]);
  }
  return text + "]}";
}

}  // namespace paceline::workload
