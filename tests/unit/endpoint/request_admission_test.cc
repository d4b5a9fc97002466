#include <endpoint/request.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace paceline::endpoint {
namespace {

constexpr const char* chats = "/v1/chat/completions";

unsigned status_of(const std::optional<ApiError>& error) {
  return error ? error->status : 200;
}

ReceivedHead head_of(const std::string& name, const std::string& value) {
  ReceivedHead head;
  head.add(name, value);
  return head;
}

TEST(Admission, RequiresItsKeyUnderV1) {
  const Admission admission({.required_key = "right"});
  const std::string right = "Bearer right";
  const std::string wrong = "Bearer wrong";
  EXPECT_EQ(status_of(admission.key_error(chats, "POST", {})), 401U);
  EXPECT_EQ(status_of(admission.key_error(chats, "POST", head_of("Authorization", wrong))), 401U);
  EXPECT_EQ(status_of(admission.key_error(chats, "POST", head_of("Authorization", right))), 200U);
  EXPECT_EQ(status_of(admission.key_error(chats, "OPTIONS", {})), 200U);
  EXPECT_EQ(status_of(admission.key_error("/health", "GET", {})), 200U);
  EXPECT_EQ(status_of(Admission({}).key_error(chats, "POST", {})), 200U);
}

TEST(Admission, TakesItsKeyFromThreeFields) {
  const Admission admission({.required_key = "right"});
  const auto status = [&](const ReceivedHead& head) {
    return status_of(admission.key_error("/v1/models", "GET", head));
  };
  const std::string right = "right";
  const std::string wrong = "wrong";
  for (const std::string name : {"x-api-key", "X-Api-Key", "api-key"}) {
    EXPECT_EQ(status(head_of(name, right)), 200U) << name;
    EXPECT_EQ(status(head_of(name, wrong)), 401U) << name;
    EXPECT_EQ(status(head_of(name, "")), 401U) << name;
    EXPECT_EQ(status(head_of(name, "Bearer right")), 401U) << name;
  }
  EXPECT_EQ(status(head_of("Authorization", right)), 401U);
  EXPECT_EQ(status(head_of("Authorization", "Basic right")), 401U);
  EXPECT_EQ(status(head_of("api-keys", right)), 401U);
  const std::string wrong_bearer = "Bearer wrong";
  ReceivedHead both = head_of("Authorization", wrong_bearer);
  both.add("x-api-key", right);
  EXPECT_EQ(status(both), 200U);
}

TEST(Admission, ChecksABodyBeforeItIsRead) {
  const Admission admission({.required_key = "right"});
  EXPECT_EQ(status_of(admission.unread_body_error(chats, "POST", {})), 200U);
  const std::string length = "5";
  EXPECT_EQ(
      status_of(admission.unread_body_error(chats, "POST", head_of("Content-Length", length))),
      401U);
  // The framing comes first: without it, the end of the request is unknown.
  const std::string lengths = "5, 6";
  EXPECT_EQ(
      status_of(admission.unread_body_error(chats, "POST", head_of("Content-Length", lengths))),
      400U);
  const std::string too_long = std::to_string((16U << 20U) + 1);
  EXPECT_EQ(status_of(Admission({}).unread_body_error(chats, "POST",
                                                      head_of("Content-Length", too_long))),
            413U);
}

TEST(Admission, CountsTheBytesOfAllBodies) {
  Admission admission({.max_body_bytes = 10});
  Request one;
  Request other;
  admission.take_body("12345", one);
  admission.take_body("1234", other);
  EXPECT_EQ(admission.body_bytes(), 9U);
  admission.take_body("56", other);
  EXPECT_EQ(status_of(other.refusal), 503U);
  EXPECT_EQ(other.body, "");
  EXPECT_EQ(admission.body_bytes(), 5U);
  admission.take_body("7", other);
  EXPECT_EQ(other.body, "");
  admission.take_body("6", one);
  EXPECT_EQ(one.body, "123456");
  admission.drop_body(one);
  EXPECT_EQ(admission.body_bytes(), 0U);
}

TEST(Admission, KeepsTheMemoryOfShortBodiesOnly) {
  Admission admission({});
  Request request;
  admission.take_body(std::string(1'000, 'x'), request);
  admission.drop_body(request);
  EXPECT_GE(request.body.capacity(), 1'000U);
  admission.take_body(std::string(2 * longest_kept_buffer, 'x'), request);
  admission.drop_body(request);
  EXPECT_LT(request.body.capacity(), 1'000U);
}

}  // namespace
}  // namespace paceline::endpoint
