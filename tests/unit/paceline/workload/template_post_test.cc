#include <gtest/gtest.h>
#include <paceline/template_post.h>

#include <string>

namespace paceline::workload {
namespace {

TemplatePost post_of(const std::string& body) {
  TemplatePost post{.path = "/api/generate", .body = body, .model = "a \"model\""};
  post.prompt = {.system = "s", .text = "say \"{n}\"", .nonce = Nonce::none};
  return post;
}

std::string filled_body(const std::string& body, const std::string& patch = {}) {
  const auto workload =
      make_workload(Api{.url = "http://host/", .body_patch = patch}, post_of(body));
  workload->begin_run(5);
  Request request;
  workload->make(12, request);
  EXPECT_EQ(request.url, "http://host/api/generate");
  return request.body;
}

TEST(TemplatePostTest, FillsItsPlaceholders) {
  EXPECT_EQ(filled_body(R"({"m":"{model}","p":"<{prompt}>","seed":{n},"s":"#{n}"})"),
            R"({"m":"a \"model\"","p":"<s\n\nsay \"12\">","seed":12,"s":"#12"})");
  EXPECT_EQ(filled_body(R"({"id":"{nonce}"})"), R"({"id":"00000005-0000000c"})");
}

TEST(TemplatePostTest, OtherBracesStay) {
  EXPECT_EQ(filled_body(R"({"a":{"n":1},"b":"\"{n}\\","c":"{other}"})"),
            R"({"a":{"n":1},"b":"\"12\\","c":"{other}"})");
}

TEST(TemplatePostTest, TheBodyPatchIsMergedLast) {
  EXPECT_EQ(filled_body(R"({"a":1,"seed":{n}})", R"({"a":null,"b":2})"), R"({"seed":12,"b":2})");
}

TEST(TemplatePostTest, IsChecked) {
  const auto refusal = [](const TemplatePost& post) {
    const auto error = find_error(post);
    return error ? error->message : "";
  };
  EXPECT_EQ(refusal(post_of(R"({"seed":{n}})")), "");
  for (const char* bad : {"", "[]", "text {prompt}", R"({"p":{prompt}})", R"({"p":"{n})"}) {
    EXPECT_NE(refusal(post_of(bad)).find("the body is not a JSON object"), std::string::npos)
        << bad;
  }
  TemplatePost post = post_of("{}");
  post.is_streamed = true;
  EXPECT_NE(refusal(post).find("a stream needs the JSON pointer"), std::string::npos);
  post.text_pointer = "text";
  EXPECT_NE(refusal(post).find("'text' is not a JSON pointer"), std::string::npos);
  post.text_pointer = "/text";
  EXPECT_EQ(refusal(post), "");
  post.completion_tokens_pointer = "usage/out";
  EXPECT_NE(refusal(post).find("'usage/out'"), std::string::npos);
}

/// A response of a workload with these pointers.
Outcome outcome_of(const std::string& body) {
  TemplatePost post = post_of("{}");
  post.text_pointer = "/message/content";
  post.prompt_tokens_pointer = "/counts/0";
  post.completion_tokens_pointer = "/counts/1";
  const auto workload = make_workload(Api{.url = "http://host"}, post);
  EXPECT_EQ(workload->describe().name, "template/post");
  Response response;
  response.status = 200;
  response.body = body;
  return workload->read({}, response);
}

TEST(TemplatePostTest, ReadsTheTextAndTheUsage) {
  const Outcome outcome = outcome_of(R"({"message":{"content":"hi"},"counts":[3,4]})");
  EXPECT_FALSE(outcome.failure) << outcome.error.message;
  ASSERT_TRUE(outcome.usage);
  EXPECT_EQ(outcome.usage->prompt_tokens, 3U);
  EXPECT_EQ(outcome.usage->completion_tokens, 4U);
  EXPECT_FALSE(outcome_of(R"({"message":{"content":"hi"}})").usage);
}

TEST(TemplatePostTest, AResponseWithoutTheTextIsBad) {
  EXPECT_EQ(outcome_of(R"({"message":{}})").error.message,
            "the response has no text at /message/content");
  EXPECT_EQ(outcome_of(R"({"error":"no memory"})").error.message,
            "the server answered with an error: no memory");
  EXPECT_EQ(outcome_of("hi").error.message, "the response is not JSON: hi");
}

/// A stream of a workload whose text is at /response.
struct Streamed {
  Outcome outcome;
  std::uint64_t events = 0;
  std::string body;
};

Streamed stream_of(const std::string& text) {
  TemplatePost post = post_of("{}");
  post.is_streamed = true;
  post.keeps_text = true;
  post.text_pointer = "/response";
  post.completion_tokens_pointer = "/eval_count";
  const auto workload = make_workload(Api{.url = "http://host"}, post);
  EXPECT_EQ(workload->describe().name, "template/stream");
  Request request;
  workload->make(0, request);
  EXPECT_TRUE(request.is_streamed);
  const auto reader = workload->make_stream_reader();
  reader->begin(request);
  TimePoint now{};
  for (const char letter : text) {
    now += std::chrono::milliseconds(1);
    reader->take({&letter, 1}, now);
  }
  Response response;
  response.status = 200;
  const Outcome outcome = reader->finish(response);
  return {outcome, reader->times().events, response.body};
}

TEST(TemplatePostTest, ReadsNewlineDelimitedJsonAndServerSentEvents) {
  const std::vector<std::string> events{R"({"response":"one "})", R"({"response":"two"})",
                                        R"({"response":"","done":true,"eval_count":2})"};
  std::string lines;
  std::string sse;
  for (const std::string& event : events) {
    lines += event + '\n';
    sse += "data: " + event + "\n\n";
  }
  for (const std::string& text : {lines, lines.substr(0, lines.size() - 1), sse}) {
    const Streamed streamed = stream_of(text);
    EXPECT_FALSE(streamed.outcome.failure) << streamed.outcome.error.message;
    EXPECT_EQ(streamed.events, 2U);
    ASSERT_TRUE(streamed.outcome.usage);
    EXPECT_EQ(streamed.outcome.usage->completion_tokens, 2U);
    EXPECT_EQ(streamed.body, R"({"text":"one two"})");
  }
}

TEST(TemplatePostTest, AStreamMayFail) {
  EXPECT_EQ(stream_of("{\"response\":\"a\"}\n{\"error\":\"no memory\"}\n").outcome.error.message,
            "the server reported an error in the stream: no memory");
  EXPECT_EQ(stream_of("{\"other\":1}\n").outcome.error.message,
            "no event of the stream has /response");
  EXPECT_EQ(stream_of("").outcome.error.message, "the response is not an event stream");
}

}  // namespace
}  // namespace paceline::workload
