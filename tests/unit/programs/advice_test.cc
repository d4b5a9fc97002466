#include <gtest/gtest.h>
#include <programs/advice.h>

#include <string>
#include <string_view>

namespace paceline {
namespace {

void expect_advice(Failure failure, long status, std::string_view words) {
  const std::string advice = advice_for(failure, status, "MY_KEY");
  EXPECT_NE(advice.find(words), std::string::npos) << status << ": " << advice;
}

TEST(AdviceTest, FitsWhatWentWrong) {
  expect_advice(Failure::connect, 0, "server is up");
  expect_advice(Failure::timeout, 0, "--paceline_timeout");
  expect_advice(Failure::http_4xx, 400, "leave out");
  expect_advice(Failure::http_4xx, 401, "MY_KEY");
  expect_advice(Failure::http_4xx, 402, "credit");
  expect_advice(Failure::http_4xx, 403, "may use");
  expect_advice(Failure::http_4xx, 404, "--paceline_model");
  expect_advice(Failure::http_4xx, 422, "leave out");
  expect_advice(Failure::http_4xx, 451, "check the URL");
  expect_advice(Failure::http_5xx, 503, "try again later");
  expect_advice(Failure::bad_response, 308, "the URL that it redirects to");
}

TEST(AdviceTest, WhatA200TellsCountsAsSuch) {
  expect_advice(Failure::http_429, 200, "--paceline_rpm");
  expect_advice(Failure::http_5xx, 200, "--paceline_retries");
  expect_advice(Failure::bad_response, 200, "OpenAI-compatible");
}

}  // namespace
}  // namespace paceline
