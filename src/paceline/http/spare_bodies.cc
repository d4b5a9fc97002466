#include <paceline/http/spare_bodies.h>

#include <utility>

namespace paceline {

std::string SpareBodies::take() {
  if (bodies_.empty()) return {};
  std::string body = std::move(bodies_.back());
  bodies_.pop_back();
  bytes_ -= body.capacity();
  return body;
}

void SpareBodies::give(std::string body) {
  if (bytes_ + body.capacity() > most_bytes) return;
  body.clear();
  bytes_ += body.capacity();
  bodies_.push_back(std::move(body));
}

}  // namespace paceline
