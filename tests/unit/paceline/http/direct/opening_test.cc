#include <gtest/gtest.h>
#include <paceline/http/direct/opening.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "../../../few_descriptors.h"
#include "../../../open_descriptors.h"
#include "openings_on_loop.h"
#include "tls_listener.h"

namespace paceline::http::direct {
namespace {

using namespace std::chrono_literals;

class OpeningTest : public testing::Test, protected OpeningsOnLoop<Openings> {};

std::string peer_of(const loop::Descriptor& socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getpeername(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
  std::array<char, INET_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
}

TEST_F(OpeningTest, OpensATcpConnection) {
  const LoopbackListener listener(1);
  const OpenResult& result = open(to(listener.port(), false));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->tls, nullptr);
  EXPECT_GT(result->times.tcp, 0ns);
  EXPECT_EQ(result->times.tls, 0ns);
  EXPECT_EQ(result->times.lookup, 0ns);
  const loop::Descriptor server(listener.accept());
  EXPECT_EQ(send(server.get(), "x", 1, 0), 1);
  char byte = 0;
  while (recv(result->socket.get(), &byte, 1, MSG_DONTWAIT) < 0) std::this_thread::yield();
  EXPECT_EQ(byte, 'x');
}

TEST_F(OpeningTest, TriesTheAddressesInTurn) {
  const LoopbackListener listener(10);
  for (const Addresses& before :
       {Addresses{}, Addresses{"127.0.0.2"}, Addresses{"::1", "127.0.0.2"},
        Addresses{"no address", "127.0.0.2"}}) {
    Addresses all = before;
    all.insert(all.end(), {"127.0.0.1", "127.0.0.3"});
    const OpenResult& result = open(to(listener.port(), false, all));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(peer_of(result->socket), "127.0.0.1");
  }
}

TEST_F(OpeningTest, ForgetsAnAddressThatDoesNotAnswer) {
  const LoopbackListener listener(1);
  const DeafListener deaf(listener.port());
  const OpenResult& result = open(to(listener.port(), false, {"127.0.0.2", "127.0.0.1"}));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(peer_of(result->socket), "127.0.0.1");
}

TEST_F(OpeningTest, TheLastAddressHasAllTheTime) {
  const LoopbackListener listener(1);
  const DeafListener deaf(listener.port());
  options_.timeout = 200ms;
  settings_.address_timeout = 1ms;
  const TransportEnd& end =
      failure_of(open(to(listener.port(), false, {"127.0.0.3", "127.0.0.2"})));
  EXPECT_EQ(end.error, TransportError::timed_out);
  EXPECT_EQ(end.why.code, ErrorCode::timed_out);
  EXPECT_EQ(end.why.message, "no connection to localhost port " + std::to_string(listener.port()) +
                                 " within 200 ms");
}

TEST_F(OpeningTest, TheErrorIsOfTheLastAddress) {
  const std::uint16_t port = LoopbackListener(1).port();
  const TransportEnd& end = failure_of(open(to(port, false, {"127.0.0.2", "127.0.0.1"})));
  EXPECT_EQ(end.error, TransportError::connect_failed);
  EXPECT_EQ(end.why.code, ErrorCode::connect_failed);
  EXPECT_EQ(end.why.message,
            "cannot connect to 127.0.0.1 port " + std::to_string(port) + ": Connection refused");
  EXPECT_EQ(failure_of(open(to(port, false, {}))).why.message, "the host has no address");
}

TEST_F(OpeningTest, OpensAUnixSocket) {
  const std::string path = TestCertificate::instance().file() + ".sock";
  options_.unix_socket = path;
  const TransportEnd& end = failure_of(open(to(1, false, {})));
  EXPECT_EQ(end.error, TransportError::connect_failed);
  EXPECT_EQ(end.why.code, ErrorCode::socket_failed) << end.why.message;
  const LoopbackListener listener(1, path);
  EXPECT_TRUE(open(to(1, false, {})).has_value());
}

TEST_F(OpeningTest, DoesTheTlsHandshake) {
  const TlsPeerContext context({.protocol = "h2"});
  const TlsListener listener(context);
  for (int i = 0; i < 2; ++i) {
    const OpenResult& result = open(to(listener.port(), true));
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result->tls->chose_http2());
    EXPECT_GT(result->times.tcp, 0ns);
    EXPECT_GT(result->times.tls, 0ns);
  }
  while (listener.handshakes() < 2) std::this_thread::yield();
}

TEST_F(OpeningTest, AServerThatNeverAnswersTlsTimesOut) {
  const LoopbackListener listener(1);
  options_.timeout = 100ms;
  const TransportEnd& end = failure_of(open(to(listener.port(), true)));
  EXPECT_EQ(end.error, TransportError::timed_out);
}

/// What a server does with a connection.
using Part = std::function<void(int socket)>;

TEST_F(OpeningTest, WhyThereIsNoTlsIsTold) {
  struct Case {
    Part part;
    ErrorCode code;
    const char* words;
  };
  const auto hear = [](int socket) {
    char byte = 0;
    EXPECT_EQ(recv(socket, &byte, 1, MSG_PEEK), 1);
  };
  const std::vector<Case> cases{
      {[](int socket) { shutdown(socket, SHUT_RDWR); }, ErrorCode::tls_failed,
       "the server closed the connection during the TLS handshake"},
      {[&](int socket) {
         hear(socket);
         // With unread bytes this is a reset.
         const linger at_once{1, 0};
         setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
       },
       ErrorCode::tls_failed, "the server closed the connection during the TLS handshake"},
      {[&](int socket) {
         hear(socket);
         const std::string_view words = "HTTP/1.1 400 Bad Request\r\n\r\n";
         EXPECT_GT(send(socket, words.data(), words.size(), MSG_NOSIGNAL), 0);
       },
       ErrorCode::tls_missing, "the server does not speak TLS on this port"},
  };
  for (const Case& each : cases) {
    const LoopbackListener listener(1);
    std::thread server([&] {
      const loop::Descriptor socket(listener.accept());
      each.part(socket.get());
    });
    const TransportEnd& end = failure_of(open(to(listener.port(), true)));
    server.join();
    EXPECT_EQ(end.error, TransportError::tls_failed);
    EXPECT_EQ(end.why.code, each.code) << end.why.message;
    EXPECT_TRUE(end.why.message.starts_with(each.words)) << end.why.message;
  }
}

TEST_F(OpeningTest, AnotherCertificateIsAnError) {
  const TestCertificate other{{.names = "DNS:other.test"}};
  const TlsPeerContext context({.certificate = &other});
  const TlsListener listener(context);
  options_.ca_file = other.file();
  const TransportEnd& end = failure_of(open(to(listener.port(), true)));
  EXPECT_EQ(end.error, TransportError::tls_failed);
  EXPECT_EQ(end.why.code, ErrorCode::certificate_of_other_host);
  EXPECT_EQ(listener.handshakes(), 0);
}

TEST_F(OpeningTest, AuthoritiesThatCannotBeReadAreAnError) {
  const LoopbackListener listener(1);
  options_.ca_file = "/no/such.pem";
  const TransportEnd& end = failure_of(open(to(listener.port(), true)));
  EXPECT_EQ(end.error, TransportError::tls_failed);
  EXPECT_EQ(end.why.code, ErrorCode::certificates_unreadable);
}

TEST_F(OpeningTest, TheEndOfACancelledOneIsNotTold) {
  const LoopbackListener listener(10);
  const DeafListener deaf(listener.port());
  // The second has ended when it is cancelled.
  what_->begin(1, to(listener.port(), false, {"127.0.0.2"}));
  what_->begin(2, to(listener.port(), false, {}));
  what_->begin(3, to(listener.port(), false, {}));
  what_->begin(4, to(listener.port(), false));
  what_->cancel(1);
  on_end_ = [this](std::uint64_t number) {
    if (number == 2) what_->cancel(3);
  };
  wait_for(2);
  wait_for(4);
  what_->cancel(4);
  for (int i = 0; i < 3; ++i) uv_run(static_cast<loop::Loop&>(loop_).raw(), UV_RUN_NOWAIT);
  EXPECT_EQ(ended_.size(), 2U);
}

TEST_F(OpeningTest, OneMayBeginWhenAnotherHasEnded) {
  const LoopbackListener listener(10);
  on_end_ = [&](std::uint64_t number) {
    if (number < 5) what_->begin(number + 1, to(listener.port(), false));
  };
  what_->begin(1, to(1, false, {}));
  wait_for(5);
  EXPECT_FALSE(ended_.at(1).has_value());
  for (std::uint64_t number = 2; number <= 5; ++number) {
    EXPECT_TRUE(ended_.at(number).has_value());
  }
}

TEST_F(OpeningTest, NoneIsLeftWhenTheyAreDestroyed) {
  const TlsPeerContext context;
  const LoopbackListener deaf(100);
  const std::ptrdiff_t before = open_descriptors();
  for (int turns = 0; turns < 6; ++turns) {
    for (std::uint64_t number = 1; number <= 20; ++number) {
      what_->begin(number, to(deaf.port(), number % 2 == 0));
    }
    for (int turn = 0; turn < turns; ++turn) {
      uv_run(static_cast<loop::Loop&>(loop_).raw(), UV_RUN_NOWAIT);
    }
    what_ = std::make_unique<Openings>(loop_, settings_, [](std::uint64_t, const OpenResult&) {});
    ended_.clear();
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(OpeningTest, WithoutADescriptorThereIsAnError) {
  if (sanitizer_needs_descriptors) GTEST_SKIP();
  const LoopbackListener listener(1);
  EXPECT_TRUE(with_few_descriptors(6, [&] {
    TestLoop loop;
    std::optional<Error> error;
    Openings openings(loop, settings_, [&](std::uint64_t, const OpenResult& result) {
      if (!result) error = result.error().why;
    });
    // The loop has opened what was left.
    std::vector<loop::Descriptor> rest;
    for (int more = 0; (more = dup(0)) >= 0;) rest.emplace_back(more);
    openings.begin(1, to(listener.port(), false, {"127.0.0.2", "127.0.0.1"}));
    while (!error) loop.run_once();
    return error->code == ErrorCode::no_descriptor &&
           error->message.find("127.0.0.1") != std::string::npos;
  }));
}

}  // namespace
}  // namespace paceline::http::direct
