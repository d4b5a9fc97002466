#include <gtest/gtest.h>
#include <paceline/endpoint.h>

#include <chrono>
#include <string>
#include <utility>

#include "sent_events.h"
#include "visitor.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

constexpr const char* gzip_header = "Content-Encoding: gzip\r\n";

EndpointOptions compressed() {
  EndpointOptions options = at_once();
  options.compressed = true;
  return options;
}

bool is_compressed(const Visitor& visitor) {
  return visitor.headers.find(gzip_header) != std::string::npos;
}

/// The body without the parts that differ between responses.
std::string without_numbers(std::string body) {
  std::erase_if(body, [](char c) { return c >= '0' && c <= '9'; });
  return body;
}

TEST(EndpointCompressed, AnswersAreTheSameWithGzip) {
  const auto endpoint = started(compressed());
  const std::string long_request =
      R"({"model":"m","max_tokens":20000,"ignore_eos":true,"stream":true,"messages":[{}]})";
  for (const std::string& request : {std::string(chat_request), std::string(stream_request),
                                     long_request, std::string("no JSON")}) {
    Visitor plain(*endpoint);
    const long status = plain.post(chat_path, request);
    EXPECT_FALSE(is_compressed(plain));
    Visitor packed(*endpoint);
    curl_easy_setopt(packed.raw(), CURLOPT_ACCEPT_ENCODING, "gzip");
    // The second response on the connection has the same buffers.
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(packed.post(chat_path, request), status);
      EXPECT_TRUE(is_compressed(packed)) << packed.headers;
      EXPECT_NE(packed.headers.find("Vary: Accept-Encoding\r\n"), std::string::npos);
      EXPECT_EQ(without_numbers(packed.body), without_numbers(plain.body));
    }
    EXPECT_EQ(packed.connections(), 0);
  }
}

TEST(EndpointCompressed, AnswersAreSmaller) {
  const auto endpoint = started(compressed());
  Visitor visitor(*endpoint);
  const std::string text(10'000, 'a');
  visitor.header("Accept-Encoding: gzip");
  EXPECT_EQ(visitor.post("/echo", text), 200);
  EXPECT_LT(visitor.body.size(), 200U);
  visitor.header("Accept-Encoding: gzip;q=0");
  EXPECT_EQ(visitor.post("/echo", text), 200);
  EXPECT_EQ(visitor.body, text);
}

TEST(EndpointCompressed, AreOnlyAnswersToThoseWhoAccept) {
  const auto endpoint = started(compressed());
  const auto with = [&endpoint](const std::string& accepted) {
    Visitor visitor(*endpoint);
    visitor.header("Accept-Encoding: " + accepted);
    EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
    return is_compressed(visitor);
  };
  for (const char* yes : {"gzip", "GZIP", "br, gzip", "gzip;q=0.5, br", "deflate,gzip ; q=1.0"}) {
    EXPECT_TRUE(with(yes)) << yes;
  }
  for (const char* no : {"br", "identity", "gzip;q=0", "gzip; q=0.000", "xgzip", ","}) {
    EXPECT_FALSE(with(no)) << no;
  }
  const auto plain = started();
  Visitor visitor(*plain);
  visitor.header("Accept-Encoding: gzip");
  EXPECT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_FALSE(is_compressed(visitor));
}

TEST(EndpointCompressed, EventsCanBeDecodedWhenTheyArrive) {
  EndpointOptions options = compressed();
  options.token_time = 1h;
  const auto endpoint = started(std::move(options));
  Visitor visitor(*endpoint);
  curl_easy_setopt(visitor.raw(), CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(visitor.raw(), CURLOPT_TIMEOUT_MS, 20'000L);
  std::string got;
  // Ends the transfer after the first word.
  const auto read = [](char* data, std::size_t, std::size_t size, void* into) -> std::size_t {
    auto& all = static_cast<std::string*>(into)->append(data, size);
    return all.find(R"("content":"one"},"logprobs":null,"finish_reason":null}]})"
                    "\n\n") == std::string::npos
               ? size
               : 0;
  };
  curl_easy_setopt(visitor.raw(), CURLOPT_WRITEFUNCTION,
                   static_cast<std::size_t (*)(char*, std::size_t, std::size_t, void*)>(read));
  curl_easy_setopt(visitor.raw(), CURLOPT_WRITEDATA, &got);
  visitor.aim_post(chat_path, stream_request);
  EXPECT_EQ(curl_easy_perform(visitor.raw()), CURLE_WRITE_ERROR) << got;
}

TEST(EndpointCompressed, BrokenAnswersAreNot) {
  EndpointOptions options = compressed();
  options.faults.shares = {{Fault::bad_json}};
  const auto endpoint = started(std::move(options));
  Visitor visitor(*endpoint);
  visitor.header("Accept-Encoding: gzip");
  for (const char* request : {chat_request, stream_request}) {
    EXPECT_EQ(visitor.post(chat_path, request), 200);
    EXPECT_FALSE(is_compressed(visitor));
    EXPECT_EQ(visitor.body.find('}'), std::string::npos);
  }
}

}  // namespace
}  // namespace paceline::endpoint
