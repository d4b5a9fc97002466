#include <fmt/format.h>
#include <paceline/http/client.h>
#include <paceline/http/connection_check.h>
#include <paceline/text/strings.h>

#include <utility>

namespace paceline::http {

RequestTimeouts::RequestTimeouts(loop::Loop& loop, std::size_t exchanges,
                                 std::chrono::milliseconds timeout,
                                 std::function<void(Exchange&)> on_timeout)
    : timeout_(timeout),
      on_timeout_(std::move(on_timeout)),
      states_(exchanges),
      timer_(loop, [this] { look(); }) {}

void RequestTimeouts::begin(Exchange& exchange) {
  State& state = states_[exchange.number];
  state.is_on_its_way = true;
  if (std::exchange(state.is_queued, true)) return;
  if (entries_.empty()) timer_.start(timeout_);
  entries_.push({exchange.response.sent + timeout_, &exchange});
}

void RequestTimeouts::end(const Exchange& exchange) {
  states_[exchange.number].is_on_its_way = false;
}

void RequestTimeouts::look() {
  const TimePoint now = Clock::now();
  while (!entries_.empty() && entries_.top().deadline <= now) {
    Exchange& exchange = *entries_.top().exchange;
    entries_.pop();
    State& state = states_[exchange.number];
    state.is_queued = false;
    if (!state.is_on_its_way) continue;
    if (exchange.response.sent + timeout_ > now) {
      begin(exchange);
    } else {
      end(exchange);
      on_timeout_(exchange);
    }
  }
  if (entries_.empty()) return;
  timer_.start(std::chrono::ceil<std::chrono::milliseconds>(entries_.top().deadline - now));
}

namespace {

/// For clients with their own resolver.
constexpr std::chrono::seconds usual_dns_ttl{30};

/// How often a request that the server has not processed is sent again.
constexpr unsigned most_resends = 2;

}  // namespace

Client::Client(loop::Loop& loop, const ClientOptions& options,
               const TransportFactory& make_transport, OnDone on_done, OnPiece on_piece,
               OnOpened on_opened)
    : options_(options.connection),
      cancel_after_(options.cancel_after),
      on_done_(std::move(on_done)),
      on_opened_(std::move(on_opened)),
      targets_(Proxies::from_environment(), options.connection),
      ways_(options.parallel),
      collector_({.max_response = options.connection.max_response,
                  .memory = options.connection.memory,
                  .timeout = options.connection.timeout,
                  .exchanges = options.parallel},
                 std::move(on_piece),
                 [this](std::size_t number) {
                   text::release_memory(exchanges_[number]->response.body);
                   refused_.push_back(number);
                   end_refused_.ask();
                 }),
      ends_(loop, *this),
      end_refused_(loop, [this] { end_refused(); }) {
  if (auto checked = check_connection(options_); !checked) refusal_ = std::move(checked).error();
  hosts_ = std::make_unique<HostWait>(
      loop, options.resolver ? options.resolver : Resolver::make(usual_dns_ttl),
      [this](Exchange& exchange) { start(exchange); });
  timeouts_ = std::make_unique<RequestTimeouts>(loop, options.parallel, options_.timeout,
                                                [this](Exchange& exchange) { time_out(exchange); });
  cancellations_ = std::make_unique<RequestTimeouts>(
      loop, options.parallel, cancel_after_, [this](Exchange& exchange) { cancel(exchange); });
  for (std::size_t i = 0; i < options.parallel; ++i) {
    exchanges_.push_back(std::make_unique<Exchange>(i));
  }
  // The exchange that was released last is taken first, which keeps few connections busy instead of
  // many half idle.
  for (auto exchange = exchanges_.rbegin(); exchange != exchanges_.rend(); ++exchange) {
    free_.push_back(exchange->get());
  }
  transport_ = make_transport(loop, options_, options.parallel, *this);
}

Client::~Client() = default;

Exchange* Client::acquire() {
  if (free_.empty()) return nullptr;
  Exchange* exchange = free_.back();
  free_.pop_back();
  return exchange;
}

void Client::send(Exchange& exchange) {
  collector_.begin(exchange);
  Way& way = ways_[exchange.number];
  way.target = targets_.find(exchange.request.url);
  way.resends = 0;
  way.looks_up_since.reset();
  way.lookup = {};
  exchange.response.sent = Clock::now();
  exchange.response.done = exchange.response.sent;
  timeouts_->begin(exchange);
  start(exchange);
}

void Client::start(Exchange& exchange) {
  Way& way = ways_[exchange.number];
  const bool is_signable = !exchange.request.signing || !way.target->not_signable;
  if (refusal_ || !is_signable) {
    const Error& why = refusal_ ? *refusal_ : *way.target->not_signable;
    return ends_.add(exchange, {TransportError::other, why, Clock::now()});
  }
  const auto found = hosts_->find(exchange, way.target->route);
  const bool waits = found && !*found;
  if (waits) {
    if (!way.looks_up_since) way.looks_up_since = Clock::now();
    return;
  }
  way.end_lookup();
  if (!found) {
    ends_.add(exchange, {TransportError::connect_failed, found.error(), Clock::now()});
  } else {
    transport_->send(exchange, way.target, **found);
  }
}

void Client::open_ahead(Exchange& exchange, std::size_t exchanges) {
  if (refusal_) return;
  const auto target = targets_.find(exchange.request.url);
  const auto found = hosts_->find(exchange, target->route);
  if (found && *found) {
    transport_->open_ahead(exchange, target, **found, exchanges);
  } else {
    hosts_->cancel(exchange);
  }
}

bool Client::take(Exchange& exchange, std::string_view piece, std::optional<TimePoint> received) {
  return collector_.take(exchange, piece, received);
}

void Client::end(Exchange& exchange, TransportEnd end) {
  Way& way = ways_[exchange.number];
  if (end.is_unprocessed && way.resends++ < most_resends) return start(exchange);
  if (end.error == TransportError::connect_failed) hosts_->distrust(way.target->route);
  complete(exchange, std::move(end));
}

void Client::opened(const ConnectTimes& times) {
  if (on_opened_) on_opened_(times);
}

void Client::time_out(Exchange& exchange) {
  const Route& route = ways_[exchange.number].target->route;
  Error why;
  if (hosts_->cancel(exchange)) {
    why = {ErrorCode::lookup_timed_out, fmt::format("no address of {} within {} ms",
                                                    route.front().host, options_.timeout.count())};
  } else if (!ends_.cancel(exchange) && !transport_->cancel(exchange, CancelReason::overdue)) {
    hosts_->distrust(route);
  }
  complete(exchange, {TransportError::timed_out, std::move(why), Clock::now()});
}

void Client::cancel(Exchange& exchange) {
  if (!hosts_->cancel(exchange) && !ends_.cancel(exchange)) {
    transport_->cancel(exchange, CancelReason::unwanted);
  }
  complete(exchange,
           {TransportError::cancelled,
            {ErrorCode::cancelled, fmt::format("cancelled after {} ms", cancel_after_.count())},
            Clock::now()});
}

void Client::end_refused() {
  for (const std::size_t number : std::exchange(refused_, {})) {
    Exchange& exchange = *exchanges_[number];
    // The exchange may have ended in the meantime.
    if (!collector_.is_refused(exchange)) continue;
    transport_->cancel(exchange, CancelReason::unwanted);
    complete(exchange, {TransportError::too_large, {}, Clock::now()});
  }
}

void Client::complete(Exchange& exchange, TransportEnd end) {
  timeouts_->end(exchange);
  cancellations_->end(exchange);
  Way& way = ways_[exchange.number];
  way.end_lookup();
  if (way.lookup.count() > 0) {
    std::optional<ConnectTimes>& connect = exchange.response.connect;
    connect = connect.value_or(ConnectTimes{});
    connect->lookup = way.lookup;
  }
  collector_.end(exchange, std::move(end));
  on_done_(exchange);
}

void Client::release(Exchange& exchange) {
  transport_->release(exchange);
  collector_.drop(exchange);
  exchange.response.headers = nullptr;
  free_.push_back(&exchange);
}

}  // namespace paceline::http
