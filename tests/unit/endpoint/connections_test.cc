#include <endpoint/server.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "../few_descriptors.h"
#include "../test_loop.h"
#include "raw_client.h"
#include "visitor.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

// The clients connect before the server runs, so that it finds all connections at once. It counts
// every request that it reads before its first response.
TEST(Connections, AreAtMostMaxConnectionsAlsoIfAllComeAtOnce) {
  EndpointOptions options = at_once();
  options.max_connections = 100;
  options.latency = 100ms;
  TestLoop loop;
  Server server(loop, std::move(options));
  ASSERT_TRUE(server.listen());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 101; ++i) clients.push_back(std::make_unique<RawClient>(server.port()));
  for (const auto& client : clients) client->post(chat_path, chat_request);
  std::thread thread([&] { server.run(); });
  for (std::size_t i = 0; i < 100; ++i) EXPECT_TRUE(clients[i]->read_until("}}"));
  EXPECT_EQ(server.requests(), 100u);
  clients[30]->hang_up();
  EXPECT_TRUE(clients[100]->read_until("}}"));
  server.stop();
  thread.join();
}

TEST(Connections, WithoutDescriptorsTheEndpointSaysWhy) {
  if (sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  // libuv opens two descriptors with the first loop of a process.
  const TestLoop first;
  for (unsigned count = 0; count < 16; ++count) {
    EXPECT_TRUE(with_few_descriptors(count, [count] {
      Endpoint endpoint({});
      const auto error = endpoint.start();
      return error ? error->code == ErrorCode::no_descriptor : count >= 7;
    })) << count;
  }
}

}  // namespace
}  // namespace paceline::endpoint
