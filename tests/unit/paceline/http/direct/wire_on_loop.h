#pragma once

#include <gtest/gtest.h>
#include <paceline/http/direct/wire.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../../loopback_listener.h"
#include "../../../test_loop.h"
#include "tls_pair.h"

namespace paceline::http::direct {

/// A wire, with or without TLS, and the server's end of its socket.
class WireOnLoop : public Wire::Owner {
 protected:
  WireOnLoop() {
    const LoopbackListener listener(1);
    client_ = loop::Descriptor(listener.connect(SOCK_NONBLOCK));
    server_ = loop::Descriptor(listener.accept());
  }

  /// Does the handshake, in memory.
  void begin_tls(const TlsPeerContext& context) {
    pair_.emplace(context);
    ASSERT_EQ(pair_->shake(), TlsStream::State::open);
  }

  void make_wire() {
    make_waiting_wire();
    wire_->begin();
  }
  void make_waiting_wire() {
    wire_ = std::make_unique<Wire>(Opened{.socket = std::move(client_),
                                          .tls = pair_ ? std::move(pair_->owned) : nullptr,
                                          .times = {}},
                                   shared_, *this);
  }

  void received(std::string_view bytes, std::optional<TimePoint>) override {
    heard_ += bytes;
    if (on_received_) on_received_();
  }
  void writable() override {
    ++writables_;
    write();
  }
  void lost(Loss loss) override { losses_.push_back(std::move(loss)); }

  /// Writes what is left of text_, as a connection does.
  void write() {
    while (written_ < text_.size()) {
      // In parts, the first of which are short.
      const std::array<std::size_t, 3> ends{std::min(written_ + 3, text_.size()),
                                            std::min(written_ + 10, text_.size()), text_.size()};
      std::array<iovec, 3> parts;
      std::size_t begin = written_;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i] = {text_.data() + begin, ends[i] - begin};
        begin = ends[i];
      }
      const std::size_t taken = wire_->write(parts);
      if (taken == 0) return;
      written_ += taken;
    }
  }

  /// What the server hears now of the client's text.
  std::string hear(std::size_t most = 4'096) {
    std::string bytes(most, '\0');
    const ssize_t length = recv(server_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    if (!pair_) return bytes;
    pair_->peer.take(bytes);
    return pair_->peer.read();
  }

  void say(std::string_view text) {
    if (pair_) {
      pair_->peer.write(text);
      return say_bytes(pair_->peer.give());
    }
    say_bytes(text);
  }
  void say_bytes(std::string_view bytes) {
    EXPECT_EQ(send(server_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  void wait_until(const std::function<bool()>& is_over) {
    while (!is_over()) loop_.run_once();
  }

  /// Handles the events that there are.
  void turn() { uv_run(static_cast<loop::Loop&>(loop_).raw(), UV_RUN_NOWAIT); }

  TestLoop loop_;
  Wire::Shared shared_{loop_};
  TlsPeerContext context_;
  std::optional<TlsPair> pair_;
  loop::Descriptor client_;
  loop::Descriptor server_;
  std::string heard_;
  std::function<void()> on_received_;
  int writables_ = 0;
  std::vector<Loss> losses_;
  std::string text_;
  std::size_t written_ = 0;
  std::unique_ptr<Wire> wire_;
};

/// Its length and its place are in each part of the text.
inline std::string numbered_text(std::size_t length) {
  std::string text;
  while (text.size() < length) text += std::to_string(text.size()) + ' ';
  text.resize(length);
  return text;
}

}  // namespace paceline::http::direct
