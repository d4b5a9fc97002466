#include <gtest/gtest.h>
#include <paceline/workload/batch_line.h>

#include <string>

namespace paceline::workload {
namespace {

TEST(BatchOutputTest, AGoodResponse) {
  EXPECT_EQ(BatchOutput().line(3, {.item = 7, .custom_id = "a", .status = 200, .response = "{\n}"}),
            R"({"id":"batch_req_3_7","custom_id":"a","response":{"status_code":200,)"
            R"("request_id":"req_3_7","body":{}},"error":null})"
            "\n");
}

TEST(BatchOutputTest, AFailure) {
  EXPECT_EQ(BatchOutput().line(1, {.item = 0, .error = "\"No\""}),
            R"({"id":"batch_req_1_0","custom_id":"request-0","response":null,)"
            R"("error":{"code":"no_response","message":"\"No\""}})"
            "\n");
}

TEST(BatchOutputTest, ACancelledRequest) {
  EXPECT_EQ(
      BatchOutput().line(
          1, {.item = 0, .status = 200, .error = "cancelled after 5 ms", .is_cancelled = true}),
      R"({"id":"batch_req_1_0","custom_id":"request-0","response":{"status_code":200,)"
      R"("request_id":"req_1_0","body":null},)"
      R"("error":{"code":"cancelled","message":"cancelled after 5 ms"}})"
      "\n");
}

TEST(BatchOutputTest, ALineOwesNothingToTheOneBefore) {
  BatchOutput output;
  const std::string first(output.line(1, {.item = 0, .status = 200, .response = "[1, 2]"}));
  for (const auto& response : {std::string(), std::string("text"), std::string(5'000, '[')}) {
    output.line(1, {.item = 1, .status = 200, .error = "It failed.", .response = response});
    EXPECT_EQ(output.line(1, {.item = 0, .status = 200, .response = "[1, 2]"}), first);
  }
}

}  // namespace
}  // namespace paceline::workload
