#include <gtest/gtest.h>
#include <paceline/plain_http.h>

namespace paceline::workload {
namespace {

Description described(PlainHttp plain) {
  return make_workload(std::move(plain))->describe();
}

TEST(PlainHttpTest, DescribesWhatItAsks) {
  const Description get = described({.url = "http://host/a"});
  EXPECT_EQ(get.name, "http/get");
  EXPECT_EQ(get.url, "http://host/a");
  const Description post =
      described({.url = "http://host/a", .method = Method::post, .body = "\xff secret"});
  EXPECT_EQ(post.name, "http/post");
  EXPECT_EQ(post.fingerprint.find("secret"), std::string::npos);
  EXPECT_NE(post.fingerprint,
            described({.url = "http://host/a", .method = Method::post, .body = "x"}).fingerprint);
  EXPECT_NE(post.fingerprint, described({.url = "http://host/a",
                                         .method = Method::post,
                                         .body = "\xff secret",
                                         .content_type = "text/plain"})
                                  .fingerprint);
}

}  // namespace
}  // namespace paceline::workload
