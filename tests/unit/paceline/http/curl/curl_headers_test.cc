#include <gtest/gtest.h>
#include <paceline/http/curl/curl_headers.h>

#include <memory>
#include <string>
#include <vector>

namespace paceline::http::curl {
namespace {

std::vector<std::string> lines_of(const CurlHeaders& headers) {
  std::vector<std::string> lines;
  for (const curl_slist* each = headers.raw(); each != nullptr; each = each->next) {
    lines.emplace_back(each->data);
  }
  return lines;
}

class CurlHeadersCacheTest : public testing::Test {
 protected:
  static std::shared_ptr<const HeaderList> list(const HeaderList& lines) {
    return std::make_shared<const HeaderList>(lines);
  }

  ConnectionOptions options_;
  CurlHeadersCache cache_{options_};
  Request request_;
};

TEST_F(CurlHeadersCacheTest, RequestsWithTheSameHeadersHaveOneList) {
  request_.headers = list({"X-One: 1", "X-Two: 2"});
  const auto first = cache_.find(request_);
  EXPECT_EQ(lines_of(*first), (std::vector<std::string>{"X-One: 1", "X-Two: 2", "Expect:"}));
  request_.method = Method::post;
  request_.url = "http://other.test/";
  request_.body = "another body";
  EXPECT_EQ(cache_.find(request_), first);
}

TEST_F(CurlHeadersCacheTest, OtherHeadersHaveAListOfTheirOwn) {
  const auto without = cache_.find(request_);
  EXPECT_EQ(lines_of(*without), std::vector<std::string>{"Expect:"});
  request_.headers = list({"X-One: 1"});
  const auto one = cache_.find(request_);
  EXPECT_EQ(lines_of(*one), (std::vector<std::string>{"X-One: 1", "Expect:"}));
  request_.headers = list({"X-Two: 2"});
  EXPECT_EQ(lines_of(*cache_.find(request_)), (std::vector<std::string>{"X-Two: 2", "Expect:"}));
  // Transfers that began before still have theirs.
  EXPECT_EQ(lines_of(*one), (std::vector<std::string>{"X-One: 1", "Expect:"}));
  request_.headers = nullptr;
  EXPECT_EQ(lines_of(*cache_.find(request_)), std::vector<std::string>{"Expect:"});
}

TEST_F(CurlHeadersCacheTest, SignedRequestsHaveAListOfTheirOwn) {
  request_.headers = list({"X-One: 1"});
  const auto plain = cache_.find(request_);
  request_.signing = std::make_shared<const AwsSigning>();
  const auto with_signature = cache_.find(request_);
  EXPECT_NE(with_signature, plain);
  EXPECT_EQ(lines_of(*with_signature), std::vector<std::string>{"X-One: 1"});
  EXPECT_EQ(cache_.find(request_), with_signature);
  request_.signing = nullptr;
  EXPECT_EQ(lines_of(*cache_.find(request_)), lines_of(*plain));
}

TEST_F(CurlHeadersCacheTest, TheOptionsAddHeaders) {
  options_.reuses = false;
  options_.compressed = true;
  request_.headers = list({"accept-encoding: gzip"});
  EXPECT_EQ(lines_of(*cache_.find(request_)),
            (std::vector<std::string>{"accept-encoding: gzip", "Connection: close", "Expect:"}));
  // Signed, the header of HTTP/1.1 is missing.
  request_.signing = std::make_shared<const AwsSigning>();
  EXPECT_EQ(lines_of(*cache_.find(request_)), std::vector<std::string>{"accept-encoding: gzip"});
}

}  // namespace
}  // namespace paceline::http::curl
