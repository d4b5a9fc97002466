#include <gtest/gtest.h>
#include <programs/flags.h>

namespace paceline::programs {
namespace {

TEST(SecretHeaderTest, IsKnownByTheWordsOfItsName) {
  for (const char* name :
       {"Authorization", "api-key", "X-Api-Key", "x-apikey", "Cookie", "X-Amz-Security-Token",
        "x-client-secret", "proxy-password", "privateKey", "x-portkey-api-key",
        "Ocp-Apim-Subscription-Key", "api_key_2"}) {
    EXPECT_TRUE(is_for_secrets(name)) << name;
  }
  for (const char* name : {"x-portkey-provider", "x-portkey-custom-host", "x-team", "x-keyword"}) {
    EXPECT_FALSE(is_for_secrets(name)) << name;
  }
}

}  // namespace
}  // namespace paceline::programs
