#include <endpoint/generation.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <string_view>

#include "sent_events.h"

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

Generation response_of(std::size_t tokens) {
  Generation response;
  response.model = "gpt-4o";
  response.number = 7;
  response.created = 1'700'000'000;
  response.prompt_tokens = 40;
  response.cached_tokens = 32;
  response.tokens = tokens;
  return response;
}

/// All events of a stream.
std::string stream_of(const Generation& response, const GenerationFormat& format) {
  std::string text;
  format.write_opening(response, text);
  TokenFrame frame;
  format.set_frame(response, frame);
  for (std::size_t i = 0; i < response.tokens; ++i) {
    text += frame.before;
    if (!frame.after_choice.empty()) text += "0" + frame.after_choice;
    text += "word" + frame.after;
    for (const auto& number : frame.numbers) {
      text += std::to_string(number.first + i + (number.counts_tokens ? 1 : 0));
      text += number.after;
    }
  }
  format.write_closing(response, text);
  return text;
}

TEST(ChatFormat, HasTheShapeOfTheRealApi) {
  std::string text;
  chat_format().write_whole(response_of(3), text);
  dom::parser parser;
  const dom::element response = parser.parse(text);
  EXPECT_EQ(std::string_view(response["id"]), "chatcmpl-00000000000000000000000000007");
  EXPECT_EQ(std::string_view(response["object"]), "chat.completion");
  EXPECT_EQ(std::string_view(response["model"]), "gpt-4o");
  EXPECT_EQ(std::int64_t(response["created"]), 1'700'000'000);
  const dom::element choice = response["choices"].at(0);
  EXPECT_EQ(std::int64_t(choice["index"]), 0);
  EXPECT_EQ(std::string_view(choice["message"]["role"]), "assistant");
  EXPECT_EQ(std::string_view(choice["message"]["content"]), "one line keeps");
  EXPECT_TRUE(choice["message"]["refusal"].is_null());
  EXPECT_EQ(std::string_view(choice["finish_reason"]), "stop");
  EXPECT_EQ(std::int64_t(response["usage"]["prompt_tokens"]), 40);
  EXPECT_EQ(std::int64_t(response["usage"]["completion_tokens"]), 3);
  EXPECT_EQ(std::int64_t(response["usage"]["total_tokens"]), 43);
  EXPECT_EQ(std::int64_t(response["usage"]["prompt_tokens_details"]["cached_tokens"]), 32);
}

TEST(ChatFormat, SaysWhenTheLimitEndsIt) {
  auto response = response_of(2);
  response.is_capped = true;
  std::string text;
  chat_format().write_whole(response, text);
  EXPECT_NE(text.find(R"("finish_reason":"length")"), std::string::npos);
  text.clear();
  chat_format().write_closing(response, text);
  EXPECT_NE(text.find(R"("finish_reason":"length")"), std::string::npos);
}

TEST(ChatFormat, EchoesAModelThatNeedsEscapes) {
  auto response = response_of(1);
  response.model = "a\"b\\c\nd\x01é";
  for (const std::string& text : {[&] {
                                    std::string whole;
                                    chat_format().write_whole(response, whole);
                                    return whole;
                                  }(),
                                  sent_events(stream_of(response, chat_format()))[1].data}) {
    dom::parser parser;
    const dom::element parsed = parser.parse(text);
    EXPECT_EQ(std::string_view(parsed["model"]), response.model);
  }
}

TEST(ChatFormat, StreamsRoleTokensFinishReasonAndDone) {
  const auto events = sent_events(stream_of(response_of(2), chat_format()));
  ASSERT_EQ(events.size(), 5U);
  dom::parser parser;
  const std::string same = R"("object":"chat.completion.chunk","created":1700000000)";
  const char* const deltas[] = {R"({"role":"assistant","content":""})", R"({"content":"word"})",
                                R"({"content":"word"})", "{}"};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NE(events[i].data.find(same), std::string::npos);
    const dom::element event = parser.parse(events[i].data);
    EXPECT_EQ(std::string_view(event["id"]), "chatcmpl-00000000000000000000000000007");
    EXPECT_EQ(event["usage"].error(), simdjson::NO_SUCH_FIELD);
    const dom::element choice = event["choices"].at(0);
    EXPECT_EQ(simdjson::minify(choice["delta"].value()), deltas[i]);
    EXPECT_EQ(choice["finish_reason"].is_null(), i < 3);
  }
  EXPECT_NE(events[3].data.find(R"("finish_reason":"stop")"), std::string::npos);
  EXPECT_EQ(events[4].data, "[DONE]");
}

TEST(ChatFormat, EndsItsStreamWithTheUsageWhenAsked) {
  auto response = response_of(1);
  response.includes_usage = true;
  const auto events = sent_events(stream_of(response, chat_format()));
  ASSERT_EQ(events.size(), 5U);
  dom::parser parser;
  for (std::size_t i = 0; i < 3; ++i) {
    const dom::element event = parser.parse(events[i].data);
    EXPECT_TRUE(event["usage"].is_null());
  }
  const dom::element last = parser.parse(events[3].data);
  EXPECT_EQ(last["choices"].get_array().size(), 0U);
  EXPECT_EQ(std::int64_t(last["usage"]["total_tokens"]), 41);
  EXPECT_EQ(std::int64_t(last["usage"]["prompt_tokens_details"]["cached_tokens"]), 32);
}

TEST(ResponsesFormat, HasTheShapeOfTheRealApi) {
  std::string text;
  responses_format().write_whole(response_of(3), text);
  dom::parser parser;
  const dom::element response = parser.parse(text);
  EXPECT_EQ(std::string_view(response["id"]), "resp_00000000000000000000000000007");
  EXPECT_EQ(std::string_view(response["object"]), "response");
  EXPECT_EQ(std::string_view(response["status"]), "completed");
  EXPECT_TRUE(response["incomplete_details"].is_null());
  const dom::element item = response["output"].at(0);
  EXPECT_EQ(std::string_view(item["type"]), "message");
  EXPECT_EQ(std::string_view(item["role"]), "assistant");
  EXPECT_EQ(std::string_view(item["content"].at(0)["type"]), "output_text");
  EXPECT_EQ(std::string_view(item["content"].at(0)["text"]), "one line keeps");
  const dom::element usage = response["usage"];
  EXPECT_EQ(std::int64_t(usage["input_tokens"]), 40);
  EXPECT_EQ(std::int64_t(usage["input_tokens_details"]["cached_tokens"]), 32);
  EXPECT_EQ(std::int64_t(usage["output_tokens"]), 3);
  EXPECT_EQ(std::int64_t(usage["output_tokens_details"]["reasoning_tokens"]), 0);
  EXPECT_EQ(std::int64_t(usage["total_tokens"]), 43);
}

TEST(ResponsesFormat, NumbersAndNamesItsEvents) {
  const auto events = sent_events(stream_of(response_of(2), responses_format()));
  const char* const names[] = {"response.created",           "response.in_progress",
                               "response.output_item.added", "response.content_part.added",
                               "response.output_text.delta", "response.output_text.delta",
                               "response.output_text.done",  "response.content_part.done",
                               "response.output_item.done",  "response.completed"};
  ASSERT_EQ(events.size(), std::size(names));
  dom::parser parser;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].name, names[i]);
    const dom::element event = parser.parse(events[i].data);
    EXPECT_EQ(std::string_view(event["type"]), names[i]);
    EXPECT_EQ(std::uint64_t(event["sequence_number"]), i);
  }
  const auto at = [&](std::size_t i) -> dom::element { return parser.parse(events[i].data); };
  EXPECT_EQ(std::string_view(at(0)["response"]["status"]), "in_progress");
  EXPECT_TRUE(at(1)["response"]["usage"].is_null());
  EXPECT_EQ(std::string_view(at(2)["item"]["status"]), "in_progress");
  EXPECT_EQ(std::string_view(at(3)["part"]["text"]), "");
  EXPECT_EQ(std::string_view(at(4)["delta"]), "word");
  EXPECT_EQ(std::string_view(at(4)["item_id"]), "msg_00000000000000000000000000007");
  EXPECT_EQ(std::string_view(at(6)["text"]), "one line");
  EXPECT_EQ(std::string_view(at(7)["part"]["text"]), "one line");
  EXPECT_EQ(std::string_view(at(8)["item"]["content"].at(0)["text"]), "one line");
  EXPECT_EQ(std::int64_t(at(9)["response"]["usage"]["output_tokens"]), 2);
}

TEST(ResponsesFormat, SaysWhenTheLimitEndsIt) {
  auto response = response_of(2);
  response.is_capped = true;
  const auto events = sent_events(stream_of(response, responses_format()));
  EXPECT_EQ(events.back().name, "response.incomplete");
  dom::parser parser;
  const dom::element written = parser.parse(events.back().data)["response"];
  EXPECT_EQ(std::string_view(written["status"]), "incomplete");
  EXPECT_EQ(std::string_view(written["incomplete_details"]["reason"]), "max_output_tokens");
  EXPECT_EQ(std::string_view(written["output"].at(0)["status"]), "incomplete");
}

TEST(MessagesFormat, WritesAWholeMessage) {
  std::string text;
  messages_format().write_whole(response_of(3), text);
  EXPECT_EQ(text,
            R"({"id":"msg_00000000000000000000000000007","type":"message","role":"assistant",)"
            R"("model":"gpt-4o","content":[{"type":"text","text":"one line keeps"}],)"
            R"("stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":8,)"
            R"("cache_creation_input_tokens":0,"cache_read_input_tokens":32,"output_tokens":3}})");
}

TEST(MessagesFormat, StreamsAMessageInNamedEvents) {
  EXPECT_EQ(
      stream_of(response_of(2), messages_format()),
      "event: message_start\n"
      R"(data: {"type":"message_start","message":{"id":"msg_00000000000000000000000000007",)"
      R"("type":"message","role":"assistant","model":"gpt-4o","content":[],"stop_reason":null,)"
      R"("stop_sequence":null,"usage":{"input_tokens":8,"cache_creation_input_tokens":0,)"
      R"("cache_read_input_tokens":32,"output_tokens":1}}})"
      "\n\n"
      "event: content_block_start\n"
      R"(data: {"type":"content_block_start","index":0,)"
      R"("content_block":{"type":"text","text":""}})"
      "\n\n"
      "event: ping\n"
      "data: {\"type\":\"ping\"}\n\n"
      "event: content_block_delta\n"
      R"(data: {"type":"content_block_delta","index":0,)"
      R"("delta":{"type":"text_delta","text":"word"}})"
      "\n\n"
      "event: content_block_delta\n"
      R"(data: {"type":"content_block_delta","index":0,)"
      R"("delta":{"type":"text_delta","text":"word"}})"
      "\n\n"
      "event: content_block_stop\n"
      "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
      "event: message_delta\n"
      R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},)"
      R"("usage":{"output_tokens":2}})"
      "\n\n"
      "event: message_stop\n"
      "data: {\"type\":\"message_stop\"}\n\n");
}

TEST(MessagesFormat, SaysWhenTheLimitEndsIt) {
  auto response = response_of(2);
  response.is_capped = true;
  std::string text;
  messages_format().write_whole(response, text);
  EXPECT_NE(text.find(R"("stop_reason":"max_tokens")"), std::string::npos);
  text.clear();
  messages_format().write_closing(response, text);
  EXPECT_NE(text.find(R"("stop_reason":"max_tokens")"), std::string::npos);
}

}  // namespace
}  // namespace paceline::endpoint
