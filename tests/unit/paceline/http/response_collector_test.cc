#include <gtest/gtest.h>
#include <paceline/http/response_collector.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace paceline::http {
namespace {

class ResponseCollectorTest : public testing::Test {
 protected:
  ResponseCollectorTest() {
    for (Exchange* exchange : {&long_, &short_}) {
      collector_.begin(*exchange);
      exchange->response.status = 200;
    }
  }

  Exchange long_{0};
  Exchange short_{1};
  std::vector<std::size_t> full_;
  ResponseCollector collector_{{.max_response = 1'000'000,
                                .memory = 100'000,
                                .timeout = std::chrono::seconds(1),
                                .exchanges = 2},
                               {},
                               [this](std::size_t number) { full_.push_back(number); }};
};

TEST_F(ResponseCollectorTest, BeyondTheMemoryTheLongestIsRefused) {
  EXPECT_TRUE(collector_.take(long_, std::string(80'000, 'x'), {}));
  EXPECT_TRUE(collector_.take(short_, std::string(40'000, 'x'), {}));
  EXPECT_EQ(full_, std::vector<std::size_t>{0});
  EXPECT_TRUE(collector_.is_refused(long_));
  EXPECT_FALSE(collector_.is_refused(short_));
  collector_.end(long_, {TransportError::too_large, {}, Clock::now()});
  EXPECT_EQ(long_.response.error_code, ErrorCode::memory_exceeded);
}

TEST_F(ResponseCollectorTest, AnExchangeThatEndedOtherwiseIsRefusedNoMore) {
  collector_.take(long_, std::string(80'000, 'x'), {});
  collector_.take(short_, std::string(40'000, 'x'), {});
  ASSERT_TRUE(collector_.is_refused(long_));
  collector_.end(long_, {TransportError::timed_out, {}, Clock::now()});
  EXPECT_EQ(long_.response.error, TransportError::timed_out);
  EXPECT_FALSE(collector_.is_refused(long_));
}

}  // namespace
}  // namespace paceline::http
