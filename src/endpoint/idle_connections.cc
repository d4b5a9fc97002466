#include <endpoint/idle_connections.h>
#include <sys/socket.h>

#include <algorithm>

namespace paceline::endpoint {

using std::chrono::milliseconds;

IdleConnections::IdleConnections(loop::Loop& loop, milliseconds limit)
    : limit_(limit), timer_(loop, [this] { end_due(); }) {}

void IdleConnections::add(int descriptor) {
  if (limit_.count() == 0) return;
  remove(descriptor);
  places_[descriptor] = idle_.insert(idle_.end(), {descriptor, Clock::now() + limit_});
  if (idle_.size() == 1) wait_for_first();
}

void IdleConnections::remove(int descriptor) {
  const auto place = places_.find(descriptor);
  if (place == places_.end()) return;
  idle_.erase(place->second);
  places_.erase(place);
}

void IdleConnections::wait_for_first() {
  if (idle_.empty()) return;
  const auto left = std::chrono::ceil<milliseconds>(idle_.front().until - Clock::now());
  timer_.start(std::max(left, milliseconds(1)));
}

// The owner of the descriptor reads the end of the connection and closes the descriptor.
void IdleConnections::end_due() {
  const auto now = Clock::now();
  while (!idle_.empty() && idle_.front().until <= now) {
    const int descriptor = idle_.front().descriptor;
    remove(descriptor);
    shutdown(descriptor, SHUT_RDWR);
  }
  wait_for_first();
}

}  // namespace paceline::endpoint
