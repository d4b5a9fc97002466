#pragma once

#include <gtest/gtest.h>
#include <paceline/http/direct/opening.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "../../../loopback_listener.h"
#include "../../../test_loop.h"
#include "tls_pair.h"

namespace paceline::http::direct {

/// Opens connections by `What`: Openings, or Opener.
template <typename What>
class OpeningsOnLoop {
 protected:
  using Milliseconds = std::chrono::milliseconds;

  OpeningsOnLoop() {
    options_.timeout = Milliseconds(10'000);
    what_ =
        std::make_unique<What>(loop_, settings_, [this](std::uint64_t number, OpenResult result) {
          EXPECT_FALSE(ended_.contains(number));
          ended_.emplace(number, std::move(result));
          if (on_end_) on_end_(number);
        });
  }

  static Destination to(std::uint16_t port, bool is_tls, Addresses addresses = {"127.0.0.1"}) {
    return {.host = "localhost",
            .port = std::to_string(port),
            .origin = "https://localhost:" + std::to_string(port),
            .addresses = std::move(addresses),
            .is_tls = is_tls};
  }

  /// Opens a connection, and waits for the end.
  OpenResult& open(Destination destination) {
    const std::uint64_t number = ++last_;
    what_->begin(number, std::move(destination));
    EXPECT_FALSE(ended_.contains(number));
    return wait_for(number);
  }
  OpenResult& wait_for(std::uint64_t number) {
    while (!ended_.contains(number)) loop_.run_once();
    return ended_.at(number);
  }

  static const TransportEnd& failure_of(const OpenResult& result) {
    static const TransportEnd none;
    EXPECT_FALSE(result.has_value());
    return result ? none : result.error();
  }

  TestLoop loop_;
  ConnectionOptions options_ = trusting(TestCertificate::instance());
  SharedTlsContext tls_;
  OpenSettings settings_{.options = options_, .tls = tls_, .address_timeout = Milliseconds(50)};
  std::map<std::uint64_t, OpenResult> ended_;
  std::function<void(std::uint64_t)> on_end_;
  std::uint64_t last_ = 0;
  std::unique_ptr<What> what_;
};

/// Accepts no connection on 127.0.0.2: its queue is full. The port is one of 127.0.0.1.
class DeafListener {
 public:
  explicit DeafListener(std::uint16_t port) : socket_(new_socket()) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
    at.sin_port = htons(port);
    const auto* address = reinterpret_cast<const sockaddr*>(&at);
    EXPECT_EQ(bind(socket_.get(), address, sizeof at), 0);
    EXPECT_EQ(listen(socket_.get(), 0), 0);
    for (loop::Descriptor& waiting : waiting_) {
      waiting = new_socket();
      connect(waiting.get(), address, sizeof at);
    }
  }

 private:
  static loop::Descriptor new_socket() {
    return loop::Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }

  loop::Descriptor socket_;
  std::array<loop::Descriptor, 3> waiting_;
};

}  // namespace paceline::http::direct
