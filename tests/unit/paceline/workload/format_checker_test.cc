#include <gtest/gtest.h>
#include <paceline/api/tools.h>
#include <paceline/text_generation.h>
#include <paceline/workload/format_checker.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace paceline::workload {
namespace {

constexpr const char* city_schema =
    R"({"type":"object","properties":{"city":{"type":"string"},"people":{"type":"integer"}},)"
    R"("required":["city"],"additionalProperties":false})";

TEST(JsonSchemaTest, AcceptsWhatHasItsForm) {
  const auto schema = JsonSchema::parse(api::Json::parse(city_schema));
  ASSERT_TRUE(schema);
  EXPECT_TRUE(schema->accepts(R"({"city":"Lima","people":3})"));
  for (const char* bad : {"", "Lima", R"({"city":1})", R"({"people":3})", R"({"city":"a","b":1})",
                          R"({"city":"Lima","people":1.5})", R"({"city":"Lima")"}) {
    EXPECT_FALSE(schema->accepts(bad)) << bad;
  }
}

TEST(JsonSchemaTest, IsRefusedIfItCannotBeChecked) {
  for (const char* bad : {R"({"type":3})", R"({"$ref":"http://host/other.json"})"}) {
    EXPECT_FALSE(JsonSchema::parse(api::Json::parse(bad))) << bad;
  }
}

std::string chat_response(const std::string& text) {
  return nlohmann::json{{"choices", {{{"message", {{"content", text}}}}}}}.dump();
}

TEST(FormatCheckerTest, CountsEachRunAnew) {
  FormatChecker checker(api::generation_form_of(ApiKind::chat),
                        *api::parse_response_format(city_schema));
  for (int i = 0; i < 100; ++i) checker.check(chat_response(R"({"city":"Lima"})"));
  for (int i = 0; i < 50; ++i) checker.check(chat_response("no JSON"));
  checker.check("no response");
  const FormatChecks checks = checker.finish();
  EXPECT_EQ(checks.checked, 151U);
  EXPECT_EQ(checks.valid, 100U);
  EXPECT_EQ(checker.finish().checked, 0U);
}

TEST(FormatCheckerTest, WithoutASchemaAnyObjectIsValid) {
  FormatChecker checker(api::generation_form_of(ApiKind::chat), api::ResponseFormat{});
  checker.check(chat_response(R"({"any":1})"));
  checker.check(chat_response("[1]"));
  EXPECT_EQ(checker.finish().valid, 1U);
}

TEST(FormatCheckerTest, FindsTheTextOfEachForm) {
  const std::string text = R"({"city":"Lima"})";
  const std::string quoted = nlohmann::json(text).dump();
  const auto is_valid = [](ApiKind kind, const std::string& response) {
    FormatChecker checker(api::generation_form_of(kind), *api::parse_response_format(city_schema));
    checker.check(response);
    return checker.finish().valid == 1;
  };
  EXPECT_TRUE(is_valid(ApiKind::chat, chat_response(text)));
  EXPECT_TRUE(is_valid(ApiKind::completions, R"({"choices":[{"text":)" + quoted + "}]}"));
  EXPECT_TRUE(is_valid(ApiKind::responses,
                       R"({"output":[{"type":"reasoning","summary":[]},{"type":"message",)"
                       R"("content":[{"type":"output_text","text":)" +
                           quoted + "}]}]}"));
  EXPECT_TRUE(
      is_valid(ApiKind::messages, R"({"content":[{"type":"text","text":)" + quoted + "}]}"));
}

/// A workload that asks for a format, and a response to one of its requests.
FormatChecks checks_of(bool is_streamed, const std::string& body, bool is_counted = true) {
  TextGeneration generation{.is_streamed = is_streamed, .response_format = city_schema};
  const auto workload = make_workload(Api{.url = "http://host"}, generation);
  workload->begin_run(1);
  Request request;
  workload->make(0, request);
  request.is_counted = is_counted;
  Response response;
  response.status = 200;
  if (is_streamed) {
    const auto reader = workload->make_stream_reader();
    reader->begin(request);
    reader->take(body, TimePoint());
    EXPECT_FALSE(reader->finish(response).failure);
    EXPECT_EQ(response.body, "");
  } else {
    response.body = body;
    EXPECT_FALSE(workload->read(request, response).failure);
  }
  return workload->end_run();
}

TEST(FormatCheckerTest, ChecksWholeAndStreamedResponsesOfAWorkload) {
  EXPECT_EQ(checks_of(false, chat_response(R"({"city":"Lima"})")).valid, 1U);
  const std::string begin =
      "data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"city\\\":\"}}]}\n\n";
  const std::string good = "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"Lima\\\"}\"}}]}\n\n";
  const std::string done = "data: [DONE]\n\n";
  EXPECT_EQ(checks_of(true, begin + good + done).valid, 1U);
  const FormatChecks broken = checks_of(true, begin + done);
  EXPECT_EQ(broken.checked, 1U);
  EXPECT_EQ(broken.valid, 0U);
}

TEST(FormatCheckerTest, TheWarmUpIsNotCounted) {
  const std::string stream =
      "data: {\"choices\":[{\"delta\":{\"content\":\"{}\"}}]}\n\ndata: [DONE]\n\n";
  EXPECT_EQ(checks_of(false, chat_response("{}"), false).checked, 0U);
  EXPECT_EQ(checks_of(true, stream, false).checked, 0U);
  EXPECT_EQ(checks_of(true, stream).checked, 1U);
}

TEST(FormatCheckerTest, AToolCallHasNoFormat) {
  const std::string call =
      R"({"choices":[{"finish_reason":"tool_calls","message":{"tool_calls":[{"function":)"
      R"({"name":"f","arguments":"{}"}}]}}]})";
  EXPECT_EQ(checks_of(false, call).checked, 0U);
}

}  // namespace
}  // namespace paceline::workload
