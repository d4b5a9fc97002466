#include <gtest/gtest.h>
#include <paceline/http/response_collector.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compressed.h"

namespace paceline::http {
namespace {

class ResponseCollectorTest : public testing::Test {
 protected:
  explicit ResponseCollectorTest(std::size_t memory = 100'000) : memory_(memory) {
    for (Exchange* exchange : {&long_, &short_}) {
      collector_.begin(*exchange);
      exchange->response.status = 200;
    }
  }

  std::size_t memory_;
  Exchange long_{0};
  Exchange short_{1};
  std::vector<std::size_t> full_;
  ResponseCollector collector_{{.max_response = 1'000'000,
                                .memory = memory_,
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

/// The headers of a response in br.
class CompressedHeaders : public ResponseHeaders {
 public:
  std::optional<std::string_view> find(const char* name) const override {
    if (std::string_view(name) != "content-encoding") return std::nullopt;
    return "br";
  }
};

TEST_F(ResponseCollectorTest, TheMemoryOfADecoderCounts) {
  const CompressedHeaders headers;
  long_.response.headers = &headers;
  // Nothing keeps the body, and the whole window is needed.
  long_.request.keeps_response = false;
  const std::string data = brotli(std::string(800'000, 'x'));
  EXPECT_FALSE(collector_.take(long_, data, {}));
  EXPECT_TRUE(collector_.is_refused(long_));
  collector_.end(long_, {TransportError::too_large, {}, Clock::now()});
  EXPECT_EQ(long_.response.error_code, ErrorCode::memory_exceeded);
  collector_.drop(long_);
  EXPECT_TRUE(collector_.take(short_, std::string(80'000, 'x'), {}));
}

/// The decoder's window takes 256 KiB here, and its tables less than 100 kB.
class DecoderMemoryTest : public ResponseCollectorTest {
 protected:
  DecoderMemoryTest() : ResponseCollectorTest(400'000) {}
};

TEST_F(DecoderMemoryTest, ADecoderThatIsTooLargeGivesItsMemoryBack) {
  const CompressedHeaders headers;
  long_.response.headers = &headers;
  long_.request.keeps_response = false;
  EXPECT_TRUE(
      collector_.take(long_, brotli(std::string(150'000, 'x'), BROTLI_OPERATION_FLUSH), {}));
  EXPECT_TRUE(collector_.take(short_, std::string(150'000, 'x'), {}));
  EXPECT_EQ(full_, std::vector<std::size_t>{0});
  // The transport may still have a piece.
  EXPECT_FALSE(collector_.take(long_, "more", {}));
}

}  // namespace
}  // namespace paceline::http
