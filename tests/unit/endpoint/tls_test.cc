#include <endpoint/server.h>
#include <endpoint/tls.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "../test_loop.h"
#include "raw_client.h"
#include "sent_events.h"
#include "tls_client.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

/// The first bytes of a handshake: the header of a record of 512 bytes, and no more.
constexpr std::string_view half_hello("\x16\x03\x01\x02\x00\x01", 6);

/// A server with TLS on a thread of its own.
class RunningServer {
 public:
  explicit RunningServer(EndpointOptions options, std::chrono::milliseconds handshake_limit = 10s)
      : server_(loop_, std::move(options), handshake_limit) {
    EXPECT_TRUE(server_.listen());
    thread_ = std::thread([this] { server_.run(); });
  }
  ~RunningServer() {
    server_.stop();
    thread_.join();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  Server* operator->() { return &server_; }

 private:
  TestLoop loop_;
  Server server_;
  std::thread thread_;
};

TEST(EndpointTls, AnswersOverKeptConnections) {
  const auto endpoint = started(with_tls());
  EXPECT_EQ(endpoint->url().find("https://127.0.0.1:"), 0U) << endpoint->url();
  Visitor visitor(*endpoint);
  trust(visitor);
  ASSERT_EQ(visitor.post(chat_path, chat_request), 200);
  EXPECT_EQ(visitor.connections(), 1);
  ASSERT_EQ(visitor.post(chat_path, stream_request), 200);
  EXPECT_EQ(sent_events(visitor.body).back().data, "[DONE]");
  EXPECT_EQ(visitor.connections(), 0);
  // Longer than a TLS record, which has at most 16 kB.
  const std::string body(100'000, 'x');
  ASSERT_EQ(visitor.post("/echo", body), 200);
  EXPECT_EQ(visitor.body, body);
  EXPECT_EQ(visitor.connections(), 0);
}

TEST(EndpointTls, AnswersAfterADelay) {
  EndpointOptions options = with_tls();
  options.latency = 20ms;
  options.record_arrivals = 1;
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  trust(visitor);
  ASSERT_EQ(visitor.post(chat_path, chat_request), 200);
  const Arrival arrival = endpoint->record().at(0);
  EXPECT_GE(arrival.responded, arrival.arrived + 20ms);
}

TEST(EndpointTls, RefusesABodyWithoutReadingIt) {
  EndpointOptions options = with_tls();
  options.required_key = "k";
  const auto endpoint = started(options);
  Visitor visitor(*endpoint);
  trust(visitor);
  visitor.aim_post(chat_path, std::string(1'000'000, 'x'));
  curl_easy_perform(visitor.raw());  // libcurl may notice the end while it sends.
  EXPECT_EQ(visitor.number(CURLINFO_RESPONSE_CODE), 401);
}

TEST(EndpointTls, BreaksBodiesAsWithoutTls) {
  for (const Fault fault : {Fault::reset, Fault::close, Fault::wrong_length}) {
    EndpointOptions options = with_tls();
    options.faults = {.shares = {{fault}}, .after = 50};
    const auto endpoint = started(options);
    Visitor visitor(*endpoint);
    trust(visitor);
    visitor.aim_post(chat_path, chat_request);
    // libcurl 8.14 takes a connection that ends without the end of its TLS for broken.
    const CURLcode code = curl_easy_perform(visitor.raw());
    EXPECT_TRUE(code == CURLE_RECV_ERROR || (code == CURLE_PARTIAL_FILE && fault != Fault::reset))
        << code << static_cast<int>(fault);
  }
}

// The test runs the loop itself, so that the request waits before the endpoint reads it.
TEST(EndpointTls, KernelTimesAreFromBeforeTheEndpointReads) {
  EndpointOptions options = with_tls();
  options.has_kernel_times = true;
  options.record_arrivals = 1;
  TestLoop loop;
  Server server(loop, std::move(options));
  ASSERT_TRUE(server.listen());
  std::optional<TlsClient> client;
  std::atomic<bool> is_done{false};
  std::thread connect([&] {
    client.emplace(server.origin());
    is_done = true;
  });
  // A timer ends each wait for events.
  std::unique_ptr<loop::Timer> tick;
  tick = std::make_unique<loop::Timer>(loop, [&] { tick->start(1ms); });
  tick->start(1ms);
  while (!is_done) loop.run_once();
  connect.join();
  const TimePoint sent_at = Clock::now();
  client->say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(50ms);
  const TimePoint looked_at = Clock::now();
  while (server.requests() == 0) loop.run_once();
  const TimePoint noted = server.record().at(0).arrived;
  // Two clocks are read, one after the other.
  EXPECT_GE(noted, sent_at - 1ms);
  EXPECT_LT(noted, looked_at);
}

TEST(EndpointTls, ServesOthersWhileHandshakesWait) {
  RunningServer server(with_tls());
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 100; ++i) {
    waiting.push_back(std::make_unique<RawClient>(server->port()));
    if (i % 2 == 0) waiting.back()->say(half_hello);
  }
  RawClient stranger(server->port());
  stranger.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(stranger.read_until("HTTP"));
  EXPECT_TRUE(stranger.ended);
  Visitor visitor(server->origin());
  trust(visitor);
  EXPECT_EQ(visitor.get("/"), 200);
  EXPECT_EQ(visitor.get("/"), 200);
  EXPECT_EQ(visitor.connections(), 0);
}

TEST(EndpointTls, EndsHandshakesThatTakeTooLong) {
  RunningServer server(with_tls(), 100ms);
  TlsClient done(server->origin());
  RawClient silent(server->port());
  RawClient half(server->port());
  half.say(half_hello);
  EXPECT_FALSE(silent.read_until("\n"));
  EXPECT_TRUE(silent.ended);
  EXPECT_FALSE(half.read_until("\n"));
  EXPECT_TRUE(half.ended);
  done.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(done.read_until("ok"));
}

TEST(EndpointTls, StopsDuringHandshakes) {
  std::vector<std::unique_ptr<RawClient>> clients;
  {
    RunningServer server(with_tls());
    for (int i = 0; i < 3; ++i) {
      clients.push_back(std::make_unique<RawClient>(server->port()));
      clients.back()->say(half_hello);
    }
    Visitor visitor(server->origin());
    trust(visitor);
    EXPECT_EQ(visitor.get("/"), 200);
  }
  for (const auto& client : clients) {
    EXPECT_FALSE(client->read_until("\n"));
    EXPECT_TRUE(client->ended);
  }
}

/// A file with this text, which is removed with the object.
class TextFile {
 public:
  explicit TextFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("paceline-pem-" + std::to_string(getpid()))) {
    std::ofstream(path_) << text;
  }
  ~TextFile() { std::filesystem::remove(path_); }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string content(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string why_not(const std::string& cert_file, const std::string& key_file) {
  const auto loaded = TlsIdentity::load(cert_file, key_file);
  if (loaded) return "";
  EXPECT_EQ(loaded.error().code, ErrorCode::endpoint_certificate_unusable);
  return loaded.error().message;
}

TEST(TlsIdentityTest, SaysWhyFilesCannotBeUsed) {
  const auto& certificate = TestCertificate::instance();
  const TestCertificate other;
  const std::string& good = certificate.file();
  const std::string& key = certificate.key_file();
  EXPECT_EQ(why_not(good, key), "");
  EXPECT_EQ(why_not("/none.pem", key), "cannot read /none.pem: No such file or directory");
  EXPECT_EQ(why_not(good, "/none.key"), "cannot read /none.key: No such file or directory");
  EXPECT_EQ(why_not("/", key), "cannot read /: Is a directory");
  EXPECT_EQ(why_not(key, key), key + " contains no certificate in PEM");
  EXPECT_EQ(why_not(good, ""), good + " contains no private key in PEM");
  EXPECT_EQ(why_not(good, other.key_file()),
            "the key in " + other.key_file() + " is not that of the certificate in " + good);
}

TEST(TlsIdentityTest, SaysWhatIsSpoiled) {
  const auto& certificate = TestCertificate::instance();
  {
    const TextFile spoiled("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    EXPECT_EQ(why_not(spoiled.path(), certificate.key_file())
                  .find("GnuTLS cannot read the certificates in " + spoiled.path() + ": "),
              0U);
  }
  const TextFile spoiled("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  EXPECT_EQ(why_not(certificate.file(), spoiled.path())
                .find("GnuTLS cannot use the key in " + spoiled.path() + ": "),
            0U);
}

TEST(TlsIdentityTest, TakesBothFromOneFileButNoEncryptedKey) {
  const auto& certificate = TestCertificate::instance();
  const TextFile both(content(certificate.key_file()) + content(certificate.file()));
  EXPECT_EQ(why_not(both.path(), ""), "");
  const TextFile encrypted("-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_EQ(why_not(certificate.file(), encrypted.path()),
            "the key in " + encrypted.path() + " is encrypted");
}

}  // namespace
}  // namespace paceline::endpoint
