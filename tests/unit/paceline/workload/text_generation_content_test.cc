#include <gtest/gtest.h>
#include <paceline/text_generation.h>

#include <nlohmann/json.hpp>
#include <string>

namespace paceline::workload {
namespace {

using nlohmann::json;

json json_body_of(const TextGeneration& generation) {
  EXPECT_EQ(find_error(generation), std::nullopt);
  Request request;
  make_workload(Api{.url = "http://host/v1"}, generation)->make(0, request);
  return json::parse(request.body);
}

std::string refusal_of(const TextGeneration& generation) {
  const auto error = find_error(generation);
  return error ? error->message : "";
}

TextGeneration asked(ApiKind kind) {
  TextGeneration generation{.api = kind, .model = "m"};
  generation.prompt = {.system = {}, .text = "hi", .nonce = Nonce::none};
  return generation;
}

TEST(PromptContentTest, TokenIdsAreAPromptOfCompletions) {
  TextGeneration generation = asked(ApiKind::completions);
  generation.prompt.ids = {.count = 3, .vocabulary = 2};
  EXPECT_EQ(json_body_of(generation)["prompt"], json({1, 1, 1}));
  for (const ApiKind kind : {ApiKind::chat, ApiKind::responses, ApiKind::messages}) {
    generation.api = kind;
    EXPECT_NE(refusal_of(generation).find("have no token ids; choose completions"),
              std::string::npos);
  }
}

TEST(PromptContentTest, EachFormHasItsOwnImages) {
  TextGeneration generation = asked(ApiKind::chat);
  generation.prompt.images = {.count = 2, .width = 4, .height = 3};
  const std::string url_begin = "data:image/png;base64,iVBORw0KGgo";

  const json chat = json_body_of(generation)["messages"][0]["content"];
  ASSERT_EQ(chat.size(), 3U);
  EXPECT_EQ(chat[0], json({{"type", "text"}, {"text", "hi"}}));
  EXPECT_EQ(chat[1]["type"], "image_url");
  const std::string url = chat[1]["image_url"]["url"];
  EXPECT_EQ(url.substr(0, url_begin.size()), url_begin);
  EXPECT_NE(chat[1], chat[2]);

  generation.api = ApiKind::responses;
  const json responses = json_body_of(generation)["input"][0]["content"];
  EXPECT_EQ(responses[0], json({{"type", "input_text"}, {"text", "hi"}}));
  EXPECT_EQ(responses[1], json({{"type", "input_image"}, {"image_url", url}}));

  generation.api = ApiKind::messages;
  const json messages = json_body_of(generation)["messages"][0]["content"];
  const std::string data = url.substr(url.find(',') + 1);
  EXPECT_EQ(messages[0],
            json({{"type", "image"},
                  {"source", {{"type", "base64"}, {"media_type", "image/png"}, {"data", data}}}}));
  EXPECT_EQ(messages[2], json({{"type", "text"}, {"text", "hi"}}));

  generation.api = ApiKind::completions;
  EXPECT_NE(refusal_of(generation).find("have no images"), std::string::npos);
}

/// The same function in the forms of the three APIs.
const char* const tools_of_chat =
    R"([{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},)"
    R"("strict":true}}])";
const char* const tools_of_responses =
    R"([{"type":"function","name":"f","description":"d","parameters":{"type":"object"},)"
    R"("strict":true}])";
const char* const tools_of_messages =
    R"([{"name":"f","description":"d","input_schema":{"type":"object"}}])";

TEST(ToolsTest, EachFormHasItsOwn) {
  for (const char* given : {tools_of_chat, tools_of_responses}) {
    TextGeneration generation = asked(ApiKind::chat);
    generation.tools = given;
    EXPECT_EQ(json_body_of(generation)["tools"], json::parse(tools_of_chat)) << given;
    generation.api = ApiKind::responses;
    EXPECT_EQ(json_body_of(generation)["tools"], json::parse(tools_of_responses)) << given;
    generation.api = ApiKind::messages;
    EXPECT_EQ(json_body_of(generation)["tools"], json::parse(tools_of_messages)) << given;
  }
  TextGeneration generation = asked(ApiKind::chat);
  generation.tools = tools_of_messages;
  json without_strict = json::parse(tools_of_chat);
  without_strict[0]["function"].erase("strict");
  EXPECT_EQ(json_body_of(generation)["tools"], without_strict);
}

TEST(ToolsTest, OtherKindsAreSentUnchanged) {
  TextGeneration generation = asked(ApiKind::responses);
  generation.tools = R"([{"type":"web_search"}])";
  EXPECT_EQ(json_body_of(generation)["tools"], json::parse(generation.tools));
}

TEST(ToolsTest, AreAnArrayOfObjects) {
  TextGeneration generation = asked(ApiKind::chat);
  for (const char* bad : {"{}", "[]", "[1]", "[", "null"}) {
    generation.tools = bad;
    EXPECT_NE(refusal_of(generation).find("the tools are not a JSON array"), std::string::npos)
        << bad;
  }
  generation.api = ApiKind::completions;
  generation.tools = tools_of_chat;
  EXPECT_NE(refusal_of(generation).find("have no tools"), std::string::npos);
}

TEST(ResponseFormatTest, EachFormHasItsOwn) {
  const json schema = {{"type", "object"}, {"required", {"name"}}};
  const json field = {
      {"type", "json_schema"},
      {"json_schema", {{"name", "response"}, {"strict", true}, {"schema", schema}}}};
  for (const std::string& given : {schema.dump(), field.dump()}) {
    TextGeneration generation = asked(ApiKind::chat);
    generation.response_format = given;
    EXPECT_EQ(json_body_of(generation)["response_format"], field);
    generation.api = ApiKind::completions;
    EXPECT_EQ(json_body_of(generation)["response_format"], field);
    generation.api = ApiKind::responses;
    json flat = field["json_schema"];
    flat["type"] = "json_schema";
    EXPECT_EQ(json_body_of(generation)["text"], json({{"format", flat}}));
    generation.api = ApiKind::messages;
    EXPECT_EQ(json_body_of(generation)["output_config"],
              json({{"format", {{"type", "json_schema"}, {"schema", schema}}}}));
  }
}

TEST(ResponseFormatTest, MayBeAnyObject) {
  TextGeneration generation = asked(ApiKind::chat);
  generation.response_format = R"({"type":"json_object"})";
  EXPECT_EQ(json_body_of(generation)["response_format"], json({{"type", "json_object"}}));
  generation.api = ApiKind::responses;
  EXPECT_EQ(json_body_of(generation)["text"]["format"], json({{"type", "json_object"}}));
  generation.api = ApiKind::messages;
  EXPECT_NE(refusal_of(generation).find("choose a JSON schema"), std::string::npos);
}

TEST(ResponseFormatTest, IsASchema) {
  TextGeneration generation = asked(ApiKind::chat);
  for (const char* bad : {"[]", "1", "{", R"({"type":"json_schema"})"}) {
    generation.response_format = bad;
    EXPECT_NE(refusal_of(generation).find("the response format"), std::string::npos) << bad;
  }
}

TEST(ToolsTest, WrongOnesFailEachRequest) {
  TextGeneration generation = asked(ApiKind::chat);
  generation.tools = "[";
  const auto workload = make_workload(Api{.url = "http://host/v1"}, generation);
  Request request;
  workload->make(0, request);
  EXPECT_EQ(request.url, "");
  Response response;
  const Outcome outcome = workload->read(request, response);
  EXPECT_TRUE(outcome.failure);
  EXPECT_NE(outcome.error.message.find("the tools are not a JSON array"), std::string::npos);
}

}  // namespace
}  // namespace paceline::workload
