#include <gtest/gtest.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/aws_signing.h>

#include <optional>
#include <string>

#include "../../message_of.h"

namespace paceline::workload {
namespace {

Api api_of(const std::string& url, const std::string& scope = {}) {
  return {.url = url, .key = "AKID:secret/+=:", .auth = Auth::aws_sigv4, .aws_scope = scope};
}

/// "region service", or why requests cannot be signed.
std::string scope_of(const std::string& url, const std::string& scope = {}) {
  const auto signing = aws_signing(api_of(url, scope));
  if (!signing) return signing.error().message;
  return (*signing)->region + " " + (*signing)->service;
}

TEST(AwsSigningTest, TheHostSaysTheScope) {
  EXPECT_EQ(scope_of("https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1"),
            "us-west-2 bedrock");
  EXPECT_EQ(scope_of("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com:443/openai/v1"),
            "us-gov-west-1 bedrock");
  EXPECT_EQ(scope_of("https://runtime.sagemaker.eu-central-1.amazonaws.com/endpoints/one"),
            "eu-central-1 sagemaker");
  EXPECT_EQ(scope_of("https://abc123.execute-api.cn-north-1.amazonaws.com.cn/v1"),
            "cn-north-1 execute-api");
  EXPECT_EQ(scope_of("https://bedrock-runtime.us-east-1.api.aws/v1"), "us-east-1 bedrock");
}

TEST(AwsSigningTest, OtherHostsSayNone) {
  for (const char* url :
       {"https://api.example.com/v1", "https://iam.amazonaws.com/",
        "https://bedrock-agent-runtime.us-east-1.amazonaws.com/", "http://127.0.0.1:8000/v1",
        "https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com/v1"}) {
    const auto signing = aws_signing(api_of(url));
    ASSERT_FALSE(signing) << url;
    EXPECT_EQ(signing.error().code, ErrorCode::aws_scope_unknown);
  }
  EXPECT_EQ(scope_of("https://api.example.com:8443/v1"),
            "the host api.example.com:8443 does not say the region and the service of AWS");
}

TEST(AwsSigningTest, AGivenScopeWins) {
  EXPECT_EQ(scope_of("https://bedrock-runtime.us-west-2.amazonaws.com/v1", "eu-west-1:other"),
            "eu-west-1 other");
  for (const char* bad : {"us-east-1", "us-east-1:", ":bedrock", "us east:bedrock", "a:b:c"}) {
    EXPECT_EQ(scope_of("https://host/v1", bad),
              "'" + std::string(bad) + "' is not REGION:SERVICE, such as us-east-1:bedrock");
  }
}

TEST(AwsSigningTest, TheKeyHasTwoParts) {
  const auto signing = aws_signing(api_of("https://host/v1", "us-east-1:bedrock"));
  ASSERT_TRUE(signing) << signing.error().message;
  EXPECT_EQ((*signing)->access_key_id, "AKID");
  EXPECT_EQ((*signing)->secret, "secret/+=:");
  for (const char* key : {"AKID", ":secret", "AKID:"}) {
    Api api = api_of("https://host/v1", "us-east-1:bedrock");
    api.key = key;
    EXPECT_EQ(message_of(aws_signing(api)), "the key does not have the form ACCESS_KEY_ID:SECRET");
  }
}

Request post_to(const Api& api) {
  Request request;
  ApiPost(api, api::form_of(ApiKind::chat)).begin(api.url, false, request);
  return request;
}

TEST(AwsSigningTest, OtherFormsOfTheKeyAreNotSigned) {
  EXPECT_EQ(post_to({.url = "https://host/v1", .key = "AKID:secret"}).signing, nullptr);
  EXPECT_EQ(post_to({.url = "https://host/v1", .auth = Auth::aws_sigv4}).signing, nullptr);
}

TEST(AwsSigningTest, TheRequestsHaveNoHeaderWithTheKey) {
  const Api api = api_of("https://host/v1", "us-east-1:bedrock");
  const Request request = post_to(api);
  EXPECT_EQ(*request.headers, HeaderList{"Content-Type: application/json"});
  ASSERT_NE(request.signing, nullptr);
  EXPECT_EQ(request.signing->access_key_id, "AKID");
  EXPECT_EQ(find_error(api), std::nullopt);
  EXPECT_EQ(find_error(api_of("https://host/v1"))->code, ErrorCode::aws_scope_unknown);
}

}  // namespace
}  // namespace paceline::workload
