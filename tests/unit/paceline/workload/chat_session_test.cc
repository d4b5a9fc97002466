#include <gtest/gtest.h>
#include <paceline/chat_session.h>
#include <paceline/message.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "chat_answer.h"

namespace paceline::workload {
namespace {

Api api() {
  return {"http://127.0.0.1/v1", "key"};
}

ChatSession short_sessions() {
  ChatSession session;
  session.generation.prompt.system = "Be brief.";
  session.generation.prompt.text = "Question {n}";
  session.turns = 3;
  return session;
}

class ChatSessionTest : public testing::Test {
 protected:
  void SetUp() override { workload_->begin_run(1); }

  Request made(std::uint64_t item) {
    Request request;
    workload_->make(item, request);
    return request;
  }

  /// Ends a turn with an answer.
  void end(std::uint64_t item, std::string_view text, bool is_last = false) {
    Response response = chat_answer(text);
    workload_->end_turn(item, made(item), response, {}, is_last);
  }

  static std::string messages_of(const Request& request) {
    const std::size_t begin = request.body.find("\"messages\":");
    return request.body.substr(begin, request.body.rfind(']') + 1 - begin);
  }

  std::unique_ptr<Workload> workload_ = make_workload(api(), short_sessions());
};

constexpr std::string_view first_turn =
    R"({"role":"system","content":"00000001-00000003 Be brief."},)"
    R"({"role":"user","content":"Question 3"})";

TEST_F(ChatSessionTest, TheFirstTurnHasThePrompt) {
  EXPECT_EQ(messages_of(made(3)), R"("messages":[)" + std::string(first_turn) + ']');
}

TEST_F(ChatSessionTest, ALaterTurnCarriesTheMessagesBeforeIt) {
  end(3, "a [\\\"1\\\\] ü");
  const std::string two = std::string(first_turn) +
                          R"(,{"role":"assistant","content":"a [\"1\\] ü"},)"
                          R"({"role":"user","content":"Question 4"})";
  EXPECT_EQ(messages_of(made(4)), R"("messages":[)" + two + ']');
  end(4, "b");
  EXPECT_EQ(messages_of(made(5)), R"("messages":[)" + two +
                                      R"(,{"role":"assistant","content":"b"},)"
                                      R"({"role":"user","content":"Question 5"}])");
}

TEST_F(ChatSessionTest, SessionsDoNotMix) {
  end(0, "of the first");
  end(3, "of the second");
  EXPECT_EQ(made(1).body.find("of the second"), std::string::npos);
  EXPECT_NE(made(4).body.find("of the second"), std::string::npos);
}

TEST_F(ChatSessionTest, ATurnThatFailedIsLeftOut) {
  Response response;
  workload_->end_turn(3, made(3), response, failed(Failure::http_5xx, "broken"), false);
  EXPECT_EQ(messages_of(made(4)),
            R"("messages":[{"role":"system","content":"00000001-00000004 Be brief."},)"
            R"({"role":"user","content":"Question 4"}])");
  end(4, "b");
  workload_->end_turn(5, made(5), response, failed(Failure::http_5xx, "broken"), false);
  EXPECT_EQ(made(5).body.find("Question 3"), std::string::npos);
}

TEST_F(ChatSessionTest, NothingIsKeptAfterTheLastTurn) {
  end(3, "a", true);
  EXPECT_EQ(made(4).body.find("Question 3"), std::string::npos);
}

TEST_F(ChatSessionTest, NothingIsKeptForTheNextRun) {
  end(3, "a");
  workload_->begin_run(2);
  EXPECT_EQ(made(4).body.find("Question 3"), std::string::npos);
}

TEST_F(ChatSessionTest, ARequestIsCalledBySessionAndTurn) {
  EXPECT_EQ(made(0).name, "0/1");
  EXPECT_EQ(made(5).name, "1/3");
}

std::string id_of(const Request& request) {
  return request.headers->back();
}

TEST_F(ChatSessionTest, EverySessionHasAnIdentifier) {
  const std::string first = id_of(made(0));
  EXPECT_TRUE(first.starts_with("X-Session-ID: ")) << first;
  EXPECT_EQ(id_of(made(2)), first);
  EXPECT_NE(id_of(made(3)), first);
  workload_->begin_run(2);
  EXPECT_NE(id_of(made(0)), first);
}

TEST_F(ChatSessionTest, RequestsOfASessionShareTheirHeaders) {
  EXPECT_EQ(made(0).headers, made(1).headers);
  EXPECT_GT(made(0).headers->size(), 1);
}

TEST_F(ChatSessionTest, IsDescribed) {
  ChatSession session = short_sessions();
  const Description first = make_workload(api(), session)->describe();
  EXPECT_EQ(first.name, "chat/session");
  session.think_time = std::chrono::seconds(1);
  EXPECT_NE(make_workload(api(), session)->describe().fingerprint, first.fingerprint);
  session = short_sessions();
  session.turns_stddev = 1;
  EXPECT_NE(make_workload(api(), session)->describe().fingerprint, first.fingerprint);
}

TEST(ChatSessionErrorsTest, AreFound) {
  const auto why = [](auto change) {
    ChatSession session;
    change(session);
    const auto error = find_error(session);
    return error ? error->message : "";
  };
  EXPECT_EQ(why([](ChatSession&) {}), "");
  EXPECT_EQ(why([](ChatSession& one) { one.generation.api = ApiKind::messages; }),
            "sessions are of chat only; choose chat");
  EXPECT_EQ(why([](ChatSession& one) { one.generation.tools = "[]"; }),
            "a session has no results of tools; leave the tools out");
  EXPECT_EQ(why([](ChatSession& one) { one.turns = 0.5; }),
            "the turns of a session are from 1 to 10000");
  EXPECT_EQ(why([](ChatSession& one) { one.think_time = -std::chrono::seconds(1); }),
            "a think time is below 0");
  EXPECT_EQ(why([](ChatSession& one) { one.id_header = "Content-Length"; }),
            "paceline sets the header Content-Length itself");
}

TEST(ChatSessionErrorsTest, MergedMessagesWouldReplaceTheHistory) {
  Api patched = api();
  patched.body_patch = R"({"messages":null})";
  const auto workload = make_workload(patched, short_sessions());
  Request request;
  Response response;
  workload->make(0, request);
  EXPECT_EQ(workload->read(request, response).error.message,
            "the turns of a session have their own messages; merge no messages into them");
}

}  // namespace
}  // namespace paceline::workload
