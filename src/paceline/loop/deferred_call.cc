#include <paceline/loop/deferred_call.h>

#include <utility>

namespace paceline {

DeferredCall::DeferredCall(Loop& loop, std::function<void()> on_end)
    : on_end_(std::move(on_end)), idle_(new uv_idle_t) {
  uv_idle_init(loop.raw(), idle_.get());
  idle_->data = this;
}

// A check handle comes sooner, but lets the loop wait when it was asked for outside of events.
void DeferredCall::ask() {
  uv_idle_start(idle_.get(), [](uv_idle_t* idle) {
    uv_idle_stop(idle);
    if (auto* self = static_cast<DeferredCall*>(idle->data)) self->on_end_();
  });
}

void DeferredCall::cancel() {
  uv_idle_stop(idle_.get());
}

}  // namespace paceline
