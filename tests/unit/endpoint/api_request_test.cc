#include <endpoint/api_request.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace paceline::endpoint {
namespace {

std::string error_in(ErrorForm form, const ApiError& error) {
  std::string text = "earlier text";
  write_error(error, form, text);
  return text;
}

TEST(WriteError, HasTheFormOfOpenai) {
  EXPECT_EQ(error_in(ErrorForm::openai, {400, "a \"b\"", "n", "invalid_value"}),
            R"({"error":{"message":"a \"b\"","type":"invalid_request_error","param":"n",)"
            R"("code":"invalid_value"}})");
}

TEST(WriteError, HasTheFormOfAnthropic) {
  EXPECT_EQ(error_in(ErrorForm::anthropic, {400, "a \"b\"", "n", "invalid_value"}),
            R"({"type":"error","error":{"type":"invalid_request_error","message":"a \"b\""}})");
}

TEST(WriteError, TakesAnthropicsTypeFromTheStatus) {
  for (const auto& [status, type] : {std::pair{400U, "invalid_request_error"},
                                     {401U, "authentication_error"},
                                     {403U, "permission_error"},
                                     {404U, "not_found_error"},
                                     {405U, "invalid_request_error"},
                                     {413U, "request_too_large"},
                                     {429U, "rate_limit_error"},
                                     {500U, "api_error"},
                                     {501U, "api_error"},
                                     {503U, "overloaded_error"},
                                     {529U, "overloaded_error"}}) {
    EXPECT_EQ(error_in(ErrorForm::anthropic, {.status = status, .message = "m", .type = "other"}),
              std::string(R"({"type":"error","error":{"type":")") + type + R"(","message":"m"}})");
  }
}

}  // namespace
}  // namespace paceline::endpoint
