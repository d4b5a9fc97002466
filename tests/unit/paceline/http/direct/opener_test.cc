#include <gtest/gtest.h>
#include <paceline/http/direct/opener.h>
#include <pthread.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "../../../few_descriptors.h"
#include "../../../open_descriptors.h"
#include "openings_on_loop.h"
#include "tls_listener.h"

namespace paceline::http::direct {
namespace {

using namespace std::chrono_literals;

class OpenerTest : public testing::Test, protected OpeningsOnLoop<Opener> {
 protected:
  const Openings::OnEnd on_end_of_none_ = [](std::uint64_t, const OpenResult&) { FAIL(); };
};

TEST_F(OpenerTest, OnlyTlsNeedsItsThread) {
  const LoopbackListener plain(1);
  EXPECT_TRUE(open(to(plain.port(), false)).has_value());
  EXPECT_EQ(what_->cpu_time(), 0ns);
  const TlsPeerContext context;
  const TlsListener listener(context);
  EXPECT_TRUE(open(to(listener.port(), true)).has_value());
  EXPECT_GT(what_->cpu_time(), 0ns);
}

TEST_F(OpenerTest, OpensManyAtOnce) {
  const TlsPeerContext context;
  const TlsListener listener(context);
  constexpr std::uint64_t most = 60;
  for (std::uint64_t number = 1; number <= most; ++number) {
    what_->begin(number, to(listener.port(), true));
  }
  for (std::uint64_t number = 1; number <= most; ++number) {
    EXPECT_TRUE(wait_for(number).has_value());
  }
  while (listener.handshakes() < static_cast<int>(most)) std::this_thread::yield();
}

TEST_F(OpenerTest, LaterConnectionsResumeTheSessionOfAnEarlierOne) {
  const TlsPeerContext context({.most_version = TLS1_2_VERSION});
  const TlsListener listener(context);
  for (int i = 0; i < 3; ++i) {
    // The earlier connections are closed by then.
    ended_.clear();
    EXPECT_TRUE(open(to(listener.port(), true)).has_value());
  }
  while (listener.handshakes() < 3) std::this_thread::yield();
  EXPECT_EQ(listener.resumed(), 2);
}

TEST_F(OpenerTest, ErrorsComeFromTheThread) {
  const std::uint16_t port = LoopbackListener(1).port();
  const TransportEnd& refused = failure_of(open(to(port, true)));
  EXPECT_EQ(refused.error, TransportError::connect_failed);
  const LoopbackListener deaf(1);
  options_.timeout = 100ms;
  EXPECT_EQ(failure_of(open(to(deaf.port(), true))).error, TransportError::timed_out);
}

TEST_F(OpenerTest, TheEndOfACancelledOneIsNotTold) {
  const TlsPeerContext context;
  const TlsListener listener(context);
  const LoopbackListener deaf(100);
  constexpr std::uint64_t most = 40;
  for (std::uint64_t number = 1; number <= most; ++number) {
    what_->begin(number, to(number % 4 == 0 ? deaf.port() : listener.port(), true));
    // At once, while the thread is at work, and when its result waits.
    if (number % 4 == 1) what_->cancel(number);
    if (number % 8 == 3) std::this_thread::sleep_for(1ms);
    if (number % 8 == 4) what_->cancel(number);
    if (number % 8 == 7) std::this_thread::sleep_for(10ms);
    if (number % 8 == 7) what_->cancel(number - 1);
  }
  for (std::uint64_t number = 1; number <= most; ++number) {
    const bool is_cancelled = number % 4 == 1 || number % 8 == 4 || number % 8 == 6;
    if (number % 4 == 0 || is_cancelled) continue;
    EXPECT_TRUE(wait_for(number).has_value());
  }
  for (std::uint64_t number = 8; number <= most; number += 8) what_->cancel(number);
  EXPECT_EQ(ended_.size(), most / 4 + most / 8);
}

TEST_F(OpenerTest, NoneIsLeftWhenItIsDestroyed) {
  const TlsPeerContext context;
  const TlsListener listener(context);
  const LoopbackListener deaf(1000);
  EXPECT_TRUE(open(to(listener.port(), true)).has_value());
  what_.reset();
  ended_.clear();
  while (uv_run(static_cast<loop::Loop&>(loop_).raw(), UV_RUN_NOWAIT) != 0) {
  }
  const LoopbackListener silent(1000);
  const std::ptrdiff_t before = open_descriptors();
  for (const auto pause : {0us, 100us, 1'000us, 5'000us, 20'000us}) {
    what_ = std::make_unique<Opener>(loop_, settings_, on_end_of_none_);
    for (std::uint64_t number = 1; number <= 20; ++number) {
      what_->begin(number, to(number % 2 == 0 ? silent.port() : deaf.port(), true));
    }
    std::this_thread::sleep_for(pause);
    what_.reset();
    while (uv_run(static_cast<loop::Loop&>(loop_).raw(), UV_RUN_NOWAIT) != 0) {
    }
    EXPECT_EQ(open_descriptors(), before);
  }
}

TEST_F(OpenerTest, WithoutDescriptorsForAThreadItOpensOnItsLoop) {
  if (sanitizer_needs_descriptors) GTEST_SKIP();
  const TlsPeerContext context;
  const TlsListener listener(context);
  EXPECT_TRUE(with_few_descriptors(8, [&] {
    TestLoop loop;
    bool is_open = false;
    const Openings::OnEnd on_end = [&](std::uint64_t, const OpenResult& result) {
      is_open = result.has_value();
      loop.stop();
    };
    Opener opener(loop, settings_, on_end);
    opener.begin(1, to(listener.port(), true));
    loop.run();
    return is_open && opener.cpu_time() == 0ns;
  }));
}

TEST_F(OpenerTest, WithoutAThreadItOpensOnItsLoop) {
  const TlsPeerContext context;
  const TlsListener listener(context);
  // No address space has room for such a stack.
  pthread_attr_t usual;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  pthread_attr_t huge;
  pthread_attr_init(&huge);
  pthread_attr_setstacksize(&huge, std::size_t{1} << 47U);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  // The address is not the server's, which needs threads of its own.
  what_->begin(++last_, to(listener.port(), true, {"127.0.0.2"}));
  ASSERT_EQ(pthread_setattr_default_np(&usual), 0);
  EXPECT_EQ(failure_of(wait_for(last_)).error, TransportError::connect_failed);
  EXPECT_EQ(what_->cpu_time(), 0ns);
  // Later there may be a thread.
  EXPECT_TRUE(open(to(listener.port(), true)).has_value());
  EXPECT_GT(what_->cpu_time(), 0ns);
}

}  // namespace
}  // namespace paceline::http::direct
