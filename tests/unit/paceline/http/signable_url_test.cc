#include <gtest/gtest.h>
#include <paceline/http/signable_url.h>

#include <optional>
#include <string>
#include <string_view>

namespace paceline::http {
namespace {

constexpr unsigned debian_12 = 0x075801;
constexpr unsigned debian_13 = 0x080E01;
constexpr unsigned current = 0x081000;

std::string why_not(std::string_view path, std::string_view query, unsigned libcurl) {
  const auto error = why_not_signable(path, query, libcurl);
  return error ? error->message : "";
}

TEST(SignableUrlTest, AnOldLibcurlNeedsACanonicalPath) {
  for (const char* path : {"/", "/openai/v1", "/a-b_c.d~e/", "/a//b"}) {
    EXPECT_EQ(why_not(path, "", debian_12), "") << path;
  }
  EXPECT_EQ(why_not("/model/a:0/invoke", "", debian_12),
            "libcurl 7.88.1 cannot sign a URL whose path has other characters than letters, digits "
            "and -._~/");
}

TEST(SignableUrlTest, AnOldLibcurlNeedsACanonicalQuery) {
  for (const char* query : {"", "a=1&b=2", "a=x%20y&b=", "a=1&a=2"}) {
    EXPECT_EQ(why_not("/", query, debian_12), "") << query;
  }
  for (const char* query : {"b=1&a=2", "a", "a=b=c", "a=x:y", "a=x%3ay", "a=%2"}) {
    EXPECT_EQ(why_not("/", query, debian_12),
              "libcurl 7.88.1 cannot sign a URL whose query is not sorted, or has a parameter that "
              "is not of the form name=value with characters other than letters, digits and -._~ "
              "as %XX")
        << query;
  }
}

TEST(SignableUrlTest, NoNameMayBeginAnother) {
  for (const unsigned libcurl : {debian_12, debian_13}) {
    for (const char* query : {"a=1&a1=1", "a1=1&a=1"}) {
      const std::string why = why_not("/", query, libcurl);
      EXPECT_NE(why.find("a name that is the beginning of another name"), std::string::npos) << why;
    }
    EXPECT_EQ(why_not("/", "a1=1&a2=1", libcurl), "");
  }
  EXPECT_EQ(why_not("/", "a=1&a1=1", current), "");
}

TEST(SignableUrlTest, NewerOnesTakeMore) {
  for (const unsigned libcurl : {debian_13, current}) {
    EXPECT_EQ(why_not("/model/a:0/invoke", "b=1&a", libcurl), "");
  }
  const auto refused = why_not_signable("/model/a%3A0/invoke", "", debian_13);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::not_signed);
  EXPECT_EQ(refused->message, "libcurl 8.14.1 cannot sign a URL with % in its path");
  EXPECT_EQ(why_not("/model/a%3A0/invoke", "", current), "");
}

}  // namespace
}  // namespace paceline::http
