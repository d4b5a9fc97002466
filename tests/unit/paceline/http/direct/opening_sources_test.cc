// Where connections leave from.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <paceline/http/direct/opening.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "openings_on_loop.h"

namespace paceline::http::direct {
namespace {

class OpeningSourcesTest : public testing::Test, protected OpeningsOnLoop<Openings> {};

std::string source_of(const loop::Descriptor& socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
  std::array<char, INET_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
}

TEST_F(OpeningSourcesTest, AConnectionHasTheSourceOfItsTurn) {
  const LoopbackListener listener(10);
  settings_.sources = SourceAddresses({"127.0.0.2", "127.0.0.3"});
  for (const std::size_t turn : {0U, 1U, 2U}) {
    Destination destination = to(listener.port(), false, {"127.0.0.9", "127.0.0.1"});
    destination.turn = turn;
    const OpenResult& result = open(std::move(destination));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(source_of(result->socket), turn == 1 ? "127.0.0.3" : "127.0.0.2");
  }
}

TEST_F(OpeningSourcesTest, AddressesOfAnotherFamilyAreLeftOut) {
  const std::uint16_t port = LoopbackListener(1).port();
  settings_.sources = SourceAddresses({"127.0.0.2"});
  EXPECT_EQ(failure_of(open(to(port, false, {"127.0.0.1", "::1"}))).why.message,
            "cannot connect to 127.0.0.1 port " + std::to_string(port) +
                " from 127.0.0.2: Connection refused");
  const TransportEnd& end = failure_of(open(to(port, false, {"::1", "::2"})));
  EXPECT_EQ(end.error, TransportError::connect_failed);
  EXPECT_EQ(end.why.code, ErrorCode::interface_of_other_family);
  EXPECT_EQ(failure_of(open(to(port, false, {}))).why.message, "the host has no address");
}

TEST_F(OpeningSourcesTest, ASourceThatIsGoneIsAnError) {
  settings_.sources = SourceAddresses({"203.0.113.9"});
  const TransportEnd& end = failure_of(open(to(1, false)));
  EXPECT_EQ(end.error, TransportError::connect_failed);
  EXPECT_EQ(end.why.code, ErrorCode::interface_unusable);
}

}  // namespace
}  // namespace paceline::http::direct
