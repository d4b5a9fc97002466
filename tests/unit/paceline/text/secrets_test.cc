#include <gtest/gtest.h>
#include <paceline/text/gate.h>

#include <string>
#include <string_view>

namespace paceline::text {
namespace {

constexpr std::string_view key = "sk-SECRETsecret0123456789abcdef";

Secrets secrets_of(std::string_view secret) {
  Secrets secrets;
  secrets.add(secret);
  return secrets;
}

std::string without_key(std::string_view text) {
  return secrets_of(key).remove_from(text);
}

TEST(SecretsTest, LeavesOtherTextAsItIs) {
  const std::string text = "Incorrect API key: \x01\\u0041 100% of sk-SECR, \xff";
  EXPECT_EQ(without_key(text), text);
  EXPECT_EQ(Secrets().remove_from(key), key);
  EXPECT_TRUE(Secrets().empty());
}

TEST(SecretsTest, RemovesTheWholeAndEachPart) {
  EXPECT_EQ(without_key("Bearer sk-SECRETsecret0123456789abcdef."), "Bearer [removed].");
  EXPECT_EQ(without_key("sk-SECRETsecret0123456789abcde"), "[removed]");
  EXPECT_EQ(without_key("ends in 9abcdef"), "ends in 9abcdef");
  EXPECT_EQ(without_key("ends in 89abcdef"), "ends in [removed]");
  EXPECT_EQ(without_key("SK-SECRETSECRET0123"), "[removed]");
  EXPECT_EQ(without_key("a sk-SECRETs b 3456789a c"), "a [removed] b [removed] c");
}

TEST(SecretsTest, RemovesItEscaped) {
  EXPECT_EQ(without_key(R"("\u0073k-SECRETs\u0065cret")"), R"("[removed]")");
  EXPECT_EQ(without_key("%73%6b%2DSECRETsecret"), "[removed]");
  EXPECT_EQ(without_key("%2573k-SECRETs"), "[removed]");
  EXPECT_EQ(without_key("&#115;k-S&#x45;CRETs"), "[removed]");
  EXPECT_EQ(without_key(R"(\\u0073k\\u002dSECRETs)"), "[removed]");
  EXPECT_EQ(without_key("sk-SECRE\r\nTsecret"), "[removed]");
  EXPECT_EQ(secrets_of("pass/word\"123").remove_from(R"(pass\/word\"123)"), "[removed]");
  EXPECT_EQ(secrets_of("p&ss<word>123").remove_from("p&amp;ss&lt;word&gt;123"), "[removed]");
}

TEST(SecretsTest, RemovesItInBase64AtAnyOffset) {
  // base64 of "user:" + key, "Bearer " + key and "ab" + key.
  for (const std::string_view text : {"dXNlcjpzay1TRUNSRVRzZWNyZXQwMTIzNDU2Nzg5YWJjZGVm",
                                      "QmVhcmVyIHNrLVNFQ1JFVHNlY3JldDAxMjM0NTY3ODlhYmNkZWY=",
                                      "YWJzay1TRUNSRVRzZWNyZXQwMTIzNDU2Nzg5YWJjZGVm"}) {
    const std::string kept = without_key(text);
    EXPECT_NE(kept.find(Secrets::removed), std::string::npos) << kept;
    EXPECT_LT(kept.size(), 12 + 9 + 4U) << kept;
  }
  // The other alphabet, with "-" and "_".
  EXPECT_NE(secrets_of("?|>||?~~~?|>||?~").remove_from("P3w-fHw_fn5-P3w-fHw_fg=="),
            "P3w-fHw_fn5-P3w-fHw_fg==");
}

TEST(SecretsTest, RemovesItInHexadecimal) {
  EXPECT_EQ(without_key("736b2d5345435245"), "[removed]");
  EXPECT_EQ(without_key("736B2D5345435245"), "[removed]");
}

TEST(SecretsTest, RemovesMaskedOnes) {
  EXPECT_EQ(without_key("provided: sk-S***cdef. See"), "provided: [removed]. See");
  EXPECT_EQ(without_key("********cdef"), "[removed]");
  EXPECT_EQ(without_key("sk-SEC**"), "[removed]");
  EXPECT_EQ(without_key("a **bold** word, ef** and **sk"), "a **bold** word, ef** and **sk");
}

TEST(SecretsTest, FindsShortSecretsWholeOnly) {
  const Secrets secrets = secrets_of("hunter2");
  EXPECT_EQ(secrets.remove_from("hunter2, hunter, Hunter2"), "[removed], hunter, Hunter2");
  EXPECT_TRUE(secrets_of("abc").empty());
}

TEST(SecretsTest, FindsItInLongText) {
  for (const std::size_t before : {65'530U, 65'536U, 131'070U}) {
    const std::string padding(before, 'x');
    EXPECT_EQ(without_key(padding + std::string(key) + padding), padding + "[removed]" + padding);
  }
}

}  // namespace
}  // namespace paceline::text
