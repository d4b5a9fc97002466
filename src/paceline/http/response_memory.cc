#include <paceline/http/response_memory.h>

#include <algorithm>
#include <utility>

namespace paceline::http {

std::optional<std::size_t> ResponseMemory::hold(std::size_t number, std::size_t bytes) {
  total_ += bytes - held_[number];
  held_[number] = bytes;
  if (total_ <= limit_) return std::nullopt;
  const auto longest = std::max_element(held_.begin(), held_.end());
  return static_cast<std::size_t>(longest - held_.begin());
}

std::string BodyPool::take() {
  if (bodies_.empty()) return {};
  std::string body = std::move(bodies_.back());
  bodies_.pop_back();
  bytes_ -= body.capacity();
  return body;
}

void BodyPool::give(std::string body) {
  if (bytes_ + body.capacity() > most_bytes) return;
  body.clear();
  bytes_ += body.capacity();
  bodies_.push_back(std::move(body));
}

}  // namespace paceline::http
