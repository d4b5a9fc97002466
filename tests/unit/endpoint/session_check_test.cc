#include <endpoint/session_check.h>
#include <gtest/gtest.h>

#include <string>

namespace paceline::endpoint {
namespace {

const std::string first = R"({"role":"user","content":"one"})";
const std::string answer = R"({"role":"assistant","content":"one line keeps"})";
const std::string second = R"({"role":"user","content":"two"})";

class SessionCheckTest : public testing::Test {
 protected:
  bool continues(const std::string& messages, const std::string& session = "a") {
    std::string body = R"({"messages":[)" + messages + "]}";
    return check_.continues(session, body);
  }
  /// Sends a turn that is answered by three words.
  void answer_turn(const std::string& messages, bool has_fault = false) {
    EXPECT_TRUE(continues(messages));
    Generation response;
    response.tokens = 3;
    check_.answer("a", response, has_fault);
  }

  SessionCheck check_;
};

TEST_F(SessionCheckTest, TheNextTurnCarriesTheMessagesAndTheAnswer) {
  answer_turn(first);
  EXPECT_TRUE(continues(first + ',' + answer + ',' + second));
}

TEST_F(SessionCheckTest, AnyOtherHistoryIsWrong) {
  answer_turn(first);
  EXPECT_FALSE(continues(second));
  EXPECT_FALSE(continues(first));
  EXPECT_FALSE(continues(first + ',' + second));
  EXPECT_FALSE(continues(answer + ',' + first + ',' + second));
  EXPECT_FALSE(continues(first + R"(,{"role":"assistant","content":"one line"},)" + second));
  EXPECT_FALSE(continues(first + R"(,{"role":"user","content":"one line keeps"},)" + second));
}

TEST_F(SessionCheckTest, AfterAFaultTheLastRequestMayBeSentAgainOrLeftOut) {
  answer_turn(first, true);
  EXPECT_TRUE(continues(first));
  EXPECT_TRUE(continues(second));
  EXPECT_TRUE(continues(first + ',' + answer + ',' + second));
  EXPECT_FALSE(continues(first + ',' + second));
}

TEST_F(SessionCheckTest, ASessionThatIsNotKnownMayHaveAnyHistory) {
  answer_turn(first);
  EXPECT_TRUE(continues(first + ',' + second, "b"));
}

TEST_F(SessionCheckTest, ContentMayHaveParts) {
  const std::string parts = R"({"role":"user","content":[{"type":"text","text":"one"}]})";
  answer_turn(parts);
  EXPECT_TRUE(continues(parts + ',' + answer + ',' + second));
  EXPECT_FALSE(continues(first + ',' + answer + ',' + second));
}

TEST_F(SessionCheckTest, ABodyWithoutMessagesContinuesNothing) {
  std::string body = "{}";
  EXPECT_FALSE(check_.continues("a", body));
}

}  // namespace
}  // namespace paceline::endpoint
