#include <paceline/http/body_pool.h>

#include <utility>

namespace paceline {

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

}  // namespace paceline
