#include <endpoint/response_body.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;
using Action = BrokenBody::Action;

constexpr TimePoint start_time(1h);

/// A body that is read to its end.
struct Sent {
  std::optional<std::uint64_t> announced;
  std::string text;
  /// What ends the body.
  Action end = Action::send;
};

/// `room`: bytes that can be sent at once.
Sent sent(Fault fault, std::string_view body, std::size_t after, bool streams,
          std::size_t room = 1'000) {
  BrokenBody broken;
  Sent sent;
  sent.announced = broken.begin(fault, {.after = after},
                                streams ? std::nullopt : std::optional<std::uint64_t>(body.size()));
  for (;;) {
    const auto step = broken.next(room, start_time);
    if (step.action != Action::send) {
      sent.end = step.action;
      return sent;
    }
    std::string part(body.substr(broken.bytes_sent(), step.bytes));
    if (part.empty()) {
      sent.end = broken.after_end();
      return sent;
    }
    broken.change(part, start_time);
    sent.text += part;
  }
}

TEST(BrokenBody, ConnectionsEndAfterTheGoodBytes) {
  const auto closed = sent(Fault::close, "0123456789", 4, true);
  EXPECT_EQ(closed.announced, std::nullopt);
  EXPECT_EQ(closed.text, "0123");
  EXPECT_EQ(closed.end, Action::close);
  EXPECT_EQ(sent(Fault::reset, "0123456789", 4, true, 3).text, "0123");
  EXPECT_EQ(sent(Fault::reset, "0123456789", 4, true).end, Action::reset);
}

TEST(BrokenBody, AWholeBodyIsCutInItsMiddleAtTheLatest) {
  const auto closed = sent(Fault::close, "0123456789", 400, false);
  EXPECT_EQ(closed.announced, 10U);
  EXPECT_EQ(closed.text, "01234");
  const auto half = sent(Fault::half_event, "0123456789", 400, false);
  EXPECT_EQ(half.announced, 5U);
  EXPECT_EQ(half.text, "01234");
  EXPECT_EQ(half.end, Action::end);
}

TEST(BrokenBody, AStreamIsCutWithinAnEvent) {
  EXPECT_EQ(sent(Fault::half_event, "data\n\ndata\n\n", 6, true).text, "data\n\nd");
  EXPECT_EQ(sent(Fault::half_event, "data\n\ndata\n\n", 5, true).text, "data\n\nd");
}

TEST(BrokenBody, BadJsonHasTheLengthOfTheGood) {
  const auto bad = sent(Fault::bad_json, R"({"a":{}})", 2, false, 3);
  EXPECT_EQ(bad.announced, 8U);
  EXPECT_EQ(bad.text, R"({"a":{  )");
  EXPECT_EQ(bad.end, Action::end);
}

TEST(BrokenBody, AWrongLengthIsLarger) {
  const auto whole = sent(Fault::wrong_length, "0123", 2, false);
  EXPECT_EQ(whole.announced, 5U);
  EXPECT_EQ(whole.text, "0123");
  EXPECT_EQ(whole.end, Action::close);
  EXPECT_GT(sent(Fault::wrong_length, "0123", 2, true).announced, 1U << 30U);
}

TEST(BrokenBody, AHugeBodyIsFilledAfterTheGoodBytes) {
  const auto huge = sent(Fault::huge_body, "0123456789", 4, false);
  EXPECT_EQ(huge.announced, std::nullopt);
  EXPECT_EQ(huge.text, "0123");
  EXPECT_EQ(huge.end, Action::fill);
}

TEST(BrokenBody, ASlowDripWaitsAfterEachByte) {
  BrokenBody broken;
  EXPECT_EQ(broken.begin(Fault::slow_drip, {.time = 20ms}, 4), 4U);
  EXPECT_EQ(broken.next(100, start_time).action, Action::send);
  EXPECT_EQ(broken.next(100, start_time).bytes, 1U);
  std::string byte = "0";
  broken.change(byte, start_time);
  EXPECT_EQ(broken.next(100, start_time).action, Action::wait);
  EXPECT_EQ(broken.due(), start_time + 20ms);
  EXPECT_EQ(broken.next(100, start_time + 20ms).action, Action::send);
}

TEST(BrokenBody, OtherFaultsBreakNoBody) {
  for (const Fault fault : {Fault::http_500, Fault::http_503, Fault::delay, Fault::stall}) {
    EXPECT_FALSE(BrokenBody::is_broken_by(fault));
  }
  EXPECT_TRUE(BrokenBody::is_broken_by(Fault::close));
}

}  // namespace
}  // namespace paceline::endpoint
