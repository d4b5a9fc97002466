#pragma once

#include <gtest/gtest.h>
#include <paceline/api/api_form.h>
#include <paceline/api/response_reader.h>

#include <optional>
#include <string>
#include <vector>

#include "generation_reading.h"

namespace paceline::api {

/// What paceline reads from a good response.
struct Read {
  /// Events with tokens of a stream; not of a whole response.
  std::uint64_t events = 0;
  /// The number of the event with which the answer begins, from 1 on.
  std::uint64_t first_answer = 1;
  std::optional<std::uint64_t> prompt{};
  std::optional<std::uint64_t> completion{};
  std::optional<std::uint64_t> cached{};
  std::optional<std::uint64_t> reasoning{};
  std::optional<Finish> finish = Finish::stop;
  std::optional<bool> tool_calls_valid{};
};

inline void expect_outcome(const Outcome& outcome, const Read& read) {
  ASSERT_FALSE(outcome.failure) << outcome.error.message;
  const Usage usage = outcome.usage.value_or(Usage());
  EXPECT_EQ(usage.prompt_tokens, read.prompt);
  EXPECT_EQ(usage.completion_tokens, read.completion);
  EXPECT_EQ(usage.cached_tokens, read.cached);
  EXPECT_EQ(usage.reasoning_tokens, read.reasoning);
  EXPECT_EQ(outcome.finish, read.finish);
  EXPECT_EQ(outcome.tool_calls_valid, read.tool_calls_valid);
}

inline Outcome whole(ApiKind kind, const std::string& body, long status = 200) {
  Response response;
  response.status = status;
  response.body = body;
  return ResponseReader().read(form_of(kind), response);
}

/// Reads a stream; each line of `lines` arrives a millisecond after the one before.
inline void expect_stream(ApiKind kind, const std::vector<std::string>& lines, const Read& read) {
  Reading reading{std::string(form_of(kind).path())};
  reading.take(lines);
  expect_outcome(reading.finish(), read);
  const TokenTimes& times = reading.stream_->times();
  EXPECT_EQ(times.events, read.events);
  ASSERT_TRUE(times.first_answer);
  EXPECT_EQ(*times.first_answer == times.first, read.first_answer == 1);
}

inline void expect_failure(const Outcome& outcome, Failure failure, const std::string& words) {
  EXPECT_EQ(outcome.failure, failure);
  EXPECT_NE(outcome.error.message.find(words), std::string::npos) << outcome.error.message;
}

/// An event with a name, as the Responses API and the Messages API send it.
inline std::string typed_event(const std::string& data) {
  const std::size_t begin = data.find(R"("type":")") + 8;
  return "event: " + data.substr(begin, data.find('"', begin) - begin) + "\n" + event(data);
}

}  // namespace paceline::api
