#pragma once

#include <gtest/gtest.h>
#include <paceline/api/generation_stream.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paceline::api {

using namespace std::chrono_literals;

inline const TimePoint stream_start{};

inline std::string event(std::string_view data) {
  return "data: " + std::string(data) + "\n\n";
}

/// A chunk whose first choice is `choice`.
inline std::string chunk(const std::string& choice, const std::string& rest = {}) {
  return event(
      R"({"id":"c-1","object":"chat.completion.chunk","created":7,"model":"m","choices":[)" +
      choice + "]" + rest + "}");
}

inline std::string text_chunk(const std::string& text) {
  return chunk(R"({"index":0,"delta":{"content":")" + text + R"("},"finish_reason":null})");
}

inline const std::string role_chunk =
    chunk(R"({"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null})");
inline const std::string stop_chunk = chunk(R"({"index":0,"delta":{},"finish_reason":"stop"})");
inline const std::string usage_chunk =
    chunk("", R"(,"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,)"
              R"("prompt_tokens_details":{"cached_tokens":4}})");
inline const std::string done = event("[DONE]");

inline Request request_to(const std::string& url) {
  Request request;
  request.url = url;
  request.is_streamed = true;
  return request;
}

/// What a stream of one kind came to.
class Reading {
 public:
  explicit Reading(const std::string& path, bool keeps_text = false)
      : stream_(
            std::make_unique<GenerationStream>(GenerationStreamOptions{.keeps_text = keeps_text})),
        request_(request_to("http://host/v1" + path)) {
    stream_->begin(request_);
    response_.status = 200;
  }

  /// Each piece is read a millisecond after the one before, the first at 1 ms.
  Reading& take(const std::vector<std::string>& pieces) {
    for (const std::string& piece : pieces) {
      now_ += 1ms;
      reads_on_ = reads_on_ && stream_->take(piece, now_);
    }
    return *this;
  }

  Outcome finish() { return stream_->finish(response_); }

  std::unique_ptr<GenerationStream> stream_;
  Request request_;
  Response response_;
  TimePoint now_ = stream_start;
  bool reads_on_ = true;
};

inline Reading chat(const std::vector<std::string>& pieces) {
  return std::move(Reading("/chat/completions").take(pieces));
}

inline void expect_bad(Outcome outcome, std::string_view words) {
  EXPECT_EQ(outcome.failure, Failure::bad_response) << outcome.error.message;
  EXPECT_NE(outcome.error.message.find(words), std::string::npos) << outcome.error.message;
}

inline const std::string delta_event =
    event(R"({"type":"response.output_text.delta","item_id":"m-1","delta":"hola"})");

/// A chunk whose first choice has this delta.
inline std::string delta_chunk(const std::string& delta) {
  return chunk(R"({"index":0,"delta":)" + delta + R"(,"finish_reason":null})");
}

inline std::vector<std::string> repeated(std::size_t times, const std::string& piece) {
  return std::vector<std::string>(times, piece);
}

inline std::string usage_of(int completion, int reasoning) {
  return chunk("", R"(,"usage":{"prompt_tokens":9,"completion_tokens":)" +
                       std::to_string(completion) +
                       R"(,"completion_tokens_details":{"reasoning_tokens":)" +
                       std::to_string(reasoning) + "}}");
}

}  // namespace paceline::api
