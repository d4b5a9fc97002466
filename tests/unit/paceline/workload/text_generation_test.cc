#include <gtest/gtest.h>
#include <paceline/plain_http.h>
#include <paceline/text_generation.h>
#include <simdjson.h>

#include <string>

namespace paceline::workload {
namespace {

constexpr const char* good_response =
    R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi"}}],)"
    R"("usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}})";

Response response_of(long status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

TEST(TextGenerationTest, MakesTheRequestThatTheApiTakes) {
  TextGeneration chat;
  chat.model = "some \"model\"";
  chat.prompt.nonce = Nonce::none;
  chat.prompt.text = "line\none #{n} and {n}";
  chat.max_tokens = 12;
  const auto workload = make_workload({"http://host/v1", "secret"}, chat);
  Request request;
  workload->make(41, request);
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.url, "http://host/v1/chat/completions");

  simdjson::dom::parser parser;
  simdjson::dom::element body;
  ASSERT_EQ(parser.parse(request.body).get(body), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(body["model"]), "some \"model\"");
  EXPECT_EQ(std::string_view(body["messages"].at(0)["role"]), "system");
  EXPECT_EQ(std::string_view(body["messages"].at(1)["content"]), "line\none #41 and 41");
  EXPECT_EQ(std::uint64_t(body["max_completion_tokens"]), 12U);
}

TEST(TextGenerationTest, ARequestMadeAgainHoldsNothingOfTheLast) {
  const auto workload = make_workload({"http://host/v1", ""}, TextGeneration{});
  Request fresh;
  workload->make(5, fresh);
  Request used;
  used.body = "left over";
  used.name = "left over";
  used.is_streamed = true;
  used.prefix_tokens = 9;
  workload->make(123456, used);
  workload->make(5, used);
  EXPECT_EQ(used.body, fresh.body);
  EXPECT_EQ(used.name, "");
  EXPECT_FALSE(used.is_streamed);
  EXPECT_EQ(used.prefix_tokens, 0U);
}

TEST(TextGenerationTest, LeavesOutWhatIsNotAskedFor) {
  TextGeneration chat;
  chat.prompt.system.clear();
  const auto workload = make_workload({"http://host/v1", ""}, chat);
  Request request;
  workload->make(0, request);
  EXPECT_EQ(request.body.find("max_tokens"), std::string::npos);
  EXPECT_EQ(request.body.find("system"), std::string::npos);
}

std::string body_of(TextGeneration asked) {
  asked.prompt = {.system = {}, .text = "hi", .nonce = Nonce::none};
  asked.model = "m";
  const auto workload = make_workload({"http://host/v1", ""}, asked);
  Request request;
  workload->make(0, request);
  EXPECT_EQ(request.is_streamed, asked.is_streamed);
  return request.body;
}

TEST(TextGenerationTest, AsksForEachLimit) {
  EXPECT_EQ(body_of({.max_tokens = 9, .min_tokens = 4, .ignore_eos = true}),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],)"
            R"("max_completion_tokens":9,"min_tokens":4,"ignore_eos":true})");
  EXPECT_EQ(body_of({.temperature = 0.7}),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":0.7})");
}

TEST(TextGenerationTest, AsksForAStreamWithItsUsage) {
  EXPECT_EQ(body_of({.is_streamed = true, .asks_usage = false}),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true})");
  EXPECT_EQ(body_of({.is_streamed = true}),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],)"
            R"("stream":true,"stream_options":{"include_usage":true}})");
}

TEST(TextGenerationTest, MergesTheUsersFieldsLast) {
  const Api api{.url = "http://host/v1", .body_patch = R"({"temperature":null,"model":"o"})"};
  const auto workload = make_workload(
      api, TextGeneration{.prompt = {.system = {}, .text = "#{n}", .nonce = Nonce::none},
                          .temperature = 0.5});
  Request request;
  workload->make(7, request);
  EXPECT_EQ(request.body, R"({"model":"o","messages":[{"role":"user","content":"#7"}]})");
  EXPECT_EQ(workload->describe().model, "o");
}

TEST(TextGenerationTest, TheResponsesApiHasItsOwnNames) {
  EXPECT_EQ(body_of({.api = ApiKind::responses, .is_streamed = true, .max_tokens = 9}),
            R"({"model":"m","input":[{"role":"user","content":"hi"}],)"
            R"("max_output_tokens":9,"stream":true})");
  const auto workload =
      make_workload(Api{"http://host/v1", ""}, TextGeneration{.api = ApiKind::responses});
  Request request;
  workload->make(0, request);
  EXPECT_EQ(request.url, "http://host/v1/responses");
  EXPECT_EQ(workload->describe().name, "responses/complete");
  Response response =
      response_of(200, R"({"output":[],"usage":{"input_tokens":1,"output_tokens":2}})");
  EXPECT_EQ(workload->read(request, response).usage->completion_tokens, 2U);
}

/// The request with a system message.
Request request_of(ApiKind api, bool is_streamed) {
  TextGeneration asked{.api = api, .is_streamed = is_streamed, .model = "m"};
  asked.prompt = {.system = "be brief", .text = "hi \"{n}\"", .nonce = Nonce::none};
  const auto workload = make_workload({.url = "http://host/v1", .key = "k"}, asked);
  Request request;
  workload->make(3, request);
  return request;
}

TEST(TextGenerationTest, CompletionsHaveOnePrompt) {
  const Request request = request_of(ApiKind::completions, true);
  EXPECT_EQ(request.url, "http://host/v1/completions");
  EXPECT_EQ(request.body, R"({"model":"m","prompt":"be brief\n\nhi \"3\"","stream":true,)"
                          R"("stream_options":{"include_usage":true}})");
  EXPECT_EQ(body_of({.api = ApiKind::completions, .max_tokens = 9}),
            R"({"model":"m","prompt":"hi","max_tokens":9})");
}

TEST(TextGenerationTest, MessagesHaveALimitAndTheSystemApart) {
  const Request request = request_of(ApiKind::messages, true);
  EXPECT_EQ(request.url, "http://host/v1/messages");
  EXPECT_EQ(request.body, R"({"model":"m","system":"be brief","messages":[{"role":"user",)"
                          R"("content":"hi \"3\""}],"max_tokens":1024,"stream":true})");
  EXPECT_EQ(request.headers->back(), "x-api-key: k");
  EXPECT_EQ(body_of({.api = ApiKind::messages, .max_tokens = 9}),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":9})");
}

TEST(TextGenerationTest, DescribesItselfWithoutTheSalt) {
  const auto workload =
      make_workload({"http://host/v1", ""}, TextGeneration{.is_streamed = true, .model = "m"});
  const Description description = workload->describe();
  EXPECT_EQ(description.name, "chat/stream");
  EXPECT_EQ(description.model, "m");
  workload->begin_run(77);
  EXPECT_EQ(workload->describe().fingerprint, description.fingerprint);
  const auto other =
      make_workload({"http://host/v1", ""}, TextGeneration{.is_streamed = true, .model = "n"});
  EXPECT_NE(other->describe().fingerprint, description.fingerprint);
  EXPECT_EQ(description.url, "http://host/v1/chat/completions");
}

TEST(TextGenerationTest, ANumberInThePromptIsNoPlaceForOne) {
  const auto fingerprint_of = [](const std::string& prompt) {
    return make_workload({"http://host/v1", ""}, TextGeneration{.prompt = {.text = prompt}})
        ->describe()
        .fingerprint;
  };
  EXPECT_NE(fingerprint_of("count to {n}"), fingerprint_of("count to 0"));
}

TEST(TextGenerationTest, NoTwoRunsAskTheSame) {
  const auto workload = make_workload({"http://host/v1", ""}, TextGeneration{});
  const auto body = [&](std::uint64_t salt) {
    workload->begin_run(salt);
    Request request;
    workload->make(3, request);
    return request.body;
  };
  EXPECT_NE(body(1), body(2));
  EXPECT_EQ(body(1), body(1));
}

TEST(TextGenerationTest, TellsTheLengthAskedFor) {
  const auto length = [](const TextGeneration& asked) {
    Request request;
    make_workload({"http://host/v1", ""}, asked)->make(0, request);
    return request.length_asked;
  };
  EXPECT_FALSE(length({}));
  EXPECT_EQ(length({.max_tokens = 9})->at_least, 9U);
  EXPECT_EQ(length({.max_tokens = 9})->at_most, 9U);
  EXPECT_EQ(length({.max_tokens = 9, .min_tokens = 4})->at_least, 4U);
  EXPECT_EQ(length({.max_tokens = 9, .min_tokens = 4})->at_most, 9U);
}

TEST(TextGenerationTest, ItsReaderReadsItsStreams) {
  const auto workload =
      make_workload({"http://host/v1", ""},
                    TextGeneration{.is_streamed = true, .max_tokens = 9, .keeps_text = true});
  Request request;
  workload->make(0, request);
  const auto reader = workload->make_stream_reader();
  reader->begin(request);
  reader->take("data: {\"choices\":[{\"delta\":{\"content\":\"hola\"}}]}\n\ndata: [DONE]\n\n", {});
  Response response = response_of(200, "");
  const Outcome outcome = reader->finish(response);
  EXPECT_FALSE(outcome.failure) << outcome.error.message;
  EXPECT_EQ(reader->times().events, 1U);
  EXPECT_NE(response.body.find("hola"), std::string::npos);
}

TEST(TextGenerationTest, ReadsUsage) {
  const auto workload = make_workload({"http://host/v1", ""}, TextGeneration{});
  Response response = response_of(200, good_response);
  const Outcome outcome = workload->read({}, response);
  EXPECT_FALSE(outcome.failure);
  ASSERT_TRUE(outcome.usage);
  EXPECT_EQ(outcome.usage->prompt_tokens, 7U);
  EXPECT_EQ(outcome.usage->completion_tokens, 3U);
}

TEST(TextGenerationTest, AResponseWithoutUsageStillSucceeds) {
  const auto workload = make_workload({"http://host/v1", ""}, TextGeneration{});
  Response response = response_of(200, R"({"choices":[{}]})");
  const Outcome outcome = workload->read({}, response);
  EXPECT_FALSE(outcome.failure);
  EXPECT_FALSE(outcome.usage);
}

TEST(TextGenerationTest, ResponsesThatAreNoCompletionFail) {
  const auto workload = make_workload({"http://host/v1", ""}, TextGeneration{});
  for (const char* body : {"<html>hello</html>", "", "[]", "{}", R"({"choices":[]})", R"({"ch)"}) {
    Response response = response_of(200, body);
    const Outcome outcome = workload->read({}, response);
    ASSERT_TRUE(outcome.failure) << body;
    EXPECT_EQ(*outcome.failure, Failure::bad_response) << body;
    EXPECT_FALSE(outcome.error.message.empty());
  }
}

TEST(TextGenerationTest, SaysTheServersOwnWords) {
  const auto workload = make_workload({"http://host/v1", "k"}, TextGeneration{});
  Response response = response_of(404, R"({"error":{"message":"The model `x` does not exist"}})");
  const Outcome outcome = workload->read({}, response);
  EXPECT_EQ(outcome.failure, Failure::http_4xx);
  EXPECT_NE(outcome.error.message.find("The model `x` does not exist"), std::string::npos);
}

TEST(TextGenerationTest, SortsFailures) {
  const auto workload = make_workload(PlainHttp{.url = "http://host/"});
  const auto failure = [&](long status) {
    Response response = response_of(status, "");
    return workload->read({}, response).failure;
  };
  EXPECT_EQ(failure(204), std::nullopt);
  EXPECT_EQ(failure(429), Failure::http_429);
  EXPECT_EQ(failure(503), Failure::http_5xx);
  EXPECT_EQ(failure(403), Failure::http_4xx);
  EXPECT_EQ(failure(302), Failure::bad_response);
}

}  // namespace
}  // namespace paceline::workload
