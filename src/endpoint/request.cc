#include <endpoint/request.h>

#include <algorithm>
#include <utility>

namespace paceline::endpoint {

std::unique_ptr<Request> RequestPool::take() {
  if (idle_.empty()) {
    idle_.reserve(++count_);
    return std::make_unique<Request>();
  }
  std::unique_ptr<Request> request = std::move(idle_.back());
  idle_.pop_back();
  return request;
}

void RequestPool::give_back(std::unique_ptr<Request> request) noexcept {
  const std::size_t longest =
      std::max({request->body.capacity(), request->response_body.capacity(), request->stream.kept(),
                request->generation.json.capacity()});
  if (longest > longest_kept_buffer) {
    --count_;
    return;
  }
  request->body.clear();
  request->head = {};
  request->refusal.reset();
  request->has_gone = false;
  request->fault.reset();
  request->response.reset();
  request->is_generated = false;
  request->format = nullptr;
  request->generation.echoes.clear();
  // take() has reserved the place, so this does not throw.
  idle_.push_back(std::move(request));
}

}  // namespace paceline::endpoint
