#pragma once

#include <gtest/gtest.h>
#include <paceline/http/direct/connection_pool.h>
#include <paceline/http/target.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../../../loopback_listener.h"
#include "../../../test_loop.h"
#include "tls_pair.h"

namespace paceline::http::direct {

/// A pool that sends exchanges as DirectTransport does, and notes what happens.
class PoolOnLoop : public Connection::Owner, public ConnectionPool::Owner {
 protected:
  PoolOnLoop(std::size_t exchanges, std::size_t most)
      : shared_{.owner = *this,
                .wire = Wire::Shared(loop_),
                .responses = ResponseBlocks(exchanges),
                .reuses = true} {
    options_.timeout = std::chrono::seconds(10);
    for (std::size_t i = 0; i < exchanges; ++i) {
      exchanges_.push_back(std::make_unique<Exchange>(i));
    }
    pool_ = std::make_unique<ConnectionPool>(loop_, settings_, exchanges, most, shared_, *this);
  }

  /// The origin of that URL, such as "http://127.0.0.1:8000/".
  Origin& origin(const std::string& url) {
    std::shared_ptr<const RequestHead>& head = heads_[url];
    if (!head) {
      auto made = request_head(Method::get, Targets({}).find(url), nullptr);
      head = std::make_shared<const RequestHead>(*std::move(made));
    }
    return pool_->origin_of(head, hosts_);
  }
  Origin& origin(const LoopbackListener& listener) { return origin(listener.url()); }

  /// Sends the exchange's request. Returns whether it found a connection at once.
  bool send(std::size_t number, const std::string& url) {
    Exchange& exchange = *exchanges_[number];
    exchange.response.sent = now_;
    Origin& to = origin(url);
    if (Connection* connection = pool_->find(to, now_)) {
      start(exchange, heads_[url], *connection);
      pool_->settle(*connection, now_);
      return true;
    }
    pool_->wait(to, {&exchange, heads_[url]});
    return false;
  }
  bool send(std::size_t number, const LoopbackListener& listener) {
    return send(number, listener.url());
  }

  void start(Exchange& exchange, std::shared_ptr<const RequestHead> head, Connection& connection) {
    carriers_[exchange.number] = &connection;
    connection.start(exchange, std::move(head));
    connection.flush();
  }

  void wait_until(const std::function<bool()>& is_over) {
    while (!is_over()) loop_.run_once();
  }
  /// Handles the events that there are.
  void turn() {
    for (int i = 0; i < 5; ++i) uv_run(static_cast<loop::Loop&>(loop_).raw(), UV_RUN_NOWAIT);
  }
  /// Waits until the exchange is on a connection, which the server accepts.
  const loop::Descriptor& accept(std::size_t number, const LoopbackListener& listener) {
    wait_until([&] { return carriers_.contains(number); });
    return servers_.emplace_back(listener.accept());
  }
  /// Answers the exchange's request, and waits for its end.
  void answer(std::size_t number, const loop::Descriptor& server) {
    constexpr std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(::send(server.get(), response.data(), response.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(response.size()));
    wait_until([&] { return ends_.contains(number); });
    EXPECT_EQ(ends_[number].error, TransportError::ok) << ends_[number].why.message;
    ends_.erase(number);
  }

  bool take(Exchange&, std::string_view, std::optional<TimePoint>) override { return true; }
  void ended(Connection& connection, Exchange& exchange, TransportEnd end) override {
    carriers_.erase(exchange.number);
    pool_->settle(connection, now_);
    ends_[exchange.number] = std::move(end);
  }
  void changed(Connection& connection) override { pool_->settle(connection, now_); }
  void serve(WaitingExchange waiting, Connection& connection, const ConnectTimes* opened) override {
    waited_for_opening_[waiting.exchange->number] = opened != nullptr;
    start(*waiting.exchange, std::move(waiting.head), connection);
  }
  void refuse(Exchange& exchange, TransportEnd end) override {
    ends_[exchange.number] = std::move(end);
  }
  void opened(const ConnectTimes&) override { ++opened_; }
  void closed(Connection&) override { ++closed_; }

  TestLoop loop_;
  ConnectionOptions options_ = trusting(TestCertificate::instance());
  SharedTlsContext tls_;
  OpenSettings settings_{
      .options = options_, .tls = tls_, .address_timeout = std::chrono::seconds(1)};
  /// What the resolver knows of the next host.
  std::vector<Resolver::Known> hosts_;
  TimePoint now_ = Clock::now();
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::map<std::string, std::shared_ptr<const RequestHead>> heads_;
  /// By exchange number.
  std::map<std::size_t, Connection*> carriers_;
  std::map<std::size_t, TransportEnd> ends_;
  /// Of exchanges that had to wait: whether for a new connection.
  std::map<std::size_t, bool> waited_for_opening_;
  /// The server's ends of connections.
  std::deque<loop::Descriptor> servers_;
  int opened_ = 0;
  int closed_ = 0;
  Connection::Shared shared_;
  std::unique_ptr<ConnectionPool> pool_;
};

}  // namespace paceline::http::direct
