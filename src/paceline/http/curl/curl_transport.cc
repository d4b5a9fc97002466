#include <curl/curl.h>
#include <paceline/http/curl/curl_transport.h>

#include <mutex>
#include <utility>

namespace paceline::http::curl {
namespace {

void init_libcurl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::size_t multis_for(std::size_t exchanges) {
  return (exchanges + CurlMulti::most_transfers - 1) / CurlMulti::most_transfers;
}

}  // namespace

std::size_t CurlTransport::descriptors_for(std::size_t exchanges) {
  // Each multi handle has a pair of sockets for wake-ups.
  return exchanges + 2 * multis_for(exchanges);
}

CurlTransport::CurlTransport(loop::Loop& loop, const ConnectionOptions& options,
                             std::size_t exchanges, ResponseSink& sink)
    : sink_(sink),
      sockets_(loop),
      shared_{.options = options, .sink = sink, .sockets = sockets_},
      states_(exchanges) {
  init_libcurl_once();
  CurlMulti::Owner& owner = *this;
  for (std::size_t i = 0; i < multis_for(exchanges); ++i) {
    multis_.push_back(std::make_unique<CurlMulti>(loop, sockets_, owner));
  }
}

CurlTransport::~CurlTransport() {
  for (const State& state : states_) {
    if (state.is_running) multi_of(state.transfer->exchange()).remove(*state.transfer);
  }
}

void CurlTransport::send(Exchange& exchange, std::shared_ptr<const Target> target,
                         std::span<const Resolver::Known> hosts) {
  State& state = states_[exchange.number];
  if (!state.transfer) state.transfer = std::make_unique<CurlTransfer>(exchange, shared_);
  state.transfer->prepare(std::move(target), hosts);
  state.is_running = true;
  multi_of(exchange).add(*state.transfer);
  set_undeferrable(state, !state.transfer->can_defer_read());
}

bool CurlTransport::cancel(Exchange& exchange) {
  State& state = states_[exchange.number];
  set_undeferrable(state, false);
  if (!std::exchange(state.is_running, false)) return true;
  const bool was_sent = state.transfer->was_sent();
  multi_of(exchange).cancel(*state.transfer);
  return was_sent;
}

void CurlTransport::ended(CurlTransfer& transfer, CURLcode code, std::optional<TimePoint> received,
                          TimePoint read) {
  Exchange& exchange = transfer.exchange();
  State& state = states_[exchange.number];
  state.is_running = false;
  set_undeferrable(state, false);
  sink_.end(exchange, transfer.finish(code, received, read));
}

void CurlTransport::set_undeferrable(State& state, bool is_undeferrable) {
  if (std::exchange(state.is_undeferrable, is_undeferrable) == is_undeferrable) return;
  is_undeferrable ? ++undeferrable_ : --undeferrable_;
}

}  // namespace paceline::http::curl
