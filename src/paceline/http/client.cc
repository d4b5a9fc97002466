#include <curl/curl.h>
#include <fmt/format.h>
#include <paceline/http/client.h>
#include <paceline/http/deadlines.h>
#include <paceline/http/exchange.h>
#include <paceline/http/host_wait.h>
#include <paceline/http/multi.h>
#include <paceline/http/plain_connection.h>
#include <paceline/http/transfer.h>
#include <paceline/loop/open_files.h>

#include <cstdint>
#include <numeric>
#include <utility>
#include <variant>

namespace paceline {
namespace {

constexpr std::size_t read_at_once = 65'536;
/// Of a client with a resolver of its own.
constexpr std::chrono::seconds usual_dns_ttl{30};

/// Of a request that the server says it has not looked at.
constexpr unsigned most_resends = 2;

/// How often the hosts on a route have moved.
std::uint64_t moves_of(HostWait::Known known) {
  return std::accumulate(
      known.begin(), known.end(), std::uint64_t{0},
      [](std::uint64_t sum, const Resolver::Known& host) { return sum + host.moves; });
}

}  // namespace

struct Client::Shared {
  Transfer::Shared of_transfers;
  Exchange::Shared of_exchanges;
  PlainConnection::Shared of_connections;
};

std::size_t Client::descriptors_for(std::size_t parallel) {
  // A loop and its timers, and lookups; and each multi handle has a pair of sockets to be woken by.
  constexpr std::size_t of_loop = 16;
  return of_loop + parallel + 2 * Multi::shards_for(parallel);
}

Client::Client(Loop& loop, const ClientOptions& options, OnDone on_done, OnPiece on_piece)
    : connection_options_(options.connection),
      on_done_(std::move(on_done)),
      give_up_timer_(loop, [this] { end_given_up(); }) {
  raise_open_files_limit();
  const auto transferred = [this](Transfer& transfer, CURLcode code, TimePoint ended) {
    if (code == CURLE_OK && transfer.only_connects()) return connected(transfer.exchange());
    if (transfer.was_refused(code) && transfer.exchange().resends_++ < most_resends) {
      return start(transfer.exchange());
    }
    transfer.finish(code, ended);
    if (transfer.exchange().reply.transport == Transport::connect_failed) {
      hosts_->distrust(transfer.route());
    }
    done(transfer.exchange());
  };
  multi_ = std::make_unique<Multi>(loop, options.parallel, transferred);
  hosts_ = std::make_unique<HostWait>(
      loop,
      options.connection.resolver ? options.connection.resolver : Resolver::make(usual_dns_ttl),
      [this](Exchange& exchange) { start(exchange); });
  deadlines_ = std::make_unique<Deadlines>(loop, options.parallel, options.connection.timeout,
                                           [this](Exchange& exchange) { time_out(exchange); });
  const auto ended = [this](Exchange& exchange, PlainConnection::End end) {
    if (end == PlainConnection::End::stale) {
      set_urgent(exchange, true);
      return start(exchange);
    }
    done(exchange);
  };
  // Another exchange is being read, maybe by libcurl: nothing can be ended from inside.
  const auto memory_full = [this](std::size_t number) {
    exchanges_[number]->give_up();
    given_up_.push_back(number);
    give_up_timer_.start(std::chrono::milliseconds(0));
  };
  shared_ = std::make_unique<Shared>(
      Shared{{connection_options_, multi_->sockets(), Proxies::from_environment()},
             {.max_reply = options.connection.max_reply,
              .timeout = options.connection.timeout,
              .memory = ReplyMemory(options.connection.memory, options.parallel),
              .on_piece = std::move(on_piece),
              .on_memory_full = memory_full},
             {.loop = loop, .on_end = ended, .buffer = std::vector<char>(read_at_once)}});
  for (std::size_t i = 0; i < options.parallel; ++i) {
    exchanges_.push_back(std::make_unique<Exchange>(i, shared_->of_exchanges));
    Exchange& exchange = *exchanges_.back();
    exchange.connection_ = std::make_unique<PlainConnection>(exchange, shared_->of_connections);
  }
  // The last released is the next taken, so that few connections are kept busy rather than many
  // half idle.
  for (auto exchange = exchanges_.rbegin(); exchange != exchanges_.rend(); ++exchange) {
    free_.push_back(exchange->get());
  }
}

Client::~Client() {
  for (const auto& exchange : exchanges_) {
    if (exchange->transfer_) multi_->shard_of(*exchange).remove(*exchange->transfer_);
  }
}

Exchange* Client::acquire() {
  if (free_.empty()) return nullptr;
  Exchange* exchange = free_.back();
  free_.pop_back();
  return exchange;
}

void Client::send(Exchange& exchange) {
  exchange.begin();
  exchange.is_plain_ = !shared_->of_transfers.proxies.any() && exchange.connection_->prepare();
  if (!exchange.is_plain_) transfer_of(exchange).prepare();
  exchange.reply.sent = Clock::now();
  exchange.reply.done = exchange.reply.sent;
  deadlines_->begin(exchange);
  set_urgent(exchange, !exchange.is_plain_ || exchange.request.is_streamed ||
                           !exchange.connection_->has_receive_times());
  start(exchange);
}

void Client::start(Exchange& exchange) {
  const auto found = hosts_->find(exchange, route_of(exchange));
  if (std::holds_alternative<HostWait::Waits>(found)) return;
  if (const auto* why = std::get_if<std::string>(&found)) return unresolved(exchange, *why);
  const auto known = std::get<HostWait::Known>(found);
  if (exchange.is_plain_ && exchange.connection_->is_ready(moves_of(known))) {
    exchange.connection_->send();
    return;
  }
  if (exchange.is_plain_) connect(exchange);
  exchange.transfer_->use_addresses(known);
  multi_->shard_of(exchange).add(*exchange.transfer_);
}

const Route& Client::route_of(const Exchange& exchange) {
  return exchange.is_plain_ ? exchange.connection_->route() : exchange.transfer_->route();
}

void Client::unresolved(Exchange& exchange, std::string why) {
  exchange.fail(Transport::connect_failed, std::move(why), Clock::now());
  done(exchange);
}

Transfer& Client::transfer_of(Exchange& exchange) {
  if (!exchange.transfer_) {
    exchange.transfer_ = std::make_unique<Transfer>(exchange, shared_->of_transfers);
  }
  return *exchange.transfer_;
}

void Client::connect(Exchange& exchange) {
  set_urgent(exchange, true);
  exchange.connection_->close();
  transfer_of(exchange).prepare_connection();
}

void Client::connected(Exchange& exchange) {
  Descriptor socket = exchange.transfer_->take_connection();
  // Some kilobytes that are not needed while the connection lasts.
  exchange.transfer_.reset();
  if (!socket.is_open()) {
    exchange.fail(Transport::connect_failed,
                  "too many open files to keep the connection; raise the limit (ulimit -n)",
                  Clock::now());
    return done(exchange);
  }
  exchange.connection_->open(std::move(socket));
  exchange.connection_->send();
}

void Client::time_out(Exchange& exchange) {
  std::string why;
  if (hosts_->cancel(exchange)) {
    why = fmt::format(
        "no address of {} within {} ms, --paceline_timeout; check that the DNS server answers",
        route_of(exchange).front().host, connection_options_.timeout.count());
  } else if (exchange.transfer_ && !exchange.transfer_->was_sent()) {
    hosts_->distrust(exchange.transfer_->route());
  }
  cut_off(exchange);
  exchange.fail(Transport::timed_out, std::move(why), Clock::now());
  done(exchange);
}

void Client::end_given_up() {
  for (const std::size_t number : std::exchange(given_up_, {})) {
    Exchange& exchange = *exchanges_[number];
    // It may have ended in the meantime.
    if (!exchange.is_refused()) continue;
    cut_off(exchange);
    exchange.fail(Transport::too_large, {}, Clock::now());
    done(exchange);
  }
}

void Client::cut_off(Exchange& exchange) {
  exchange.connection_->close();
  if (exchange.transfer_) multi_->shard_of(exchange).cut_off(*exchange.transfer_);
}

void Client::done(Exchange& exchange) {
  deadlines_->end(exchange);
  set_urgent(exchange, false);
  on_done_(exchange);
}

void Client::set_urgent(Exchange& exchange, bool is_urgent) {
  if (exchange.is_urgent_ == is_urgent) return;
  exchange.is_urgent_ = is_urgent;
  is_urgent ? ++urgent_ : --urgent_;
}

void Client::release(Exchange& exchange) {
  exchange.drop_reply();
  free_.push_back(&exchange);
}

}  // namespace paceline
