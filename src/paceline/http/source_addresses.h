#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <string>
#include <vector>

#include <paceline/text/result.h>

namespace paceline::http {

/// Where connections to addresses of one family (AF_INET or AF_INET6) leave from.
struct Source {
  /// As given: an address of this machine, or the name of a network interface.
  std::string name{};
  bool is_interface = false;
  /// The address, or an address of the interface, with port 0.
  sockaddr_storage address{};
  socklen_t length = 0;
};

/// The family of an IP address without brackets, AF_INET or AF_INET6; AF_UNSPEC for another text.
int family_of(const std::string& address);

/// The sources of a transport's connections. Does not change, so it is for any thread.
class SourceAddresses {
 public:
  SourceAddresses() = default;
  /// `interfaces`: as ConnectionOptions::interfaces. Looks up the addresses of the interfaces.
  /// Values that check_interfaces() refuses have no source.
  explicit SourceAddresses(const std::vector<std::string>& interfaces);

  /// Whether the system chooses the address of each connection.
  bool empty() const { return names_.empty(); }
  /// The source of a connection to an address of that family. The connections with turns 0, 1, 2, …
  /// have the sources of that family one after the other. nullptr: there is none.
  const Source* find(int family, std::size_t turn) const;
  /// The error of a connection to a host that has no address of the sources' family.
  Error family_error(const std::string& host, const std::string& port) const;

 private:
  std::vector<std::string> names_;
  std::vector<Source> ipv4_;
  std::vector<Source> ipv6_;
};

/// Fails if a value is neither an address of this machine nor the name of a network interface that
/// has an address. Errors: interface_unusable, no_descriptor, system_error.
Result<void> check_interfaces(const std::vector<std::string>& interfaces);

/// Lets a new socket of the source's family connect from there. The system chooses the port when
/// the socket connects. Error: interface_unusable.
Result<void> bind_to(int socket, const Source& source);

/// " from NAME", for errors; empty for nullptr.
std::string words_of(const Source* source);

}  // namespace paceline::http
