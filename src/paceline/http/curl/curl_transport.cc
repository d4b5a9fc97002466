#include <paceline/http/curl/curl_transport.h>

#include <algorithm>
#include <utility>

namespace paceline::http::curl {
namespace {

std::size_t groups_of(std::size_t exchanges, std::size_t most) {
  return (exchanges + most - 1) / most;
}

/// Whether requests in HTTP/1.1 find connections that were opened ahead with TLS. A server of TLS
/// 1.3 sends session tickets after the handshake, and libcurl 8.14 closes a connection with unread
/// bytes. Earlier versions of libcurl 8 are taken to do the same.
bool keeps_opened_tls() {
  constexpr unsigned version_8 = 0x080000;
  return curl_version_info(CURLVERSION_NOW)->version_num < version_8;
}

/// The TLS buffers of a connection take 34 kB.
constexpr std::size_t most_with_buffers = 500;

}  // namespace

std::size_t CurlTransport::descriptors_for(std::size_t exchanges) {
  // Each multi handle has a pair of sockets for wake-ups.
  return exchanges + 2 * groups_of(exchanges, CurlMulti::most_connections);
}

CurlTransport::CurlTransport(loop::Loop& loop, const ConnectionOptions& options,
                             std::size_t exchanges, ResponseSink& sink,
                             std::shared_ptr<CurlShare> share)
    : sink_(sink),
      share_(std::move(share)),
      sockets_(loop),
      shared_{.options = options,
              .sink = sink,
              .sockets = sockets_,
              .share = *share_,
              .keeps_buffers = exchanges <= most_with_buffers,
              .headers = CurlHeadersCache(options),
              .authorities = authorities_of(options),
              .proxy_authorities = authorities_of({}),
              .sources = SourceAddresses(options.interfaces)},
      undeferrable_(exchanges),
      states_(exchanges),
      openings_(shared_,
                [this](const CurlTransfer& transfer) -> CurlMulti& { return multi_for(transfer); }),
      flush_later_(loop, [this] { flush(); }) {
  CurlMulti::Owner& owner = *this;
  for (std::size_t i = 0; i < groups_of(exchanges, CurlMulti::most_connections); ++i) {
    multis_.push_back(std::make_unique<CurlMulti>(loop, sockets_, owner));
  }
}

CurlTransport::~CurlTransport() {
  for (const State& state : states_) {
    if (state.multi != nullptr) state.multi->remove(*state.transfer);
  }
}

// Over HTTP/2, libcurl looks at every transfer of a connection when the connection has data. With
// few requests in flight, the exchanges with the lowest numbers are in use, so the transfers are
// spread evenly over as many multi handles as all exchanges need.
CurlMulti& CurlTransport::multi_for(const CurlTransfer& transfer) {
  const std::size_t number = transfer.exchange().number;
  if (!transfer.shares_connections()) return *multis_[number / CurlMulti::most_connections];
  return *multis_[number % groups_of(states_.size(), CurlMulti::most_streams)];
}

void CurlTransport::open_ahead(const Exchange&, std::shared_ptr<const Target> target,
                               std::span<const Resolver::Known> hosts, std::size_t exchanges) {
  // Without reuse, a request's latency includes its connection. Over HTTP/3, libcurl decides which
  // requests share one.
  if (!shared_.options.reuses || shared_.options.http == HttpVersion::three) return;
  const bool is_tls = target->scheme == "https";
  const bool is_shared = is_tls && share_->speaks_http_2(*target).value_or(false);
  if (is_tls && !is_shared && !keeps_opened_tls()) return;
  const std::size_t most =
      is_shared ? groups_of(states_.size(), CurlMulti::most_streams) : states_.size();
  openings_.open(std::move(target), hosts, std::min(exchanges, most));
}

void CurlTransport::send(Exchange& exchange, std::shared_ptr<const Target> target,
                         std::span<const Resolver::Known> hosts) {
  State& state = states_[exchange.number];
  if (!state.transfer) state.transfer = std::make_unique<CurlTransfer>(exchange, shared_);
  state.transfer->prepare(std::move(target), hosts);
  state.multi = &multi_for(*state.transfer);
  state.multi->add(*state.transfer);
  undeferrable_.set(exchange, true);
  if (added_.empty()) flush_later_.ask();
  added_.push_back(&exchange);
}

void CurlTransport::flush() {
  if (added_.empty()) return;
  flush_later_.cancel();
  for (const Exchange* exchange : added_) {
    CurlMulti* multi = states_[exchange->number].multi;
    if (multi != nullptr && multi->has_added()) multi->advance();
  }
  for (const Exchange* exchange : added_) {
    const State& state = states_[exchange->number];
    if (state.transfer) state.transfer->end_start();
    if (state.multi != nullptr) undeferrable_.set(*exchange, !state.transfer->can_defer_read());
  }
  added_.clear();
}

bool CurlTransport::cancel(Exchange& exchange, CancelReason why) {
  State& state = states_[exchange.number];
  undeferrable_.set(exchange, false);
  CurlMulti* multi = std::exchange(state.multi, nullptr);
  if (multi == nullptr) return true;
  const bool was_sent = state.transfer->was_sent();
  if (const auto times = state.transfer->connect_times()) sink_.opened(*times);
  // libcurl keeps the reset of a stream back until the next frame of its connection, which might
  // never come without other streams.
  state.transfer->keep_connection(why == CancelReason::overdue);
  multi->cancel(*state.transfer);
  state.transfer->keep_connection(true);
  return was_sent;
}

void CurlTransport::ended(CurlTransfer& transfer, CURLcode code, std::optional<TimePoint> received,
                          TimePoint read) {
  if (!openings_.is_empty() && openings_.end(transfer, code)) return;
  Exchange& exchange = transfer.exchange();
  states_[exchange.number].multi = nullptr;
  undeferrable_.set(exchange, false);
  TransportEnd end = transfer.finish(code, received, read);
  if (exchange.response.connect) sink_.opened(*exchange.response.connect);
  sink_.end(exchange, std::move(end));
}

}  // namespace paceline::http::curl
