#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <paceline/http/source_addresses.h>
#include <paceline/loop/sockets.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

#include "../../loopback_listener.h"
#include "../../message_of.h"

namespace paceline::http {
namespace {

loop::Descriptor new_socket(int family) {
  return loop::Descriptor(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

sockaddr_in local_address_of(const loop::Descriptor& socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return address;
}

std::string text_of(const sockaddr_in& address) {
  std::array<char, INET_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
}

std::string device_of(const loop::Descriptor& socket) {
  std::array<char, 64> name{};
  socklen_t length = name.size();
  getsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, name.data(), &length);
  return name.data();
}

std::string name_of(const Source* source) {
  return source == nullptr ? "none" : source->name;
}

TEST(SourceAddressesTest, WithoutValuesTheSystemChooses) {
  const SourceAddresses sources;
  EXPECT_TRUE(sources.empty());
  EXPECT_EQ(sources.find(AF_INET, 0), nullptr);
  EXPECT_TRUE(check_interfaces({}));
}

TEST(SourceAddressesTest, EachFamilyHasItsTurns) {
  const SourceAddresses sources({"127.0.0.2", "::1", "127.0.0.3"});
  EXPECT_FALSE(sources.empty());
  for (const std::size_t turn : {0U, 2U, 4U}) {
    EXPECT_EQ(name_of(sources.find(AF_INET, turn)), "127.0.0.2");
    EXPECT_EQ(name_of(sources.find(AF_INET, turn + 1)), "127.0.0.3");
    EXPECT_EQ(name_of(sources.find(AF_INET6, turn)), "::1");
    EXPECT_EQ(name_of(sources.find(AF_INET6, turn + 1)), "::1");
  }
}

TEST(SourceAddressesTest, AFamilyWithoutAnAddressHasNoSource) {
  const SourceAddresses four({"127.0.0.2"});
  EXPECT_EQ(four.find(AF_INET6, 0), nullptr);
  EXPECT_EQ(four.family_error("api.test", "443").message,
            "cannot connect to api.test port 443 from 127.0.0.2: the host has only IPv6 addresses, "
            "and the source has only IPv4");
  const SourceAddresses six({"::1", "fd00::2", "fd00::3"});
  EXPECT_EQ(six.find(AF_INET, 0), nullptr);
  const Error error = six.family_error("10.0.0.1", "80");
  EXPECT_EQ(error.code, ErrorCode::interface_of_other_family);
  EXPECT_EQ(error.message,
            "cannot connect to 10.0.0.1 port 80 from ::1 and 2 more: the host has only IPv4 "
            "addresses, and the source has only IPv6");
}

TEST(SourceAddressesTest, AnAddressHasAFamily) {
  EXPECT_EQ(family_of("10.0.0.1"), AF_INET);
  EXPECT_EQ(family_of("::ffff:10.0.0.1"), AF_INET6);
  EXPECT_EQ(family_of("localhost"), AF_UNSPEC);
}

TEST(SourceAddressesTest, OnlyWhatThisMachineHasIsAccepted) {
  EXPECT_TRUE(check_interfaces({"127.0.0.1", "127.200.0.9", "lo"}));
  const auto refused = [](const std::string& value) {
    const auto checked = check_interfaces({"127.0.0.1", value});
    EXPECT_FALSE(checked) << value;
    if (!checked) {
      EXPECT_EQ(checked.error().code, ErrorCode::interface_unusable);
    }
    return message_of(checked);
  };
  EXPECT_EQ(refused("203.0.113.9"), "203.0.113.9 is not an address of this machine");
  EXPECT_EQ(refused("no0"),
            "'no0' is neither an IP address nor a network interface of this machine");
  EXPECT_EQ(refused("127.0.0.1/8"),
            "'127.0.0.1/8' is neither an IP address nor a network interface of this machine");
  EXPECT_EQ(refused(""), "'' is neither an IP address nor a network interface of this machine");
}

TEST(SourceAddressesTest, AnIPv6AddressOfAnotherMachineIsRefused) {
  if (!new_socket(AF_INET6).is_open()) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_EQ(message_of(check_interfaces({"2001:db8::9"})),
            "2001:db8::9 is not an address of this machine");
}

TEST(SourceAddressesTest, TheSystemChoosesThePortWithTheDestination) {
  const LoopbackListener listener(1);
  const loop::Descriptor socket = new_socket(AF_INET);
  const SourceAddresses sources({"127.0.0.2"});
  EXPECT_EQ(message_of(bind_to(socket.get(), *sources.find(AF_INET, 0))), "");
  EXPECT_EQ(text_of(local_address_of(socket)), "127.0.0.2");
  EXPECT_EQ(local_address_of(socket).sin_port, 0);
}

TEST(SourceAddressesTest, AnInterfaceIsBoundByItsName) {
  const SourceAddresses sources({"lo"});
  const Source* source = sources.find(AF_INET, 0);
  ASSERT_NE(source, nullptr);
  EXPECT_TRUE(source->is_interface);
  const loop::Descriptor socket = new_socket(AF_INET);
  EXPECT_EQ(message_of(bind_to(socket.get(), *source)), "");
  // Without the right to bind a device, the socket has the interface's address.
  EXPECT_TRUE(device_of(socket) == "lo" || text_of(local_address_of(socket)) == "127.0.0.1");
}

TEST(SourceAddressesTest, AnInterfaceThatCannotBeBoundHasItsAddress) {
  const SourceAddresses sources({"lo"});
  Source source = *sources.find(AF_INET, 0);
  source.name = "no0";
  const loop::Descriptor socket = new_socket(AF_INET);
  EXPECT_EQ(message_of(bind_to(socket.get(), source)), "");
  EXPECT_EQ(text_of(local_address_of(socket)), "127.0.0.1");
}

TEST(SourceAddressesTest, ErrorsNameTheSource) {
  const SourceAddresses sources({"203.0.113.9", "127.0.0.2"});
  const Source* source = sources.find(AF_INET, 0);
  EXPECT_EQ(words_of(source), " from 203.0.113.9");
  EXPECT_EQ(words_of(nullptr), "");
  const loop::Descriptor socket = new_socket(AF_INET);
  EXPECT_EQ(message_of(bind_to(socket.get(), *source)),
            "203.0.113.9 is not an address of this machine");
  EXPECT_EQ(message_of(bind_to(-1, *sources.find(AF_INET, 1))),
            "cannot connect from 127.0.0.2: Bad file descriptor");
}

}  // namespace
}  // namespace paceline::http
