#pragma once

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/exchange.h>

#include <chrono>
#include <string>
#include <utility>

namespace paceline {

/// A client on a loop, whose requests are sent one after the other.
class ClientFixture : public testing::Test {
 protected:
  explicit ClientFixture(const ClientOptions& options, Client::OnPiece on_piece = {})
      : client_(
            loop_, options, [this](Exchange&) { done_ = true; }, std::move(on_piece)) {}

  Reply get(const std::string& url, const Exchange** sent = nullptr) {
    Request request;
    request.url = url;
    return reply_to(request, sent);
  }

  /// The exchange is released; `sent` is told which it was.
  Reply reply_to(const Request& request, const Exchange** sent = nullptr) {
    Exchange* exchange = client_.acquire();
    if (sent != nullptr) *sent = exchange;
    exchange->request = request;
    done_ = false;
    client_.send(*exchange);
    while (!done_) loop_.run_once();
    Reply reply = exchange->reply;
    client_.release(*exchange);
    return reply;
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
