#include <gtest/gtest.h>
#include <paceline/http/transport.h>

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "../../test_loop.h"

namespace paceline::http {
namespace {

class EndQueueTest : public testing::Test, private ResponseSink {
 protected:
  bool take(Exchange&, std::string_view, std::optional<TimePoint>) override { return true; }
  void end(Exchange& exchange, TransportEnd) override {
    told_.push_back(exchange.number);
    if (on_end_) on_end_();
  }
  void opened(const ConnectTimes&) override {}

  TestLoop loop_;
  Exchange first_{0};
  Exchange second_{1};
  EndQueue queue_{loop_, *this};
  std::vector<std::size_t> told_;
  std::function<void()> on_end_;
};

TEST_F(EndQueueTest, TellsFromTheLoopInOrder) {
  queue_.add(first_, {});
  queue_.add(second_, {});
  EXPECT_TRUE(told_.empty());
  loop_.run_once();
  EXPECT_EQ(told_, (std::vector<std::size_t>{0, 1}));
}

TEST_F(EndQueueTest, ACanceledEndIsNotTold) {
  queue_.add(first_, {});
  queue_.add(second_, {});
  EXPECT_TRUE(queue_.cancel(first_));
  EXPECT_FALSE(queue_.cancel(first_));
  loop_.run_once();
  EXPECT_EQ(told_, std::vector<std::size_t>{1});
}

TEST_F(EndQueueTest, AnEndThatIsAddedMeanwhileWaitsForTheNextTurn) {
  on_end_ = [this] {
    if (told_.size() < 3) queue_.add(first_, {});
  };
  queue_.add(first_, {});
  loop_.run_once();
  EXPECT_EQ(told_.size(), 1U);
  loop_.run_once();
  EXPECT_EQ(told_.size(), 2U);
}

TEST_F(EndQueueTest, TellingOfOneMayCancelAnother) {
  on_end_ = [this] { queue_.cancel(second_); };
  queue_.add(first_, {});
  queue_.add(second_, {});
  loop_.run_once();
  EXPECT_EQ(told_, std::vector<std::size_t>{0});
}

}  // namespace
}  // namespace paceline::http
