#include <gtest/gtest.h>
#include <paceline/endpoint.h>
#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "sent_events.h"
#include "visitor.h"

// Calls of tools over real sockets: each API's form, whole and streamed.

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

constexpr const char* weather_schema =
    R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})";
// 16 tokens of four bytes.
constexpr const char* arguments =
    R"({"city":"one line keeps its pace and holds it one line keeps i"})";

std::string chat_with_tool(const std::string& more) {
  return std::string(R"({"model":"m","messages":[{"role":"user","content":"a"}],)"
                     R"("tools":[{"type":"function","function":{"name":"weather","parameters":)") +
         weather_schema + "}}]" + more + "}";
}
std::string response_with_tool(const std::string& more) {
  return std::string(R"({"model":"m","input":"a","tool_choice":"required",)"
                     R"("tools":[{"type":"function","name":"weather","parameters":)") +
         weather_schema + "}]" + more + "}";
}
std::string message_with_tool(const std::string& more) {
  return std::string(R"({"model":"m","messages":[{"role":"user","content":"a"}],)"
                     R"("tool_choice":{"type":"tool","name":"weather"},)"
                     R"("tools":[{"name":"weather","input_schema":)") +
         weather_schema + "}]" + more + "}";
}

class EndpointTools : public testing::Test {
 protected:
  dom::element ask(const char* path, const std::string& request) {
    EXPECT_EQ(visitor_.post(path, request), 200) << visitor_.body;
    return whole_.parse(visitor_.body);
  }
  std::vector<SentEvent> stream(const char* path, const std::string& request) {
    EXPECT_EQ(visitor_.post(path, request), 200) << visitor_.body;
    return sent_events(visitor_.body);
  }
  dom::element parsed(const SentEvent& event) { return parser_.parse(event.data); }
  /// The texts at this JSON pointer of the events, one after the other.
  std::string joined(const std::vector<SentEvent>& events, const char* pointer) {
    std::string all;
    for (const SentEvent& event : events) {
      std::string_view part;
      dom::element data;
      if (parser_.parse(event.data).get(data) != simdjson::SUCCESS) continue;
      if (data.at_pointer(pointer).get(part) == simdjson::SUCCESS) all += part;
    }
    return all;
  }

 private:
  std::unique_ptr<Endpoint> endpoint_ = started();
  Visitor visitor_{*endpoint_};
  dom::parser parser_;
  dom::parser whole_;
};

TEST_F(EndpointTools, AreCalledInAChat) {
  const auto choice =
      ask(chat_path, chat_with_tool(R"(,"tool_choice":"required","n":2)"))["choices"].at(1);
  EXPECT_EQ(std::string_view(choice["finish_reason"]), "tool_calls");
  EXPECT_TRUE(choice["message"]["content"].is_null());
  const auto call = choice["message"]["tool_calls"].at(0);
  EXPECT_EQ(std::string_view(call["id"]), "call_000000000000000000001001");
  EXPECT_EQ(std::string_view(call["type"]), "function");
  EXPECT_EQ(std::string_view(call["function"]["name"]), "weather");
  EXPECT_EQ(std::string_view(call["function"]["arguments"]), arguments);
}

TEST_F(EndpointTools, AreNotCalledWithoutDemand) {
  const auto choice = ask(chat_path, chat_with_tool(""))["choices"].at(0);
  EXPECT_EQ(std::string_view(choice["finish_reason"]), "stop");
  EXPECT_EQ(choice["message"]["tool_calls"].error(), simdjson::NO_SUCH_FIELD);
}

TEST_F(EndpointTools, CountAsInput) {
  const std::int64_t with = ask(chat_path, chat_with_tool(""))["usage"]["prompt_tokens"];
  const std::int64_t without = ask(chat_path, chat_request)["usage"]["prompt_tokens"];
  EXPECT_GT(with, without + 20);
}

TEST_F(EndpointTools, AreStreamedInAChat) {
  const auto events =
      stream(chat_path, chat_with_tool(R"(,"tool_choice":"required","stream":true)"));
  ASSERT_EQ(events.size(), 1U + 16 + 2);
  const auto first = parsed(events.front())["choices"].at(0)["delta"];
  EXPECT_EQ(std::string_view(first["role"]), "assistant");
  EXPECT_TRUE(first["content"].is_null());
  EXPECT_EQ(std::int64_t(first["tool_calls"].at(0)["index"]), 0);
  EXPECT_EQ(std::string_view(first["tool_calls"].at(0)["id"]), "call_000000000000000000001000");
  EXPECT_EQ(std::string_view(first["tool_calls"].at(0)["function"]["name"]), "weather");
  EXPECT_EQ(joined(events, "/choices/0/delta/tool_calls/0/function/arguments"), arguments);
  EXPECT_EQ(joined(events, "/choices/0/delta/tool_calls/0/id"), "call_000000000000000000001000");
  EXPECT_EQ(std::string_view(parsed(events[17])["choices"].at(0)["finish_reason"]), "tool_calls");
}

TEST_F(EndpointTools, AreCutAtTheLimit) {
  const auto choice =
      ask(chat_path, chat_with_tool(R"(,"tool_choice":"required","max_tokens":2)"))["choices"].at(
          0);
  EXPECT_EQ(std::string_view(choice["finish_reason"]), "length");
  EXPECT_EQ(std::string_view(choice["message"]["tool_calls"].at(0)["function"]["arguments"]),
            std::string(arguments).substr(0, 8));
}

TEST_F(EndpointTools, AreCalledInAResponse) {
  const auto response = ask("/v1/responses", response_with_tool(""));
  EXPECT_EQ(std::string_view(response["status"]), "completed");
  const auto item = response["output"].at(0);
  EXPECT_EQ(std::string_view(item["type"]), "function_call");
  EXPECT_EQ(std::string_view(item["status"]), "completed");
  EXPECT_TRUE(std::string_view(item["id"]).starts_with("fc_"));
  EXPECT_TRUE(std::string_view(item["call_id"]).starts_with("call_"));
  EXPECT_EQ(std::string_view(item["name"]), "weather");
  EXPECT_EQ(std::string_view(item["arguments"]), arguments);
}

TEST_F(EndpointTools, AreStreamedInAResponse) {
  const auto events = stream("/v1/responses", response_with_tool(R"(,"stream":true)"));
  ASSERT_EQ(events.size(), 3U + 16 + 3);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto data = parsed(events[i]);
    EXPECT_EQ(std::string_view(data["type"]), events[i].name);
    EXPECT_EQ(std::size_t(std::int64_t(data["sequence_number"])), i);
  }
  EXPECT_EQ(events[2].name, "response.output_item.added");
  EXPECT_EQ(std::string_view(parsed(events[2])["item"]["arguments"]), "");
  EXPECT_EQ(events[3].name, "response.function_call_arguments.delta");
  EXPECT_EQ(joined(events, "/delta"), arguments);
  EXPECT_EQ(events[19].name, "response.function_call_arguments.done");
  EXPECT_EQ(std::string_view(parsed(events[19])["arguments"]), arguments);
  EXPECT_EQ(std::string_view(parsed(events[20])["item"]["arguments"]), arguments);
  EXPECT_EQ(events[21].name, "response.completed");
}

TEST_F(EndpointTools, AreUsedInAMessage) {
  const auto message = ask("/v1/messages", message_with_tool(R"(,"max_tokens":99)"));
  EXPECT_EQ(std::string_view(message["stop_reason"]), "tool_use");
  const auto block = message["content"].at(0);
  EXPECT_EQ(std::string_view(block["type"]), "tool_use");
  EXPECT_TRUE(std::string_view(block["id"]).starts_with("toolu_"));
  EXPECT_EQ(std::string_view(block["name"]), "weather");
  EXPECT_EQ(std::string(simdjson::minify(block["input"])), arguments);
  // Half a JSON object is no value.
  const auto cut = ask("/v1/messages", message_with_tool(R"(,"max_tokens":2)"));
  EXPECT_EQ(std::string_view(cut["stop_reason"]), "max_tokens");
  EXPECT_EQ(std::string_view(cut["content"].at(0)["input"]), R"({"city":)");
}

TEST_F(EndpointTools, AreStreamedInAMessage) {
  const auto events =
      stream("/v1/messages", message_with_tool(R"(,"max_tokens":99,"stream":true)"));
  ASSERT_EQ(events.size(), 3U + 16 + 3);
  const auto block = parsed(events[1])["content_block"];
  EXPECT_EQ(std::string_view(block["type"]), "tool_use");
  EXPECT_EQ(std::string_view(block["name"]), "weather");
  EXPECT_EQ(std::string(simdjson::minify(block["input"])), "{}");
  EXPECT_EQ(std::string_view(parsed(events[3])["delta"]["type"]), "input_json_delta");
  EXPECT_EQ(joined(events, "/delta/partial_json"), arguments);
  EXPECT_EQ(joined(events, "/delta/stop_reason"), "tool_use");
}

TEST_F(EndpointTools, LeaveAMessageInTheFormatOfItsOutput) {
  const auto message =
      ask("/v1/messages", std::string(R"({"model":"m","max_tokens":99,)"
                                      R"("output_config":{"format":{"type":)"
                                      R"("json_schema","schema":)") +
                              weather_schema + R"(}},"messages":[{"role":"user","content":"a"}]})");
  EXPECT_EQ(std::string_view(message["content"].at(0)["text"]), arguments);
}

}  // namespace
}  // namespace paceline::endpoint
