#include <gtest/gtest.h>
#include <paceline/workload/conversation.h>
#include <simdjson.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "../../message_of.h"

namespace paceline::workload {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

Result<Conversation> parsed_conversation(std::string_view text) {
  ConversationParser parser;
  Conversation conversation;
  const simdjson::padded_string padded(text);
  if (auto done = parser.parse(padded, conversation); !done) return tl::unexpected(done.error());
  return conversation;
}

/// The messages of the turns, or the error.
Texts messages_in(std::string_view text) {
  const auto conversation = parsed_conversation(text);
  if (!conversation) return {conversation.error().message};
  Texts all;
  for (const ConversationTurn& turn : conversation->turns) all.push_back(turn.messages);
  return all;
}

std::string refused_conversation(std::string_view text, ErrorCode code = ErrorCode::bad_line) {
  const auto conversation = parsed_conversation(text);
  if (conversation) return "parsed";
  EXPECT_EQ(conversation.error().code, code);
  return conversation.error().message;
}

std::string dialog(std::string_view turns) {
  return R"({"session_id":"a","turns":[)" + std::string(turns) + "]}";
}

std::string batch_request(std::string_view body, std::string_view more = "",
                          std::string_view url = "/v1/chat/completions") {
  return R"({"custom_id":"1","session_id":"a","method":"POST","url":")" + std::string(url) +
         R"(",)" + std::string(more) + R"("body":)" + std::string(body) + "}";
}

TEST(ConversationTest, HasTurnsOfTexts) {
  const auto conversation = parsed_conversation(dialog(R"("one","\u00fc \"two\"\n")"));
  ASSERT_TRUE(conversation) << message_of(conversation);
  EXPECT_EQ(conversation->id, "a");
  EXPECT_FALSE(conversation->is_request);
  ASSERT_EQ(conversation->turns.size(), 2U);
  EXPECT_EQ(conversation->turns[0].messages, R"({"role":"user","content":"one"})");
  EXPECT_EQ(conversation->turns[1].messages, R"({"role":"user","content":"ü \"two\"\n"})");
  EXPECT_EQ(conversation->turns[0].delay, std::nullopt);
}

TEST(ConversationTest, ATurnEndsWithEachMessageOfTheUser) {
  EXPECT_EQ(
      messages_in(dialog(
          R"({"role":"system","content":"s"},{"role":"user","content":"one"},)"
          R"({"role":"assistant","content":null},{"role":"tool","tool_call_id":"t","content":"r"},)"
          R"({"content":[{"type":"text","text":"two"}],"role":"user","name":"n"},)"
          R"({"role":"developer","content":"never sent"})")),
      (Texts{R"({"role":"system","content":"s"},{"role":"user","content":"one"})",
             R"({"role":"tool","content":"r","tool_call_id":"t"},)"
             R"({"role":"user","content":[{"type":"text","text":"two"}],"name":"n"})"}));
}

TEST(ConversationTest, ATurnMayHaveTextInPlaceOfContent) {
  EXPECT_EQ(messages_in(dialog(R"({"text":"one"},{"text":"no","content":"two"})")),
            (Texts{R"({"role":"user","content":"one"})", R"({"role":"user","content":"two"})"}));
}

TEST(ConversationTest, ATurnMayHaveADelay) {
  const auto conversation = parsed_conversation(dialog(
      R"("one",{"content":"two","delay":500},{"content":"three","delay":0.6},)"
      R"({"content":"four","delay":null},{"role":"system","content":"s","delay":7},"five")"));
  ASSERT_TRUE(conversation) << message_of(conversation);
  std::vector<std::optional<std::chrono::milliseconds>> delays;
  for (const ConversationTurn& turn : conversation->turns) delays.push_back(turn.delay);
  EXPECT_EQ(delays, (std::vector<std::optional<std::chrono::milliseconds>>{
                        std::nullopt, 500ms, 1ms, std::nullopt, std::nullopt}));
}

TEST(ConversationTest, ReadsShareGpt) {
  EXPECT_EQ(messages_in(R"({"id":"a","conversations":[{"from":"system","value":"s"},)"
                        R"({"from":"human","value":"one","markdown":null},)"
                        R"({"from":"gpt","value":""},{"from":"bing","value":"b"},)"
                        R"({"value":"two","from":"user"},{"from":"chatgpt","value":"c"}]})"),
            (Texts{R"({"role":"system","content":"s"},{"role":"user","content":"one"})",
                   R"({"role":"user","content":"two"})"}));
}

TEST(ConversationTest, ShareGptMayHaveNoMessageOfTheUser) {
  EXPECT_EQ(messages_in(R"({"id":"a","conversations":[]})"), Texts{});
  EXPECT_EQ(messages_in(R"({"id":"a","conversations":[{"from":"bard","value":"b"}]})"), Texts{});
}

TEST(ConversationTest, AnIdIsATextOrANumberOrMissing) {
  EXPECT_EQ(parsed_conversation(R"({"session_id":17,"id":"b","turns":["one"]})")->id, "17");
  EXPECT_EQ(parsed_conversation(R"({"id":"b","turns":["one"]})")->id, "b");
  EXPECT_EQ(parsed_conversation(R"({"turns":["one"]})")->id, "");
  EXPECT_EQ(parsed_conversation(R"({"id":null,"turns":["one"]})")->id, "");
  EXPECT_EQ(refused_conversation(R"({"id":[],"turns":["one"]})"),
            "id is not a text; give each conversation one");
}

TEST(ConversationTest, ReadsARequest) {
  const auto conversation = parsed_conversation(batch_request(
      R"({"model": "m", "stream": true, "messages": [{"role": "system", "content": "s"}, )"
      R"({"role": "assistant", "content": "old"}, {"role": "user", "content": "one"}], )"
      R"("top_p": 1.50, "stop": [ "a" , "b" ] , "o": {"messages": []} })",
      R"("delay":250,)"));
  ASSERT_TRUE(conversation) << message_of(conversation);
  EXPECT_TRUE(conversation->is_request);
  EXPECT_EQ(conversation->id, "a");
  ASSERT_EQ(conversation->turns.size(), 1U);
  const ConversationTurn& turn = conversation->turns[0];
  EXPECT_EQ(turn.messages, R"({"role":"system","content":"s"},{"role":"user","content":"one"})");
  EXPECT_EQ(turn.fields,
            R"("model":"m","stream":true,"top_p":1.50,"stop":[ "a" , "b" ],"o":{"messages": []})");
  EXPECT_TRUE(turn.is_streamed);
  EXPECT_EQ(turn.delay, 250ms);
}

TEST(ConversationTest, TheLastOfTwoKeysCounts) {
  EXPECT_EQ(messages_in(R"({"turns":["no"],"turns":["one"]})"),
            Texts{R"({"role":"user","content":"one"})"});
  const auto conversation = parsed_conversation(
      batch_request(R"({"model":"m","messages":7,"mess\u0061ges":[{"role":"user"}]})"));
  ASSERT_TRUE(conversation) << message_of(conversation);
  EXPECT_EQ(conversation->turns[0].messages, R"({"role":"user"})");
  EXPECT_EQ(conversation->turns[0].fields, R"("model":"m")");
}

TEST(ConversationTest, LoneSurrogatesAndLargeNumbersAreMended) {
  EXPECT_EQ(messages_in(dialog(R"("a \ud800 b")")),
            Texts{"{\"role\":\"user\",\"content\":\"a \xEF\xBF\xBD b\"}"});
  const auto conversation = parsed_conversation(
      batch_request(R"({"model":"m","seed":123456789012345678901234567890,"\ud800":1,)"
                    R"("messages":[{"role":"user","content":"one"}]})"));
  ASSERT_TRUE(conversation) << message_of(conversation);
  EXPECT_TRUE(conversation->turns[0].fields.starts_with(R"("model":"m","seed":)"));
}

TEST(ConversationTest, AValueOfARequestIsSentAsItIs) {
  const auto conversation = parsed_conversation(
      batch_request(R"({"model":"m","seed":123456789012345678901234567890,"user":"\ud800",)"
                    R"("messages":[{"role":"user","content":"one"}]})"));
  ASSERT_TRUE(conversation) << message_of(conversation);
  EXPECT_EQ(conversation->turns[0].fields,
            R"("model":"m","seed":123456789012345678901234567890,"user":"\ud800")");
}

TEST(ConversationErrorsTest, NameWhatIsWrong) {
  EXPECT_TRUE(refused_conversation("{").starts_with("the text is not JSON ("));
  EXPECT_TRUE(
      refused_conversation("[]").starts_with("this is not a JSON object; give an object for each"));
  EXPECT_TRUE(
      refused_conversation("{}").starts_with("there is no conversation; give an object for each"));
  EXPECT_EQ(refused_conversation("{\"turns\":[\"\xff\"]}"),
            "the text is not UTF-8; save the file as UTF-8");
  EXPECT_EQ(refused_conversation(R"({"turns":"one"})"),
            "turns is not an array; put the messages into one");
  EXPECT_EQ(refused_conversation(dialog("")),
            "turns has no message of the user; give one, or leave it out");
  EXPECT_EQ(refused_conversation(dialog(R"({"role":"assistant","content":"a"})")),
            "turns has no message of the user; give one, or leave it out");
  EXPECT_TRUE(refused_conversation(dialog(R"("one",7)"))
                  .starts_with("message 2 of turns is no text and no message; write one such as"));
  EXPECT_EQ(refused_conversation(dialog(R"({"role":"user"})")),
            "message 1 of turns has no content; give it a text");
  EXPECT_EQ(refused_conversation(dialog(R"({"role":"user","content":null})")),
            "message 1 of turns has no content; give it a text");
  EXPECT_EQ(refused_conversation(dialog(R"({"role":7,"content":"one"})")),
            "message 1 of turns has a role that is not a text; write one such as user");
  EXPECT_EQ(refused_conversation(R"({"conversations":[{"from":"nobody","value":"one"}]})"),
            "message 1 of conversations is from an unknown role; write human, gpt or system");
  for (const char* delay : {"-1", "\"1s\"", "2592000001", "true"}) {
    EXPECT_EQ(
        refused_conversation(dialog(R"({"content":"one","delay":)" + std::string(delay) + "}")),
        "the delay of message 1 of turns is not a time; give milliseconds from 0 to "
        "2592000000");
  }
}

TEST(ConversationErrorsTest, TurnsAreLimited) {
  std::string turns = R"("one")";
  for (int turn = 1; turn < 10'000; ++turn) turns += R"(,"one")";
  EXPECT_EQ(messages_in(dialog(turns)).size(), 10'000U);
  EXPECT_EQ(refused_conversation(dialog(turns + R"(,"one")")),
            "the conversation has more than 10000 turns; divide it");
}

TEST(ConversationErrorsTest, OfRequests) {
  constexpr std::string_view body = R"({"model":"m","messages":[{"role":"user","content":"a"}]})";
  EXPECT_EQ(refused_conversation(
                R"({"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{}})"),
            "session_id is missing; give the requests of each session the same");
  EXPECT_EQ(refused_conversation(batch_request(body, "", "/v1/embeddings")),
            "body has no input, which /v1/embeddings needs; add input or correct the url");
  EXPECT_EQ(refused_conversation(batch_request(body, "", "/v1/messages")),
            "url is \"/v1/messages\"; sessions are of \"/v1/chat/completions\" only");
  refused_conversation(batch_request(body, "", "http://host/v1/chat/completions"),
                       ErrorCode::line_names_server);
  EXPECT_EQ(refused_conversation(batch_request(R"({"model":"m","messages":"one"})")),
            "messages of the body is not an array; put the messages into one");
  EXPECT_EQ(refused_conversation(batch_request(R"({"model":"m","messages":[]})")),
            "the body has no message but those of the assistant; give it one of the user");
  EXPECT_TRUE(refused_conversation(batch_request(R"({"model":"m","messages":["one"]})"))
                  .starts_with("message 1 of the body has no role; write one such as"));
  EXPECT_EQ(refused_conversation(batch_request(body, R"("delay":-1,)")),
            "the delay of the request is not a time; give milliseconds from 0 to 2592000000");
}

}  // namespace
}  // namespace paceline::workload
