#pragma once

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>
#include <paceline/run/make_transport.h>

#include <chrono>
#include <string>
#include <utility>

namespace paceline {

/// A test of every transport.
class TransportTest : public testing::TestWithParam<TransportKind> {
 protected:
  static TransportFactory transport() { return transport_factory(GetParam()); }
};

inline std::string name_of_param(const testing::TestParamInfo<TransportKind>& info) {
  return std::string(name_of(info.param));
}

/// Runs a TransportTest over every transport.
#define PACELINE_OVER_EVERY_TRANSPORT(test) \
  INSTANTIATE_TEST_SUITE_P(                 \
      Over, test, testing::Values(TransportKind::curl, TransportKind::direct), name_of_param)

/// A client on a loop, whose requests are sent one after the other.
class ClientFixture : public TransportTest {
 protected:
  explicit ClientFixture(const ClientOptions& options, Client::OnPiece on_piece = {})
      : client_(
            loop_, options, transport(), [this](Exchange&) { done_ = true; }, std::move(on_piece)) {
  }

  Response get(const std::string& url, const Exchange** sent = nullptr) {
    Request request;
    request.url = url;
    return response_to(request, sent);
  }

  /// The exchange is released; `sent` is told which it was.
  Response response_to(const Request& request, const Exchange** sent = nullptr) {
    Exchange* exchange = client_.acquire();
    if (sent != nullptr) *sent = exchange;
    exchange->request = request;
    done_ = false;
    client_.send(*exchange);
    while (!done_) loop_.run_once();
    Response response = exchange->response;
    client_.release(*exchange);
    return response;
  }

  void pass(std::chrono::milliseconds time) {
    Timer wait(loop_, [this] { loop_.stop(); });
    wait.start(time);
    loop_.run();
  }

  Loop loop_;
  bool done_ = false;
  Client client_;
};

}  // namespace paceline
