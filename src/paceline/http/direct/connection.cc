#include <fmt/format.h>
#include <paceline/http/direct/connection.h>

namespace paceline::http::direct {

HeaderBlock& ResponseBlocks::of(const Exchange& exchange) {
  std::unique_ptr<HeaderBlock>& block = blocks_[exchange.number];
  if (block) return *block;
  if (free_.empty()) {
    block = std::make_unique<HeaderBlock>();
  } else {
    block = std::move(free_.back());
    free_.pop_back();
    block->clear();
  }
  return *block;
}

void ResponseBlocks::release(const Exchange& exchange) {
  if (std::unique_ptr<HeaderBlock>& block = blocks_[exchange.number]) {
    free_.push_back(std::move(block));
  }
}

TransportEnd loss_end(const Loss& loss, bool has_begun) {
  if (loss.tls) return {TransportError::tls_failed, *loss.tls, Clock::now()};
  const std::string_view when = has_begun ? "before the response's end" : "without a response";
  std::string why = loss.reason.empty()
                        ? fmt::format("the server closed the connection {}", when)
                        : fmt::format("the connection broke {}: {}", when, loss.reason);
  return {TransportError::reset, {ErrorCode::connection_reset, std::move(why)}, Clock::now()};
}

}  // namespace paceline::http::direct
