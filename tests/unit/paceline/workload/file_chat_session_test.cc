#include <gtest/gtest.h>
#include <paceline/message.h>
#include <paceline/workload/file_chat_session.h>

#include <memory>
#include <string>
#include <string_view>

#include "batch_files.h"
#include "chat_answer.h"

namespace paceline::workload {
namespace {

Api patched_api(std::string patch = "") {
  Api api{.url = "http://127.0.0.1/v1", .key = "key"};
  api.body_patch = std::move(patch);
  return api;
}

/// A workload of sessions from a file, without system message.
class FileChatSessionTest : public testing::Test {
 protected:
  void open(std::string_view text, const Api& api = patched_api(), std::string system = "") {
    file_.write(text);
    const auto file = ConversationFile::open(file_.path());
    ASSERT_EQ(message_of(file), "");
    ChatSession session;
    session.generation.model = "m";
    session.generation.is_streamed = true;
    session.generation.prompt.system = std::move(system);
    workload_ = make_workload(api, session, *file);
    workload_->begin_run(1);
  }

  Request made(std::uint64_t item) {
    Request request;
    workload_->make(item, request);
    return request;
  }

  void end(std::uint64_t item, std::string_view text, bool is_last = false) {
    Response response = chat_answer(text);
    workload_->end_turn(item, made(item), response, {}, is_last);
  }

  /// The messages of a request that is made, and what follows them.
  std::string messages_of(std::uint64_t item) {
    const std::string body = made(item).body;
    const std::size_t begin = body.find("\"messages\":[");
    return body.substr(begin, body.find("}],") - begin + 2);
  }

  TemporaryFile file_;
  std::unique_ptr<Workload> workload_;
};

constexpr std::string_view two_sessions =
    "{\"session_id\":\"a\",\"turns\":[\"one {n}\",\"two\",\"three\"]}\n"
    "{\"session_id\":\"b\",\"turns\":[{\"role\":\"system\",\"content\":\"s\"},\"four\"]}\n";

TEST_F(FileChatSessionTest, ATurnCarriesTheMessagesBeforeItAndTheServersAnswers) {
  open(two_sessions);
  const std::string one = R"("messages":[{"role":"user","content":"one {n}"})";
  EXPECT_EQ(messages_of(0), one + ']');
  end(0, "1 ]");
  const std::string two =
      one + R"(,{"role":"assistant","content":"1 ]"},{"role":"user","content":"two"})";
  EXPECT_EQ(messages_of(1), two + ']');
  end(1, "2");
  EXPECT_EQ(messages_of(2),
            two + R"(,{"role":"assistant","content":"2"},{"role":"user","content":"three"}])");
  EXPECT_EQ(messages_of(3),
            R"("messages":[{"role":"system","content":"s"},{"role":"user","content":"four"}])");
}

TEST_F(FileChatSessionTest, TheFieldsAreThoseOfTheGeneration) {
  open(two_sessions, patched_api(R"({"top_p":0.5})"));
  end(0, "1");
  const Request request = made(1);
  EXPECT_EQ(request.url, "http://127.0.0.1/v1/chat/completions");
  EXPECT_TRUE(request.is_streamed);
  EXPECT_TRUE(request.body.starts_with(R"({"model":"m","messages":[{"role")")) << request.body;
  EXPECT_NE(request.body.find(R"("stream":true)"), std::string::npos);
  EXPECT_NE(request.body.find(R"("top_p":0.5)"), std::string::npos);
}

TEST_F(FileChatSessionTest, ASystemMessageGoesFirst) {
  open(two_sessions, patched_api(), "Be brief.");
  const std::string one = R"("messages":[{"role":"system","content":"Be brief."},)"
                          R"({"role":"user","content":"one {n}"})";
  EXPECT_EQ(messages_of(0), one + ']');
  end(0, "1");
  EXPECT_EQ(messages_of(1),
            one + R"(,{"role":"assistant","content":"1"},{"role":"user","content":"two"}])");
}

TEST_F(FileChatSessionTest, ATurnThatFailedIsLeftOut) {
  open(two_sessions);
  Response response;
  workload_->end_turn(0, made(0), response, failed(Failure::http_5xx, "broken"), false);
  EXPECT_EQ(messages_of(1), R"("messages":[{"role":"user","content":"two"}])");
}

TEST_F(FileChatSessionTest, TheInstructionsOfAFailedTurnGoWithTheNextOne) {
  open(R"({"session_id":"a","turns":[{"role":"system","content":"s"},"one","two","three"]})");
  Response response;
  workload_->end_turn(0, made(0), response, failed(Failure::http_5xx, "broken"), false);
  const std::string two =
      R"("messages":[{"role":"system","content":"s"},{"role":"user","content":"two"})";
  EXPECT_EQ(messages_of(1), two + ']');
  end(1, "2");
  EXPECT_EQ(messages_of(2),
            two + R"(,{"role":"assistant","content":"2"},{"role":"user","content":"three"}])");
}

TEST_F(FileChatSessionTest, SessionsStartAgainWithoutHistory) {
  open(two_sessions);
  end(0, "1");
  EXPECT_EQ(messages_of(4), R"("messages":[{"role":"user","content":"one {n}"}])");
  EXPECT_NE(made(4).headers->back(), made(0).headers->back());
}

TEST_F(FileChatSessionTest, ARequestIsCalledBySessionAndTurn) {
  open(two_sessions);
  EXPECT_EQ(made(0).name, "a/1");
  EXPECT_EQ(made(2).name, "a/3");
  EXPECT_EQ(made(3).name, "b/1");
  EXPECT_EQ(made(5).name, "a/2");
}

std::string request_line(std::string_view id, std::string_view body) {
  return R"({"custom_id":"1","method":"POST","url":"/v1/chat/completions","session_id":")" +
         std::string(id) + R"(","body":)" + std::string(body) + "}\n";
}

const std::string three_requests =
    request_line("a",
                 R"({"model":"x", "stream":true, "messages":[{"role":"user","content":"1"}]})") +
    request_line("b", R"({"messages":[{"role":"user","content":"2"}],"model":"y"})") +
    request_line("a", R"({"model":"z","messages": [{"role":"user","content":"3"}],"seed":4})");

TEST_F(FileChatSessionTest, ARequestKeepsItsFields) {
  open(three_requests);
  const Request first = made(0);
  EXPECT_EQ(first.body,
            R"({"messages":[{"role":"user","content":"1"}],"model":"x","stream":true})");
  EXPECT_EQ(first.url, "http://127.0.0.1/v1/chat/completions");
  EXPECT_TRUE(first.is_streamed);
  end(0, "one");
  const Request second = made(1);
  EXPECT_FALSE(second.is_streamed);
  EXPECT_EQ(second.name, "a/2");
  EXPECT_EQ(second.body,
            R"({"messages":[{"role":"user","content":"1"},{"role":"assistant","content":"one"},)"
            R"({"role":"user","content":"3"}],"model":"z","seed":4})");
  EXPECT_EQ(made(2).body, R"({"messages":[{"role":"user","content":"2"}],"model":"y"})");
}

TEST_F(FileChatSessionTest, FieldsAreMergedIntoRequests) {
  open(three_requests, patched_api(R"({"model":"other","seed":null})"));
  end(0, "one");
  EXPECT_EQ(made(1).body,
            R"({"messages":[{"role":"user","content":"1"},{"role":"assistant","content":"one"},)"
            R"({"role":"user","content":"3"}],"model":"other"})");
}

TEST_F(FileChatSessionTest, IsDescribed) {
  open(two_sessions);
  const Description conversations = workload_->describe();
  EXPECT_EQ(conversations.name, "chat/session");
  EXPECT_EQ(conversations.model, "m");
  EXPECT_EQ(conversations.is_streamed, true);
  EXPECT_EQ(conversations.url, "http://127.0.0.1/v1/chat/completions");
  open(three_requests);
  const Description of_requests = workload_->describe();
  EXPECT_EQ(of_requests.model, "");
  EXPECT_EQ(of_requests.is_streamed, std::nullopt);
  EXPECT_NE(of_requests.fingerprint, conversations.fingerprint);
  open(three_requests, patched_api(R"({"seed":1})"));
  EXPECT_NE(workload_->describe().fingerprint, of_requests.fingerprint);
  open(std::string(two_sessions) + "{\"turns\":[\"five\"]}\n");
  EXPECT_NE(workload_->describe().fingerprint, conversations.fingerprint);
  open(two_sessions, patched_api(), "Be brief.");
  EXPECT_NE(workload_->describe().fingerprint, conversations.fingerprint);
}

TEST_F(FileChatSessionTest, ASessionThatIsGoneFails) {
  // Longer than what is read ahead.
  const std::string first =
      R"({"session_id":"a","turns":["one {n}",")" + std::string(100'000, 'x') + "\",\"three\"]}\n";
  open(first + R"({"session_id":"b","turns":["four"]})");
  made(0);
  file_.write(first);
  const Request request = made(3);
  EXPECT_EQ(request.url, "");
  Response response;
  const Outcome outcome = workload_->read(request, response);
  EXPECT_EQ(outcome.failure, Failure::other);
  EXPECT_TRUE(outcome.error.message.ends_with(
      ": session 2 is no longer in the file; do not change the file during a run"));
  // A session under way is in memory.
  EXPECT_EQ(made(1).name, "a/2");
}

TEST_F(FileChatSessionTest, WithoutAFileTheSessionsAreDrawn) {
  workload_ = make_workload(patched_api(), ChatSession{}, nullptr);
  EXPECT_NE(workload_->describe().fingerprint.find(R"("turns":"4:0")"), std::string::npos);
}

}  // namespace
}  // namespace paceline::workload
