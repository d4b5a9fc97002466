// Thousands of requests over few connections, many of which are cancelled at some time.

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../unit/test_loop.h"
#include "byte_server.h"
#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

/// Sends and cancels exchanges, and checks that each has one end and its own response.
class CancellingSink : public ResponseSink {
 public:
  CancellingSink(Variant variant, std::string url, std::size_t exchanges)
      : options_(over(variant, {.parallel = exchanges}).connection),
        url_(std::move(url)),
        target_(targets_.find(url_)),
        states_(exchanges),
        transport_(transport_of(variant)(loop_, options_, exchanges, *this)) {
    for (std::size_t i = 0; i < exchanges; ++i) {
      exchanges_.push_back(std::make_unique<Exchange>(i));
    }
  }

  /// Sends so many requests, many of which are cancelled.
  void run(int requests) {
    while (sent_ < requests || in_flight_ > 0) {
      for (int i = pick(40); i > 0 && sent_ < requests; --i) send();
      transport_->flush();
      for (std::size_t number = 0; number < states_.size(); ++number) {
        if (states_[number].cancel_at <= sent_) cancel(number);
      }
      if (in_flight_ > 0) loop_.run_once();
    }
    EXPECT_EQ(ended_ + cancelled_, requests);
  }

  int ended() const { return ended_; }
  int cancelled() const { return cancelled_; }

  bool take(Exchange& exchange, std::string_view piece, std::optional<TimePoint>) override {
    EXPECT_TRUE(states_[exchange.number].is_in_flight);
    exchange.response.body += piece;
    return true;
  }

  void end(Exchange& exchange, TransportEnd end) override {
    State& state = states_[exchange.number];
    EXPECT_TRUE(state.is_in_flight);
    EXPECT_EQ(end.error, TransportError::ok) << end.why.message;
    EXPECT_EQ(exchange.response.status, 200);
    EXPECT_TRUE(exchange.response.body == exchange.request.body);
    ++ended_;
    release(exchange);
    // From inside, others may be cancelled and sent.
    if (pick(10) == 0) cancel(static_cast<std::size_t>(pick(states_.size())));
  }
  void opened(const ConnectTimes&) override {}

 private:
  struct State {
    bool is_in_flight = false;
    /// How many requests are sent by then.
    int cancel_at = 0;
  };

  int pick(std::size_t most) {
    return std::uniform_int_distribution<int>(0, static_cast<int>(most) - 1)(random_);
  }

  void send() {
    const auto number = static_cast<std::size_t>(pick(states_.size()));
    if (std::exchange(states_[number].is_in_flight, true)) return;
    Exchange& exchange = *exchanges_[number];
    exchange.request.url = url_;
    exchange.request.method = Method::post;
    // Some are longer than a window.
    exchange.request.body = std::to_string(sent_) + ' ';
    exchange.request.body.resize(static_cast<std::size_t>(pick(20) == 0 ? 100'000 : 100), 'x');
    exchange.response = {};
    exchange.response.sent = Clock::now();
    ++sent_;
    // Some at once, others with their responses on the way, and half of them not at all.
    states_[number].cancel_at = pick(2) == 0 ? sent_ + pick(100) : std::numeric_limits<int>::max();
    ++in_flight_;
    transport_->send(exchange, target_, {});
  }

  void cancel(std::size_t number) {
    if (!states_[number].is_in_flight) return;
    transport_->cancel(*exchanges_[number], CancelReason::overdue);
    ++cancelled_;
    release(*exchanges_[number]);
  }

  void release(Exchange& exchange) {
    transport_->release(exchange);
    states_[exchange.number].is_in_flight = false;
    --in_flight_;
  }

  TestLoop loop_;
  ConnectionOptions options_;
  std::string url_;
  Targets targets_{{}};
  std::shared_ptr<const Target> target_;
  std::mt19937 random_{7};
  int sent_ = 0;
  int ended_ = 0;
  int cancelled_ = 0;
  int in_flight_ = 0;
  std::vector<State> states_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::unique_ptr<Transport> transport_;
};

using CancelTest = TransportTest;

TEST_P(CancelTest, NoExchangeGetsTheEndOfAnother) {
  ScriptServer server(wire(), 10'000, [](int, ScriptedConnection& connection) {
    while (const auto request = connection.hear()) {
      connection.play(response_with(200, request->body));
    }
  });
  constexpr int requests = 3'000;
  CancellingSink sink(GetParam(), server.url(), 150);
  sink.run(requests);
  EXPECT_GT(sink.ended(), requests / 10);
  EXPECT_GT(sink.cancelled(), requests / 10);
}

PACELINE_OVER(CancelTest, Variant::direct, Variant::direct_https_1, Variant::direct_https_2);

}  // namespace
}  // namespace paceline::http
