#include <paceline/http/host_wait.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace paceline::http {

HostWait::HostWait(loop::Loop& loop, std::shared_ptr<Resolver> resolver,
                   std::function<void(Exchange&)> on_found)
    : resolver_(std::move(resolver)),
      on_found_(std::move(on_found)),
      refresh_timer_(loop, [this] { refresh(); }),
      looked_up_(loop, [this] { go_on(); }) {
  resolver_->add(looked_up_);
}

HostWait::~HostWait() {
  resolver_->remove(looked_up_);
}

Result<std::optional<HostWait::Known>> HostWait::find(Exchange& exchange, const Route& route) {
  known_.clear();
  if (route.empty()) return Known();
  if (!std::exchange(refreshes_, true)) refresh();
  const TimePoint now = Clock::now();
  bool waits = false;
  for (const HostPort& at : route) {
    known_.push_back(resolver_->find(at.host, now));
    if (known_.back().error) return tl::unexpected(*known_.back().error);
    waits = waits || known_.back().addresses == nullptr;
  }
  if (!waits) return Known(known_);
  waiting_.push_back(&exchange);
  return std::nullopt;
}

bool HostWait::cancel(const Exchange& exchange) {
  return std::erase(waiting_, &exchange) > 0;
}

void HostWait::distrust(const Route& route) {
  for (const HostPort& at : route) resolver_->distrust(at.host, Clock::now());
}

void HostWait::go_on() {
  for (Exchange* exchange : std::exchange(waiting_, {})) on_found_(*exchange);
}

void HostWait::refresh() {
  resolver_->refresh(Clock::now());
  refresh_timer_.start(std::chrono::ceil<std::chrono::milliseconds>(resolver_->refresh_interval()));
}

}  // namespace paceline::http
