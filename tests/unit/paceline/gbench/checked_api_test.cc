#include <gtest/gtest.h>
#include <paceline/gbench/checked_api.h>
#include <paceline/run/ranks.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace paceline::gbench {
namespace {

using namespace std::chrono_literals;

/// Keeps what rank 0 shares.
class Sender : public run::OneRank {
 public:
  Result<std::string> share(const std::string& /*what*/, const std::string& text) override {
    sent = text;
    return text;
  }

  std::string sent;
};

/// Gets what rank 0 has shared.
class Receiver : public run::OneRank {
 public:
  explicit Receiver(std::string received) : received_(std::move(received)) {}
  std::uint64_t index() const override { return 1; }
  Result<std::string> share(const std::string& /*what*/, const std::string& /*text*/) override {
    return received_;
  }

 private:
  std::string received_;
};

Result<CheckedApi> received(const Result<CheckedApi>& own) {
  Sender sender;
  static_cast<void>(share(sender, own));
  Receiver receiver(sender.sent);
  return share(receiver, fail(ErrorCode::stopped, "the receiver's own result does not count"));
}

TEST(CheckedApiTest, AnotherRankGetsTheWholeResult) {
  CheckedApi checked;
  checked.limits.requests = {600, 599, 90ms};
  checked.response_tokens = 16;
  checked.latency = 51ms;
  Outcome& first = checked.adapted_to.emplace_back();
  first.failure = Failure::http_4xx;
  first.error = {ErrorCode::request_refused, "max_tokens is not supported", 400};
  first.usage = Usage{.prompt_tokens = 7, .reasoning_tokens = 3};
  first.length_asked = LengthAsked{1, 16};
  first.finish = Finish::length;
  first.tool_calls_valid = false;
  first.part = 2;
  const auto other = received(checked);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->limits.requests.limit, 600U);
  EXPECT_EQ(other->limits.requests.reset, 90ms);
  EXPECT_FALSE(other->limits.tokens.limit);
  EXPECT_EQ(other->response_tokens, 16U);
  EXPECT_EQ(other->latency, 51ms);
  ASSERT_EQ(other->adapted_to.size(), 1U);
  const Outcome& outcome = other->adapted_to.front();
  EXPECT_EQ(outcome.failure, Failure::http_4xx);
  EXPECT_EQ(outcome.error.message, "max_tokens is not supported");
  EXPECT_EQ(outcome.error.status, 400);
  EXPECT_EQ(outcome.usage->prompt_tokens, 7U);
  EXPECT_FALSE(outcome.usage->completion_tokens);
  EXPECT_EQ(outcome.usage->reasoning_tokens, 3U);
  EXPECT_EQ(outcome.length_asked->at_most, 16U);
  EXPECT_EQ(outcome.finish, Finish::length);
  EXPECT_EQ(outcome.tool_calls_valid, false);
  EXPECT_EQ(outcome.part, 2);
}

TEST(CheckedApiTest, AnotherRankGetsTheError) {
  const auto other = received(fail(ErrorCode::connect_failed, "nobody listens"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::connect_failed);
  EXPECT_EQ(other.error().message, "nobody listens");
}

TEST(CheckedApiTest, TheAnswerOfAnotherCallIsAnError) {
  Receiver receiver("no result");
  const auto other = share(receiver, CheckedApi());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::ranks_differ);
}

}  // namespace
}  // namespace paceline::gbench
