#include <fmt/format.h>
#include <paceline/workload/line_hashes.h>

#include <paceline/workload/content_hash.h>

namespace paceline {
namespace {

constexpr std::size_t most_line_hashes = 128;

std::uint64_t followed_by(std::uint64_t hash, std::uint64_t next) {
  return content_hash({reinterpret_cast<const char*>(&next), sizeof next}, hash);
}

}  // namespace

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

}  // namespace paceline
