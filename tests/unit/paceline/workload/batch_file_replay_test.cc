#include <gtest/gtest.h>
#include <paceline/workload/batch_file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "../../message_of.h"

namespace paceline::workload {
namespace {

/// A file of the test's own, gone with it.
class BatchReplayTest : public testing::Test {
 protected:
  ~BatchReplayTest() override { std::filesystem::remove(path_); }

  void write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }

  std::unique_ptr<Workload> replay(const std::string& text, const std::string& url = "http://h/v1",
                                   bool keeps_text = false) {
    write(text);
    const auto file = BatchFile::open(path_);
    EXPECT_EQ(message_of(file), "");
    if (!file) return nullptr;
    return make_workload({url, "key"}, BatchReplay{*file, keeps_text});
  }

  std::string path_ = std::filesystem::temp_directory_path() /
                      ("batch_replay_test." + std::to_string(getpid()) + ".jsonl");
};

std::string request_line(const std::string& id, const std::string& url, const std::string& body) {
  return R"({"custom_id":")" + id + R"(","method":"POST","url":")" + url + R"(","body":)" + body +
         "}\n";
}

const std::string chat_body = R"({"model":"m","messages":[]})";
const std::string stream_body = R"({"model": "m", "messages": [], "stream": true})";
const std::string input_body = R"({"model":"m","input":"x"})";
const std::string mixed = request_line("a", "/v1/chat/completions", chat_body) +
                          request_line("b", "/v1/chat/completions", stream_body) +
                          request_line("c", "/v1/embeddings", input_body) +
                          request_line("d", "/v1/responses", input_body);

Request request_of(Workload& workload, std::uint64_t item) {
  Request request;
  workload.make(item, request);
  return request;
}

TEST_F(BatchReplayTest, AnItemAsksWhatItsLineDoes) {
  const auto workload = replay(mixed, "https://host:1/api/v2");
  const Request first = request_of(*workload, 0);
  EXPECT_EQ(first.method, Method::post);
  EXPECT_EQ(first.url, "https://host:1/api/v2/chat/completions");
  EXPECT_EQ(first.body, chat_body);
  EXPECT_EQ(first.name, "a");
  EXPECT_FALSE(first.is_streamed);
  ASSERT_TRUE(first.headers);
  const Request second = request_of(*workload, 1);
  EXPECT_EQ(second.body, stream_body);
  EXPECT_TRUE(second.is_streamed);
  EXPECT_EQ(request_of(*workload, 2).url, "https://host:1/api/v2/embeddings");
  EXPECT_EQ(request_of(*workload, 3).url, "https://host:1/api/v2/responses");
}

TEST_F(BatchReplayTest, BeginsAgainAtItsEnd) {
  const auto workload = replay(mixed);
  EXPECT_EQ(request_of(*workload, 4).name, "a");
  EXPECT_EQ(request_of(*workload, 4'000'000'003).name, "d");
}

TEST_F(BatchReplayTest, ARequestMadeAgainHoldsNothingOfTheLast) {
  const auto workload = replay(mixed);
  Request request;
  workload->make(1, request);
  workload->make(0, request);
  EXPECT_EQ(request.body, chat_body);
  EXPECT_EQ(request.name, "a");
  EXPECT_FALSE(request.is_streamed);
}

TEST_F(BatchReplayTest, EmbeddingsAndRankingsAreNeverStreamed) {
  // Servers ignore "stream" here, and send a whole response.
  const auto workload =
      replay(request_line("a", "/v1/embeddings", R"({"model":"m","input":"x","stream":true})") +
             request_line("b", "/v1/rerank",
                          R"({"model":"m","query":"q","documents":["d"],"stream":true})"));
  EXPECT_FALSE(request_of(*workload, 0).is_streamed);
  EXPECT_FALSE(request_of(*workload, 1).is_streamed);
}

bool has_header(const Request& request, const std::string& line) {
  return std::find(request.headers->begin(), request.headers->end(), line) !=
         request.headers->end();
}

TEST_F(BatchReplayTest, EachApiGetsItsHeaders) {
  const auto workload =
      replay(mixed + request_line("e", "/v1/messages", chat_body) +
             request_line("f", "/completions", R"({"model":"m","prompt":"x","stream":true})"));
  const Request message = request_of(*workload, 4);
  EXPECT_EQ(message.url, "http://h/v1/messages");
  EXPECT_TRUE(has_header(message, "x-api-key: key"));
  EXPECT_TRUE(has_header(message, "anthropic-version: 2023-06-01"));
  const Request completion = request_of(*workload, 5);
  EXPECT_EQ(completion.url, "http://h/v1/completions");
  EXPECT_TRUE(completion.is_streamed);
  EXPECT_TRUE(has_header(completion, "Authorization: Bearer key"));
  EXPECT_FALSE(has_header(completion, "anthropic-version: 2023-06-01"));
  EXPECT_TRUE(has_header(request_of(*workload, 0), "Authorization: Bearer key"));
}

TEST_F(BatchReplayTest, DescribesTheFile) {
  const Description description = replay(mixed)->describe();
  EXPECT_EQ(description.name, "batch/replay");
  EXPECT_NE(description.fingerprint.find(R"("count":4)"), std::string::npos);
  // Another name of the file is no other job, nor are other line ends, and another line is.
  EXPECT_EQ(description.fingerprint.find(path_), std::string::npos);
  std::string windows = mixed;
  for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2) {
    windows.insert(at, 1, '\r');
  }
  EXPECT_EQ(replay(windows)->describe().fingerprint, description.fingerprint);
  std::string changed = mixed;
  changed.replace(changed.find("\"a\""), 3, "\"z\"");
  EXPECT_NE(replay(changed)->describe().fingerprint, description.fingerprint);
}

TEST_F(BatchReplayTest, AFileThatChangedFailsTheRequestWithASentence) {
  const auto workload = replay(mixed);
  Request request;
  workload->make(0, request);
  const auto other = replay(mixed);
  write("");
  other->make(1, request);
  EXPECT_EQ(request.url, "");
  // So that a log does not show it under another request's name.
  EXPECT_EQ(request.name, "");
  EXPECT_FALSE(request.is_streamed);
  Response response;
  response.error = TransportError::other;
  const Outcome outcome = other->read(request, response);
  EXPECT_EQ(outcome.failure, Failure::other);
  EXPECT_NE(outcome.error.message.find(path_), std::string::npos) << outcome.error.message;
  EXPECT_NE(outcome.error.message.find("request 2 "), std::string::npos) << outcome.error.message;
  EXPECT_NE(outcome.error.message.find("do not change the file"), std::string::npos)
      << outcome.error.message;
}

TEST_F(BatchReplayTest, ReadsEachResponseAsItsUrlSays) {
  const auto workload = replay(mixed + request_line("e", "/v1/messages", chat_body));
  const auto failure = [&](std::uint64_t item, const std::string& body) {
    Response response;
    response.status = 200;
    response.body = body;
    return workload->read(request_of(*workload, item), response).failure;
  };
  EXPECT_EQ(failure(0, R"({"choices":[{}]})"), std::nullopt);
  EXPECT_EQ(failure(2, R"({"data":[{}]})"), std::nullopt);
  EXPECT_EQ(failure(3, R"({"output":[]})"), std::nullopt);
  EXPECT_EQ(failure(3, R"({"choices":[{}]})"), Failure::bad_response);
  EXPECT_EQ(failure(4, R"({"type":"message","content":[]})"), std::nullopt);
  EXPECT_EQ(failure(4, R"({"choices":[{}]})"), Failure::bad_response);
}

TEST_F(BatchReplayTest, ReadsStreamsAndKeepsTheirTextWhenAsked) {
  for (const bool keeps_text : {false, true}) {
    const auto workload = replay(mixed, "http://h/v1", keeps_text);
    const auto reader = workload->make_stream_reader();
    ASSERT_TRUE(reader);
    reader->begin(request_of(*workload, 1));
    reader->take("data: {\"choices\":[{\"delta\":{\"content\":\"hola\"}}]}\n\ndata: [DONE]\n\n",
                 {});
    Response response;
    response.status = 200;
    const Outcome outcome = reader->finish(response);
    EXPECT_FALSE(outcome.failure) << outcome.error.message;
    EXPECT_EQ(response.body.find("hola") != std::string::npos, keeps_text);
  }
}

}  // namespace
}  // namespace paceline::workload
