#include <gtest/gtest.h>
#include <paceline/log/log_reader.h>
#include <paceline/run/recorder.h>

#include <chrono>
#include <optional>
#include <string>

#include "../log/log_folder.h"
#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

using RecorderLogTest = log::LogFolder;

TEST_F(RecorderLogTest, KeepsARowOfEachCountedRequest) {
  auto log = log::open_request_log(path());
  RunPlan options(RunOptions{.rpm = 60});
  options.log = {log.get(), log::begin_run(*log), true};
  Recording recording(options);
  recording.exchange_.request.name = "first";
  recording.exchange_.response.body = "the text";
  recording.add(good(Usage{7, 3, 2}), {3ms, 5ms});
  recording.exchange_.request.name.clear();
  recording.exchange_.response.body.clear();
  recording.add(failed(Failure::bad_response, "broke off"), {4ms});
  recording.add(good(), {}, false);
  recording.pending_.is_counted = false;
  recording.add(good(), {}, false);
  static_cast<void>(recording.finish());
  ASSERT_EQ(message_of(log->close()), "");

  EXPECT_EQ(log::ask(path(), "SELECT count(*) FROM requests"), 3);
  EXPECT_EQ(
      log::ask(
          path(),
          "SELECT count(*) FROM requests WHERE (run, item, custom_id, due_ns, sent_ns, "
          "first_byte_ns, first_token_ns, done_ns, status, error, tokens_in, tokens_out, "
          "cached_tokens, retries, response) IS (1, 0, 'first', 998000000, 1000000000, 1001000000, "
          "1003000000, 1010000000, 200, NULL, 7, 3, 2, 0, 'the text')"),
      1);
  EXPECT_EQ(
      log::ask(path(),
               "SELECT count(*) FROM requests WHERE (item, custom_id, first_token_ns, error, "
               "tokens_in, tokens_out, response) IS (1, NULL, 2004000000, 'broke off', NULL, 1, "
               "NULL)"),
      1);
  EXPECT_EQ(log::ask(path(),
                     "SELECT count(*) FROM requests WHERE (item, first_token_ns, error, tokens_in, "
                     "tokens_out) IS (2, NULL, NULL, NULL, NULL)"),
            1);
}

TEST_F(RecorderLogTest, KeepsTheThinkingAndTheEndOfEachResponse) {
  auto log = log::open_request_log(path());
  RunPlan options;
  options.log = {log.get(), log::begin_run(*log), false};
  Recording recording(options);
  Outcome outcome = good(Usage{.completion_tokens = 9, .reasoning_tokens = 4});
  outcome.finish = Finish::content_filter;
  outcome.tool_calls_valid = true;
  TokenTimes times;
  times.add(recording.next_send() + 1ms, false);
  times.add(recording.next_send() + 2ms);
  recording.add_read(outcome, &times);
  recording.add(good(), {}, false);
  static_cast<void>(recording.finish());
  ASSERT_EQ(message_of(log->close()), "");
  const auto count = [&](const std::string& values) {
    return log::ask(path(),
                    "SELECT count(*) FROM requests WHERE (item, first_token_ns, first_answer_ns, "
                    "reasoning_tokens, finish, tool_calls_valid) IS (" +
                        values + ")");
  };
  EXPECT_EQ(count("0, 1001000000, 1002000000, 4, 'content_filter', 1"), 1);
  EXPECT_EQ(count("1, NULL, NULL, NULL, NULL, NULL"), 1);
}

TEST_F(RecorderLogTest, KeepsResponsesOnlyWhenAsked) {
  auto log = log::open_request_log(path());
  RunPlan options;
  options.log = {log.get(), log::begin_run(*log), false};
  Recording recording(options);
  recording.exchange_.response.body = "the text";
  recording.exchange_.response.first_byte = TimePoint::max();
  recording.add(good(), {}, false);
  static_cast<void>(recording.finish());
  ASSERT_EQ(message_of(log->close()), "");
  EXPECT_EQ(log::ask(path(), "SELECT count(*) FROM requests WHERE response IS NULL"), 1);
}

TEST_F(RecorderLogTest, WhatAStopLeavesUnansweredHasItsRow) {
  auto log = log::open_request_log(path());
  RunPlan options(RunOptions{.rpm = 60});
  options.log = {log.get(), log::begin_run(*log), true};
  Recorder recorder(options, 4);
  recorder.begin(start);
  http::Exchange exchange{0};
  exchange.request.name = "mine";
  exchange.response.status = 503;
  exchange.response.sent = start + 1s;
  exchange.response.done = start + 2s;
  PendingRequest pending{
      .slot = {0, 1s}, .item = 0, .is_counted = true, .tries = 1, .sent = 1s, .in_flight = 1};
  // One fails, and is not tried again.
  recorder.departed(pending, {.now = 1s, .possible = 1s});
  const FailedTry last = recorder.retried(pending, exchange, failed(Failure::http_5xx, "busy"));
  recorder.abandoned(pending, last);
  // One is in its second try.
  pending.item = 1;
  recorder.departed(pending, {.now = 1s, .possible = 1s});
  recorder.retried(pending, exchange, failed(Failure::http_5xx, "busy"));
  pending.tries = 2;
  pending.sent = 3s;
  recorder.departed(pending, {.now = 3s, .possible = 3s});
  recorder.cut_off(pending, exchange, start + 5s);
  // One is of the warm-up.
  pending.is_counted = false;
  recorder.departed(pending, {.now = 4s, .possible = 4s});
  recorder.cut_off(pending, exchange, start + 5s);
  const Tally tally = recorder.finish(true, {});
  ASSERT_EQ(message_of(log->close()), "");

  EXPECT_TRUE(tally.adds_up());
  EXPECT_EQ(tally.failed, 1U);
  EXPECT_EQ(tally.abandoned, 1U);
  EXPECT_EQ(tally.cut_off, 1U);
  EXPECT_EQ(tally.not_sent, 2U);
  EXPECT_EQ(tally.settled_error_ratio(), 0);
  EXPECT_EQ(log::ask(path(), "SELECT count(*) FROM requests"), 2);
  EXPECT_EQ(
      log::ask(path(),
               "SELECT count(*) FROM requests WHERE (item, custom_id, due_ns, sent_ns, done_ns, "
               "status, error, retries) IS (0, 'mine', 1000000000, 1000000000, 2000000000, 503, "
               "'busy', 0)"),
      1);
  EXPECT_EQ(
      log::ask(path(),
               "SELECT count(*) FROM requests WHERE (item, custom_id, sent_ns, done_ns, error, "
               "retries) IS (1, 'mine', 3000000000, 5000000000, 'cut off when the run was "
               "stopped', 1)"),
      1);
}

}  // namespace
}  // namespace paceline::run
