#include <gtest/gtest.h>
#include <paceline/endpoint.h>

#include <chrono>
#include <string>
#include <thread>

#include "raw_client.h"
#include "visitor.h"

// How the endpoint handles bodies before and while it reads them.

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

std::string chat_head(const std::string& fields) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

bool ends(RawClient& client) {
  return !client.read_until("never sent");
}

TEST(EndpointBodies, AreNotReadWithoutTheKey) {
  EndpointOptions options = at_once();
  options.required_key = "k";
  options.latency = 1h;
  const auto endpoint = started(options);
  for (const char* fields :
       {"Content-Length: 10\r\n", "Content-Length: 1000000000\r\n",
        "Transfer-Encoding: chunked\r\n", "Content-Length: 10\r\nExpect: 100-continue\r\n",
        "Content-Length: 10\r\nAuthorization: Bearer x\r\n"}) {
    RawClient client(*endpoint);
    client.say(chat_head(fields));
    EXPECT_TRUE(ends(client)) << fields;
    EXPECT_TRUE(client.got.starts_with("HTTP/1.1 401 ")) << client.got;
    EXPECT_NE(client.got.find("Connection: close\r\n"), std::string::npos) << client.got;
  }
}

TEST(EndpointBodies, DoNotTakeTheResponseFromAClientThatSendsOn) {
  EndpointOptions options = at_once();
  options.required_key = "k";
  const auto endpoint = started(options);
  RawClient client(*endpoint);
  client.say(chat_head("Content-Length: 8000000\r\n"));
  ASSERT_TRUE(client.read_until("401 Unauthorized"));
  // The endpoint has closed its side. A reset would make a later send fail.
  const std::string part(400'000, 'x');
  for (int i = 0; i < 20; ++i) client.say(part);
  EXPECT_TRUE(ends(client));
  EXPECT_NE(client.got.find("You didn't provide an API key"), std::string::npos) << client.got;
}

TEST(EndpointBodies, KeepTheConnectionWhereThereIsNone) {
  EndpointOptions options = at_once();
  options.required_key = "k";
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  EXPECT_EQ(visitor.get("/v1/models"), 401);
  EXPECT_EQ(visitor.get("/v1/models"), 401);
  EXPECT_EQ(visitor.connections(), 0);
}

TEST(EndpointBodies, HaveOneLength) {
  const auto endpoint = started();
  const std::string size = std::to_string(std::string(chat_request).size());
  RawClient equal(*endpoint);
  equal.say(chat_head("Content-Length: " + size + "\r\nContent-Length: " + size + "\r\n") +
            chat_request);
  EXPECT_TRUE(equal.read_until("chat.completion"));
  for (const std::string& fields :
       {"Content-Length: " + size + "\r\nContent-Length: 3\r\n",
        "Content-Length: 0\r\nContent-Length: " + size + "\r\n",
        "Content-Length: " + size + "\r\nTransfer-Encoding: chunked\r\n"}) {
    RawClient client(*endpoint);
    client.say(chat_head(fields) + chat_request);
    EXPECT_TRUE(ends(client)) << fields;
    EXPECT_TRUE(client.got.starts_with("HTTP/1.1 400 ")) << client.got;
    EXPECT_EQ(client.got.find("HTTP/1.1", 1), std::string::npos) << client.got;
  }
  RawClient coded(*endpoint);
  coded.say(chat_head("Transfer-Encoding: gzip, chunked\r\n"));
  EXPECT_TRUE(ends(coded));
  // libmicrohttpd 1.0 itself refuses this request.
  EXPECT_TRUE(coded.got.starts_with("HTTP/1.1 501 ") || coded.got.starts_with("HTTP/1.1 400 "))
      << coded.got;
}

TEST(EndpointBodies, AreRefusedByTheirLengthBeforeTheyAreRead) {
  const auto endpoint = started();
  RawClient client(*endpoint);
  client.say(chat_head("Content-Length: 16777217\r\n"));
  EXPECT_TRUE(ends(client));
  EXPECT_TRUE(client.got.starts_with("HTTP/1.1 413 ")) << client.got;
}

TEST(EndpointBodies, AreBoundedTogether) {
  EndpointOptions options = at_once();
  options.max_body_bytes = 100'000;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  const std::string half(60'000, 'x');
  {
    RawClient unfinished(*endpoint);
    unfinished.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60001\r\n\r\n" + half);
    const auto has_come = [&] {
      EXPECT_EQ(visitor.get("/metrics"), 200);
      return visitor.body.find("body_bytes 60000\n") != std::string::npos;
    };
    while (!has_come()) std::this_thread::sleep_for(1ms);

    EXPECT_EQ(visitor.post("/echo", half), 503);
    RawClient chunked(*endpoint);
    chunked.say("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nea60\r\n" +
                half + "\r\n0\r\n\r\n");
    ASSERT_TRUE(chunked.read_until("send the request again later"));
    EXPECT_TRUE(chunked.got.starts_with("HTTP/1.1 503 ")) << chunked.got;
    EXPECT_EQ(visitor.post("/echo", std::string(40'000, 'x')), 200);
    unfinished.say("y");
    EXPECT_TRUE(unfinished.read_until("xxy"));
  }
  EXPECT_EQ(visitor.post("/echo", half), 200);
  EXPECT_EQ(visitor.get("/metrics"), 200);
  EXPECT_NE(visitor.body.find("body_bytes 0\n"), std::string::npos) << visitor.body;
}

TEST(EndpointBodies, OfAClientThatGoesAreForgotten) {
  EndpointOptions options = at_once();
  options.max_body_bytes = 100'000;
  const auto endpoint = started(options);
  for (int i = 0; i < 5; ++i) {
    RawClient unfinished(*endpoint);
    unfinished.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60001\r\n\r\n" +
                   std::string(60'000, 'x'));
  }
  Visitor visitor(*endpoint);
  const auto is_forgotten = [&] {
    EXPECT_EQ(visitor.get("/metrics"), 200);
    return visitor.body.find("body_bytes 0\n") != std::string::npos;
  };
  while (endpoint->requests() < 5 || !is_forgotten()) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(visitor.post("/echo", std::string(100'000, 'x')), 200);
}

TEST(EndpointBodies, AreNotKeptWhileTheirResponseWaits) {
  EndpointOptions options = at_once();
  options.max_body_bytes = 100'000;
  options.latency = 1h;
  const auto endpoint = started(options);
  RawClient held(*endpoint);
  held.post(chat_path, R"({"model":"m","messages":[{"role":"user","content":")" +
                           std::string(90'000, 'x') + R"("}]})");
  Visitor visitor(*endpoint);
  const auto is_forgotten = [&] {
    EXPECT_EQ(visitor.get("/metrics"), 200);
    return visitor.body.find("running{model_name=\"paceline\"} 1\n") != std::string::npos &&
           visitor.body.find("body_bytes 0\n") != std::string::npos;
  };
  while (!is_forgotten()) std::this_thread::sleep_for(1ms);
}

}  // namespace
}  // namespace paceline::endpoint
