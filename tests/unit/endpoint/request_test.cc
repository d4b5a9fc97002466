#include <endpoint/request.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace paceline::endpoint {
namespace {

TEST(RequestPool, GivesARequestAgainAsANewOne) {
  RequestPool pool;
  auto request = pool.take();
  const Request* first = request.get();
  request->response_body = std::string(1'000, 'x');
  request->fault = Fault::close;
  request->refusal = ApiError{400, "no"};
  request->has_gone = true;
  request->is_generated = true;
  request->format = &chat_format();
  request->generation.echoes = {"a"};
  request->head.add("Content-Length", "5");
  pool.give_back(std::move(request));
  request = pool.take();
  EXPECT_EQ(request.get(), first);
  EXPECT_GE(request->response_body.capacity(), 1'000U);
  EXPECT_EQ(request->fault, std::nullopt);
  EXPECT_FALSE(request->refusal);
  EXPECT_FALSE(request->has_gone);
  EXPECT_FALSE(request->is_generated);
  EXPECT_EQ(request->format, nullptr);
  EXPECT_TRUE(request->generation.echoes.empty());
  EXPECT_FALSE(request->head.has_body());
}

TEST(RequestPool, DropsRequestsWithLongBuffers) {
  RequestPool pool;
  auto request = pool.take();
  request->response_body.reserve(longest_kept_buffer + 1);
  pool.give_back(std::move(request));
  EXPECT_LT(pool.take()->response_body.capacity(), 1'000U);
}

}  // namespace
}  // namespace paceline::endpoint
