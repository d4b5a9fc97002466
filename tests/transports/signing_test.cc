// Requests that the transport signs by AWS Signature Version 4. tests/suites/aws_sigv4_test.py
// computes the signatures.

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <paceline/http/client.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "script_server.h"
#include "transport_fixture.h"

namespace paceline::http {
namespace {

using namespace std::chrono_literals;

Request signed_request(const std::string& url) {
  Request request;
  request.method = Method::post;
  request.url = url;
  request.headers = std::make_shared<const HeaderList>(HeaderList{"Content-Type: text/plain"});
  request.signing =
      std::make_shared<const AwsSigning>(AwsSigning{"AKID", "a secret", "us-east-1", "bedrock"});
  request.body = "body";
  return request;
}

/// Answers each request with its header Authorization.
void echo_authorization(int, ScriptedConnection& connection) {
  while (const auto request = connection.hear()) {
    connection.play(response_with(200, request->header("authorization").value_or("none")));
  }
}

class SigningTest : public ClientFixture {
 protected:
  SigningTest() : ClientFixture({.connection = {.timeout = 5s}}) {}
};

TEST_P(SigningTest, ASignedRequestNamesItsScope) {
  ScriptServer server(wire(), 1, echo_authorization);
  for (int i = 0; i < 2; ++i) {
    const Response response = response_to(signed_request(server.url()));
    EXPECT_TRUE(response.body.starts_with("AWS4-HMAC-SHA256 Credential=AKID/")) << response.body;
    EXPECT_NE(response.body.find("/us-east-1/bedrock/aws4_request"), std::string::npos);
    EXPECT_NE(response.body.find("SignedHeaders=content-type;host;x-amz-date"), std::string::npos)
        << response.body;
  }
}

TEST_P(SigningTest, TheNextRequestNeedNotBeSigned) {
  ScriptServer server(wire(), 1, echo_authorization);
  EXPECT_NE(response_to(signed_request(server.url())).body, "none");
  EXPECT_EQ(get(server.url()).body, "none");
  EXPECT_NE(response_to(signed_request(server.url())).body, "none");
}

TEST_P(SigningTest, AUrlThatLibcurlSignsWronglyIsRefused) {
  ScriptServer server(wire(), 1, echo_authorization);
  const bool can_sign = curl_version_info(CURLVERSION_NOW)->version_num >= 0x081000;
  const Response response = response_to(signed_request(server.url() + "a%3A0"));
  EXPECT_EQ(response.error == TransportError::ok, can_sign) << response.error_text;
  if (!can_sign) {
    EXPECT_EQ(response.error_code, ErrorCode::not_signed);
  }
  EXPECT_EQ(get(server.url() + "a%3A0").body, "none");
}

TEST_P(SigningTest, AHeaderOfTheRequestWins) {
  ScriptServer server(wire(), 1, echo_authorization);
  Request request = signed_request(server.url());
  request.headers = std::make_shared<const HeaderList>(HeaderList{"Authorization: mine"});
  EXPECT_EQ(response_to(request).body, "mine");
}

TEST_P(SigningTest, WithoutReuseNoHeaderIsSignedThatIsNotSent) {
  ScriptServer server(wire(), 1, echo_authorization);
  ClientOnLoop client(GetParam(), {.connection = {.timeout = 5s, .reuses = false}});
  const Response response = client.response_to(signed_request(server.url()));
  EXPECT_NE(response.body.find("SignedHeaders=content-type;host;x-amz-date,"), std::string::npos)
      << response.body << response.error_text;
}

PACELINE_OVER(SigningTest, Variant::curl_http, Variant::curl_https_1, Variant::curl_https_2);

using UnsignedTest = SigningTest;

TEST_P(UnsignedTest, DirectDoesNotSign) {
  ScriptServer server(wire(), 1, echo_authorization);
  const Response response = response_to(signed_request(server.url()));
  EXPECT_EQ(response.error_code, ErrorCode::not_carried);
  EXPECT_EQ(response.error_text, "the direct transport does not sign requests");
  EXPECT_EQ(get(server.url()).body, "none");
}

PACELINE_OVER(UnsignedTest, Variant::direct);

}  // namespace
}  // namespace paceline::http
