#include <gtest/gtest.h>
#include <paceline/http/direct/wire.h>
#include <sys/socket.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "wire_on_loop.h"

namespace paceline::http::direct {
namespace {

/// What only TLS has.
class TlsWireTest : public testing::Test, protected WireOnLoop {
 protected:
  TlsWireTest() { begin_tls(context_); }
};

TEST_F(TlsWireTest, AProperEndIsNotCut) {
  make_wire();
  pair_->peer.write("bye");
  pair_->peer.end();
  say_bytes(pair_->peer.give());
  wait_until([this] { return !losses_.empty(); });
  EXPECT_EQ(heard_, "bye");
  EXPECT_EQ(losses_.front().reason, "");
  EXPECT_FALSE(losses_.front().is_cut);
}

TEST_F(TlsWireTest, ABrokenRecordIsALossWithItsReason) {
  make_wire();
  pair_->peer.write("before");
  say_bytes(pair_->peer.give() + std::string("\x17\x03\x03\x00\x02xx", 7));
  wait_until([this] { return !losses_.empty(); });
  EXPECT_EQ(heard_, "before");
  EXPECT_NE(losses_.front().reason, "");
  EXPECT_TRUE(losses_.front().is_cut);
  EXPECT_FALSE(losses_.front().tls.has_value());
}

TEST_F(TlsWireTest, WhatCameWithTheHandshakeIsReadFirst) {
  pair_->peer.write("first");
  ASSERT_EQ(pair_->stream.shake(pair_->peer.give()), TlsStream::State::open);
  make_wire();
  EXPECT_EQ(heard_, "first");
  say("second");
  wait_until([this] { return heard_.size() == 11; });
  EXPECT_EQ(heard_, "firstsecond");
}

TEST_F(TlsWireTest, TextWaitsForTheHandshakesLastBytes) {
  // The client's last flight waits.
  pair_.emplace(context_);
  TlsStream::State state = pair_->stream.shake({});
  while (state == TlsStream::State::reading) {
    pair_->peer.take(std::exchange(pair_->stream.output(), {}));
    state = pair_->stream.shake(pair_->peer.give());
  }
  ASSERT_FALSE(pair_->stream.output().empty());
  text_ = "hello";
  make_waiting_wire();
  write();
  EXPECT_EQ(written_, 0U);
  wire_->begin();
  std::string heard;
  wait_until([&] {
    turn();
    heard += hear();
    return written_ == text_.size() && heard == text_;
  });
}

TEST_F(TlsWireTest, TextWaitsForTheEndOfARenegotiation) {
  const TlsPeerContext context({.most_version = TLS1_2_VERSION});
  pair_.emplace(context);
  ASSERT_EQ(pair_->shake(), TlsStream::State::open);
  make_wire();
  ASSERT_EQ(SSL_renegotiate(pair_->peer.raw()), 1);
  ASSERT_EQ(SSL_do_handshake(pair_->peer.raw()), 1);
  say_bytes(pair_->peer.give());
  std::string heard;
  // The client's hello.
  while (recv(server_.get(), heard.data(), 0, MSG_PEEK | MSG_DONTWAIT) < 0) turn();
  text_ = "hello";
  write();
  EXPECT_EQ(written_, text_.size());
  EXPECT_FALSE(wire_->is_drained());
  text_ += " and on";
  write();
  EXPECT_EQ(written_, 5U);
  while (heard.size() < text_.size()) {
    heard += hear();
    const std::string bytes = pair_->peer.give();
    if (!bytes.empty()) say_bytes(bytes);
    turn();
  }
  EXPECT_EQ(heard, "hello and on");
  EXPECT_EQ(writables_, 1);
  EXPECT_TRUE(wire_->is_drained());
}

TEST_F(TlsWireTest, AServerThatAsksForACertificateIsTold) {
  const TestCertificate client;
  const TlsPeerContext context({.client_authority = &client});
  pair_.emplace(context);
  TlsStream::State state = pair_->stream.shake({});
  while (state == TlsStream::State::reading) {
    pair_->peer.take(std::exchange(pair_->stream.output(), {}));
    state = pair_->stream.shake(pair_->peer.give());
  }
  ASSERT_EQ(state, TlsStream::State::open);
  pair_->peer.take(std::exchange(pair_->stream.output(), {}));
  make_wire();
  say_bytes(pair_->peer.give());
  wait_until([this] { return !losses_.empty(); });
  ASSERT_TRUE(losses_.front().tls.has_value());
  EXPECT_EQ(losses_.front().tls->code, ErrorCode::client_certificate_required);
}

}  // namespace
}  // namespace paceline::http::direct
