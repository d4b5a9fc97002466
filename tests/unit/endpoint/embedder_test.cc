#include <endpoint/api.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::endpoint {
namespace {

namespace dom = simdjson::dom;

class EmbedderTest : public testing::Test {
 protected:
  dom::element ask(const std::string& members) {
    std::string request = R"({"model":"m",)" + members + "}";
    const auto error = embedder_.answer(request, out_);
    EXPECT_FALSE(error) << request << error->message;
    return parser_.parse(out_);
  }

  std::vector<double> vector(const std::string& members, std::size_t place = 0) {
    std::vector<double> values;
    const dom::element response = ask(members);
    for (const dom::element value : response["data"].at(place)["embedding"].get_array()) {
      values.push_back(double(value));
    }
    return values;
  }

  void refuse(const std::string& members, std::string_view part, std::string_view param,
              std::string_view code) {
    std::string request = R"({"model":"m")" + members + "}";
    const auto error = embedder_.answer(request, out_);
    ASSERT_TRUE(error) << members;
    EXPECT_EQ(error->status, 400U);
    EXPECT_NE(error->message.find(part), std::string::npos) << error->message;
    EXPECT_EQ(error->param, param);
    EXPECT_EQ(error->code, code);
  }

 private:
  Embedder embedder_;
  dom::parser parser_;
  std::string out_;
};

double length(const std::vector<double>& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares);
}

TEST_F(EmbedderTest, HaveTheShapeOfTheRealApi) {
  const auto response = ask(R"("input":["12345678","1"])");
  EXPECT_EQ(std::string_view(response["object"]), "list");
  EXPECT_EQ(std::string_view(response["model"]), "m");
  EXPECT_EQ(response["data"].get_array().size(), 2U);
  EXPECT_EQ(std::string_view(response["data"].at(1)["object"]), "embedding");
  EXPECT_EQ(std::int64_t(response["data"].at(1)["index"]), 1);
  EXPECT_EQ(response["data"].at(1)["embedding"].get_array().size(), 8U);
  EXPECT_EQ(std::int64_t(response["usage"]["prompt_tokens"]), 3);
  EXPECT_EQ(std::int64_t(response["usage"]["total_tokens"]), 3);
}

TEST_F(EmbedderTest, AreAlwaysTheSameForATextAndNeverForTwo) {
  const auto one = vector(R"("input":"one")");
  EXPECT_EQ(vector(R"("input":["other","one"])", 1), one);
  EXPECT_NE(vector(R"("input":"other")"), one);
}

TEST_F(EmbedderTest, HaveTheAskedDimensionsAndLengthOne) {
  for (const std::size_t dimensions : {1U, 2U, 1'536U, 4'096U}) {
    const auto values = vector(R"("input":"a","dimensions":)" + std::to_string(dimensions));
    EXPECT_EQ(values.size(), dimensions);
    EXPECT_NEAR(length(values), 1, 1e-6);
  }
}

TEST_F(EmbedderTest, AreTheSameInBase64) {
  for (const std::size_t dimensions : {1U, 2U, 3U}) {
    const std::string asked = R"("input":"a","dimensions":)" + std::to_string(dimensions);
    const auto values = vector(asked);
    const std::string text(
        std::string_view(ask(asked + R"(,"encoding_format":"base64")")["data"].at(0)["embedding"]));
    ASSERT_EQ(text.size(), (dimensions * 4 + 2) / 3 * 4);
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      bits = bits << 6U | (text[i] == '=' ? 0U : static_cast<std::uint32_t>(letters.find(text[i])));
      if (i % 4 != 3) continue;
      for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>(bits >> shift);
      bits = 0;
    }
    for (std::size_t i = 0; i < dimensions; ++i) {
      float value = 0;
      std::memcpy(&value, bytes.data() + 4 * i, sizeof(value));
      EXPECT_NEAR(static_cast<double>(value), values[i], 1e-7);
    }
  }
}

TEST_F(EmbedderTest, TakeTokenNumbersToo) {
  const auto one = ask(R"("input":[1,2,3])");
  EXPECT_EQ(one["data"].get_array().size(), 1U);
  EXPECT_EQ(std::int64_t(one["usage"]["prompt_tokens"]), 3);
  const auto two = ask(R"("input":[[1,2,3],[4]])");
  EXPECT_EQ(two["data"].get_array().size(), 2U);
  EXPECT_EQ(std::int64_t(two["usage"]["prompt_tokens"]), 4);
}

TEST_F(EmbedderTest, RefuseWhatTheRealApiRefuses) {
  refuse("", "'input'", "input", "missing_required_parameter");
  refuse(R"(,"input":[])", "empty array", "input", "empty_array");
  refuse(R"(,"input":"")", "empty string", "input", "empty_string");
  refuse(R"(,"input":[""])", "empty string", "input", "empty_string");
  refuse(R"(,"input":7)", "expected a string", "input", "invalid_type");
  refuse(R"(,"input":[{}])", "expected a string", "input", "invalid_type");
  refuse(R"(,"input":[1,"a"])", "expected a string", "input", "invalid_type");
  refuse(R"(,"input":[[]])", "empty array", "input", "empty_array");
  refuse(R"(,"input":"a","dimensions":0)", "got 0", "dimensions", "integer_below_min_value");
  refuse(R"(,"input":"a","dimensions":4097)", "got 4097", "dimensions", "integer_above_max_value");
  refuse(R"(,"input":"a","encoding_format":"hex")", "'float' or 'base64'", "encoding_format",
         "invalid_value");
  std::string many = "\"a\"";
  for (int i = 0; i < 2'048; ++i) many += ",\"a\"";
  refuse(",\"input\":[" + many + "]", "maximum length 2048", "input", "array_above_max_length");
}

}  // namespace
}  // namespace paceline::endpoint
