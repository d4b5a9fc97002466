#include <endpoint/request.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline::endpoint {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

ReceivedHead head_of(const Fields& fields) {
  ReceivedHead head;
  for (const auto& [name, value] : fields) head.add(name, value);
  return head;
}

unsigned status_of(const Fields& fields) {
  const auto error = head_of(fields).framing_error();
  return error ? error->status : 0;
}

TEST(ReceivedHeadTest, KnowsWhetherThereIsABody) {
  EXPECT_FALSE(head_of({}).has_body());
  EXPECT_FALSE(head_of({{"Content-Length", "0"}}).has_body());
  EXPECT_TRUE(head_of({{"content-length", "5"}}).has_body());
  EXPECT_EQ(head_of({{"content-length", "5"}}).content_length(), 5U);
  EXPECT_TRUE(head_of({{"Transfer-Encoding", "chunked"}}).has_body());
}

TEST(ReceivedHeadTest, TakesEqualLengthsAndRefusesDifferingOnes) {
  EXPECT_EQ(status_of({{"Content-Length", "5"}}), 0U);
  EXPECT_EQ(status_of({{"Content-Length", "5"}, {"content-length", "5"}}), 0U);
  EXPECT_EQ(status_of({{"Content-Length", "5, 5"}}), 0U);
  EXPECT_EQ(status_of({{"Content-Length", "5"}, {"content-length", "6"}}), 400U);
  EXPECT_EQ(status_of({{"Content-Length", "0"}, {"content-length", "6"}}), 400U);
  EXPECT_EQ(status_of({{"Content-Length", "6"}, {"content-length", "0"}}), 400U);
  EXPECT_EQ(status_of({{"Content-Length", "5, 6"}}), 400U);
  for (const char* value : {"", "-5", "+5", "5x", "0x5", "5,", "99999999999999999999999"}) {
    EXPECT_EQ(status_of({{"Content-Length", value}}), 400U) << value;
    EXPECT_TRUE(head_of({{"Content-Length", value}}).has_body()) << value;
  }
}

TEST(ReceivedHeadTest, TakesChunkedAloneAndNoOtherCoding) {
  EXPECT_EQ(status_of({{"Transfer-Encoding", "Chunked"}}), 0U);
  EXPECT_EQ(status_of({{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}}), 400U);
  EXPECT_EQ(status_of({{"Content-Length", "0"}, {"Transfer-Encoding", "chunked"}}), 400U);
  EXPECT_EQ(status_of({{"Transfer-Encoding", "gzip, chunked"}}), 501U);
  EXPECT_EQ(status_of({{"Transfer-Encoding", "identity"}}), 501U);
  EXPECT_EQ(status_of({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}), 501U);
}

TEST(ReceivedHeadTest, TakesAnIdThatIsHarmless) {
  EXPECT_EQ(head_of({{"X-Request-ID", "Ab9-_.:/+=@"}}).request_id(), "Ab9-_.:/+=@");
  EXPECT_EQ(head_of({{"x-request-id", std::string_view()}}).request_id(), std::nullopt);
  const std::string longest(128, 'a');
  EXPECT_EQ(head_of({{"x-request-id", longest}}).request_id(), longest);
  const std::string too_long(129, 'a');
  EXPECT_EQ(head_of({{"x-request-id", too_long}}).request_id(), std::nullopt);
  for (const char* value : {"a b", "a\tb", "a\r\nb", "\x1b[31m", "é", "<b>", "a\"b"}) {
    EXPECT_EQ(head_of({{"x-request-id", value}}).request_id(), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace paceline::endpoint
