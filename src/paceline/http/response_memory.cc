#include <paceline/http/response_memory.h>

#include <algorithm>

namespace paceline {

std::optional<std::size_t> ResponseMemory::hold(std::size_t number, std::size_t bytes) {
  total_ += bytes - held_[number];
  held_[number] = bytes;
  if (total_ <= limit_) return std::nullopt;
  const auto longest = std::max_element(held_.begin(), held_.end());
  return static_cast<std::size_t>(longest - held_.begin());
}

}  // namespace paceline
