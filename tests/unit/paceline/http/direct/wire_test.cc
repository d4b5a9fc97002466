// With and without TLS. wire_tls_test.cc has what only TLS has.

#include <gtest/gtest.h>
#include <paceline/http/direct/wire.h>
#include <sys/socket.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "wire_on_loop.h"

namespace paceline::http::direct {
namespace {

class WireTest : public testing::TestWithParam<bool>, protected WireOnLoop {
 protected:
  WireTest() {
    if (is_tls()) begin_tls(context_);
  }
  static bool is_tls() { return GetParam(); }
};

TEST_P(WireTest, CarriesBytesBothWays) {
  make_wire();
  text_ = "hello, server";
  write();
  EXPECT_TRUE(wire_->is_drained());
  EXPECT_EQ(hear(), text_);
  say("hello, ");
  say("client");
  wait_until([this] { return heard_.size() == 13; });
  EXPECT_EQ(heard_, "hello, client");
  EXPECT_TRUE(losses_.empty());
}

TEST_P(WireTest, ALongTextReachesAReaderThatIsSlow) {
  constexpr int smallest = 1;
  setsockopt(client_.get(), SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
  make_wire();
  text_ = numbered_text(3'000'000);
  write();
  ASSERT_LT(written_, text_.size());
  std::string heard;
  std::size_t most = 1;
  while (heard.size() < text_.size()) {
    heard += hear(most);
    most = most * 7 % 99'991;
    turn();
  }
  EXPECT_TRUE(heard == text_);
  EXPECT_EQ(written_, text_.size());
  EXPECT_GT(writables_, 2);
  EXPECT_TRUE(wire_->is_drained());
}

TEST_P(WireTest, AReaderThatStandsStillKeepsTheLoopIdle) {
  make_wire();
  text_ = numbered_text(30'000'000);
  write();
  for (int i = 0; i < 10; ++i) turn();
  const std::size_t written = written_;
  const int writables = writables_;
  ASSERT_LT(written, text_.size());
  for (int i = 0; i < 10; ++i) turn();
  EXPECT_EQ(written_, written);
  EXPECT_EQ(writables_, writables);
  // What the server says meanwhile is read.
  say("why so much?");
  wait_until([this] { return !heard_.empty(); });
  EXPECT_EQ(heard_, "why so much?");
}

TEST_P(WireTest, ALongTextIsRead) {
  make_wire();
  const std::string text = numbered_text(1'000'000);
  for (std::size_t at = 0; at < text.size(); at += 50'000) {
    say(std::string_view(text).substr(at, 50'000));
    wait_until([&] { return heard_.size() == at + 50'000; });
  }
  EXPECT_TRUE(heard_ == text);
}

TEST_P(WireTest, AnEndIsALossThatIsCutOnlyWithoutTheTlsEnd) {
  make_wire();
  say("bye");
  server_.reset();
  wait_until([this] { return !losses_.empty(); });
  EXPECT_EQ(heard_, "bye");
  EXPECT_EQ(losses_.front().reason, "");
  EXPECT_EQ(losses_.front().is_cut, is_tls());
  EXPECT_FALSE(wire_->is_open());
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(losses_.size(), 1U);
}

TEST_P(WireTest, AResetIsALossWithItsReason) {
  make_wire();
  const linger at_once{1, 0};
  setsockopt(server_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  server_.reset();
  wait_until([this] { return !losses_.empty(); });
  EXPECT_EQ(losses_.front().reason, "Connection reset by peer");
  EXPECT_TRUE(losses_.front().is_cut);
}

TEST_P(WireTest, ALossWhileTextWaitsIsToldOnce) {
  make_wire();
  text_ = numbered_text(30'000'000);
  write();
  ASSERT_LT(written_, text_.size());
  say("no");
  // Linux sends a reset, since bytes are left unread.
  server_.reset();
  wait_until([this] { return !losses_.empty(); });
  EXPECT_EQ(heard_, "no");
  EXPECT_TRUE(losses_.front().is_cut);
  EXPECT_FALSE(wire_->is_open());
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(losses_.size(), 1U);
}

TEST_P(WireTest, WhatAServerSaidBeforeAWriteFailsIsRead) {
  make_wire();
  say("too long");
  server_.reset();
  // The first makes the server's system answer with a reset; the second fails.
  text_ = "one";
  write();
  text_ += "two";
  write();
  wait_until([this] { return !losses_.empty(); });
  EXPECT_EQ(heard_, "too long");
}

TEST_P(WireTest, AWireThatIsClosedFromInsideCallsNoMore) {
  make_wire();
  on_received_ = [this] { wire_->close(); };
  // More than is decrypted at once.
  say(numbered_text(50'000));
  say(numbered_text(50'000));
  server_.reset();
  wait_until([this] { return !heard_.empty(); });
  const std::size_t heard = heard_.size();
  for (int i = 0; i < 3; ++i) turn();
  EXPECT_EQ(heard_.size(), heard);
  EXPECT_TRUE(losses_.empty());
  EXPECT_FALSE(wire_->is_open());
}

TEST_P(WireTest, ClosingTellsTheServer) {
  make_wire();
  text_ = "bye";
  write();
  wire_->close();
  EXPECT_EQ(hear(), "bye");
  char byte = 0;
  EXPECT_EQ(recv(server_.get(), &byte, 1, 0), 0);
  if (is_tls()) {
    EXPECT_EQ(SSL_get_shutdown(pair_->peer.raw()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, WireTest, testing::Bool());

}  // namespace
}  // namespace paceline::http::direct
