#include <gtest/gtest.h>
#include <programs/advice.h>

#include <string>
#include <string_view>

namespace paceline {
namespace {

void expect_advice(ErrorCode code, long status, std::string_view words) {
  const std::string advice = advice_for({code, "it failed", status}, "MY_KEY");
  EXPECT_NE(advice.find(words), std::string::npos) << status << ": " << advice;
}

TEST(AdviceTest, FitsWhatWentWrong) {
  expect_advice(ErrorCode::connect_failed, 0, "server is up");
  expect_advice(ErrorCode::timed_out, 0, "--paceline_timeout");
  expect_advice(ErrorCode::request_refused, 400, "leave out");
  expect_advice(ErrorCode::request_refused, 401, "MY_KEY");
  expect_advice(ErrorCode::request_refused, 402, "credit");
  expect_advice(ErrorCode::request_refused, 403, "may use");
  expect_advice(ErrorCode::request_refused, 404, "--paceline_model");
  expect_advice(ErrorCode::request_refused, 422, "leave out");
  expect_advice(ErrorCode::request_refused, 451, "check the URL");
  expect_advice(ErrorCode::server_failed, 503, "try again later");
  expect_advice(ErrorCode::unexpected_response, 308, "the URL that it redirects to");
}

TEST(AdviceTest, NamesTheFlagOfALimit) {
  expect_advice(ErrorCode::lookup_timed_out, 0, "--paceline_timeout");
  expect_advice(ErrorCode::response_too_large, 200, "--paceline_max_response");
  expect_advice(ErrorCode::memory_exceeded, 200, "--paceline_memory");
  expect_advice(ErrorCode::not_carried, 0, "use --paceline_transport=curl");
  expect_advice(ErrorCode::certificate_untrusted, 0, "--paceline_ca");
  expect_advice(ErrorCode::certificates_unreadable, 0, "give --paceline_ca a file with PEM");
  expect_advice(ErrorCode::objective_missed, 0, "--paceline_rpm");
  expect_advice(ErrorCode::no_descriptor, 0, "ulimit -n");
}

TEST(AdviceTest, AStopNeedsNone) {
  EXPECT_EQ(advice_for({ErrorCode::stopped, "stopped"}, "MY_KEY"), "");
}

TEST(AdviceTest, WhatA200TellsCountsAsSuch) {
  expect_advice(ErrorCode::rate_limited, 200, "--paceline_rpm");
  expect_advice(ErrorCode::server_failed, 200, "--paceline_retries");
  expect_advice(ErrorCode::unexpected_response, 200, "OpenAI-compatible");
}

}  // namespace
}  // namespace paceline
