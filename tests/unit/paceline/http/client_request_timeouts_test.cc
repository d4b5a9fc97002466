#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "../../test_loop.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

constexpr auto deadline_timeout = 50ms;

class RequestTimeoutsTest : public testing::Test {
 protected:
  RequestTimeoutsTest() {
    for (std::size_t i = 0; i < 3; ++i) {
      exchanges_.push_back(std::make_unique<Exchange>(i));
    }
  }

  void begin(std::size_t number) {
    exchanges_[number]->response.sent = Clock::now();
    deadlines_.begin(*exchanges_[number]);
  }

  void wait_for_late(std::size_t count) {
    while (late_.size() < count) loop_.run_once();
  }

  TestLoop loop_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::vector<std::size_t> late_;
  bool begins_anew_ = false;
  RequestTimeouts deadlines_{loop_, 3, deadline_timeout, [this](Exchange& exchange) {
                               EXPECT_GE(Clock::now() - exchange.response.sent, deadline_timeout);
                               late_.push_back(exchange.number);
                               if (begins_anew_) begin(exchange.number);
                             }};
};

TEST_F(RequestTimeoutsTest, TheFirstSentIsTheFirstToBeLate) {
  begin(2);
  begin(0);
  begin(1);
  wait_for_late(3);
  EXPECT_EQ(late_, (std::vector<std::size_t>{2, 0, 1}));
}

TEST_F(RequestTimeoutsTest, WhatEndedInTimeIsNeverLate) {
  begin(0);
  begin(1);
  begin(2);
  deadlines_.end(*exchanges_[0]);
  deadlines_.end(*exchanges_[2]);
  wait_for_late(1);
  EXPECT_EQ(late_, std::vector<std::size_t>{1});
}

TEST_F(RequestTimeoutsTest, OneThatIsSentAgainHasTheWholeTimeAgain) {
  begins_anew_ = true;
  begin(1);
  const TimePoint began = Clock::now();
  wait_for_late(3);
  EXPECT_GE(Clock::now() - began, 3 * deadline_timeout - 5ms);
  EXPECT_EQ(late_, (std::vector<std::size_t>{1, 1, 1}));
}

TEST_F(RequestTimeoutsTest, OneThatEndedAndIsSentLaterIsLateLater) {
  begin(0);
  deadlines_.end(*exchanges_[0]);
  loop::Timer later(loop_, [this] {
    begin(0);
    begin(1);
  });
  later.start(30ms);
  wait_for_late(2);
  EXPECT_EQ(late_, (std::vector<std::size_t>{0, 1}));
}

}  // namespace
}  // namespace paceline::http
