#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <paceline/http/source_addresses.h>
#include <paceline/loop/sockets.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace paceline::http {
namespace {

Source source_at(const std::string& name, const sockaddr& address) {
  Source source{.name = name};
  source.length = address.sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  std::memcpy(&source.address, &address, source.length);
  return source;
}

/// The source if `text` is an IP address.
std::optional<Source> source_at_address(const std::string& text) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  if (inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
    return source_at(text, reinterpret_cast<const sockaddr&>(four));
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1) {
    return source_at(text, reinterpret_cast<const sockaddr&>(six));
  }
  return std::nullopt;
}

/// The network interfaces of this machine.
class NetworkInterfaces {
 public:
  NetworkInterfaces() {
    ifaddrs* all = nullptr;
    if (getifaddrs(&all) == 0) all_.reset(all);
  }

  bool has(const std::string& name) const {
    return find_if(name, [](const ifaddrs&) { return true; }) != nullptr;
  }

  /// The interface with its first address of that family; nothing: the interface has none.
  std::optional<Source> find(const std::string& name, int family) const {
    const ifaddrs* found =
        find_if(name, [family](const ifaddrs& one) { return is_usable(one.ifa_addr, family); });
    if (found == nullptr) return std::nullopt;
    Source source = source_at(name, *found->ifa_addr);
    source.is_interface = true;
    return source;
  }

 private:
  struct Free {
    void operator()(ifaddrs* all) const { freeifaddrs(all); }
  };

  // Link-local addresses reach no server whose address has no zone.
  static bool is_usable(const sockaddr* address, int family) {
    if (address == nullptr || address->sa_family != family) return false;
    if (family == AF_INET) return true;
    const auto& six = *reinterpret_cast<const sockaddr_in6*>(address);
    return !IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr);
  }

  template <typename Is>
  const ifaddrs* find_if(const std::string& name, Is is) const {
    for (const ifaddrs* one = all_.get(); one != nullptr; one = one->ifa_next) {
      if (name == one->ifa_name && is(*one)) return one;
    }
    return nullptr;
  }

  std::unique_ptr<ifaddrs, Free> all_;
};

tl::unexpected<Error> unusable(std::string message) {
  return fail(ErrorCode::interface_unusable, std::move(message));
}

// Loopback has more addresses than the system lists, so only bind() tells which there are.
Result<void> check_address(const Source& source) {
  const loop::Descriptor socket(::socket(source.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) {
    return loop::fail_to_open(fmt::format("a socket with the address {}", source.name), errno);
  }
  return bind_to(socket.get(), source);
}

Result<void> check_interface(const std::string& name, const NetworkInterfaces& interfaces) {
  if (!interfaces.has(name)) {
    return unusable(
        fmt::format("'{}' is neither an IP address nor a network interface of this machine", name));
  }
  if (interfaces.find(name, AF_INET) || interfaces.find(name, AF_INET6)) return {};
  return unusable(fmt::format("the network interface '{}' has no address", name));
}

}  // namespace

int family_of(const std::string& address) {
  const auto found = source_at_address(address);
  return found ? found->address.ss_family : AF_UNSPEC;
}

SourceAddresses::SourceAddresses(const std::vector<std::string>& interfaces) : names_(interfaces) {
  if (names_.empty()) return;
  const NetworkInterfaces of_machine;
  for (const std::string& name : names_) {
    if (auto address = source_at_address(name)) {
      (address->address.ss_family == AF_INET ? ipv4_ : ipv6_).push_back(*std::move(address));
      continue;
    }
    if (auto four = of_machine.find(name, AF_INET)) ipv4_.push_back(*std::move(four));
    if (auto six = of_machine.find(name, AF_INET6)) ipv6_.push_back(*std::move(six));
  }
}

const Source* SourceAddresses::find(int family, std::size_t turn) const {
  const std::vector<Source>& sources = family == AF_INET6 ? ipv6_ : ipv4_;
  return sources.empty() ? nullptr : &sources[turn % sources.size()];
}

Error SourceAddresses::family_error(const std::string& host, const std::string& port) const {
  const std::size_t others = names_.size() - 1;
  const std::string_view of_host = ipv4_.empty() ? "IPv4" : "IPv6";
  const std::string_view of_source = ipv4_.empty() ? "IPv6" : "IPv4";
  return {ErrorCode::interface_of_other_family,
          fmt::format("cannot connect to {} port {} from {}{}: the host has only {} addresses, and "
                      "the source has only {}",
                      host, port, names_.front(),
                      others == 0 ? "" : fmt::format(" and {} more", others), of_host, of_source)};
}

Result<void> check_interfaces(const std::vector<std::string>& interfaces) {
  if (interfaces.empty()) return {};
  const NetworkInterfaces of_machine;
  for (const std::string& name : interfaces) {
    const auto address = source_at_address(name);
    auto checked = address ? check_address(*address) : check_interface(name, of_machine);
    if (!checked) return checked;
  }
  return {};
}

Result<void> bind_to(int socket, const Source& source) {
  // Linux before 5.7 permits this to root only. The interface's address then has to do.
  if (source.is_interface && setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, source.name.c_str(),
                                        static_cast<socklen_t>(source.name.size())) == 0) {
    return {};
  }
  // Otherwise the port would be chosen here, without regard to the destination, and each port would
  // serve one connection only.
  const int no_port = 1;
  setsockopt(socket, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &no_port, sizeof no_port);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&source.address), source.length) == 0) {
    return {};
  }
  if (errno == EADDRNOTAVAIL) {
    return unusable(fmt::format("{} is not an address of this machine", source.name));
  }
  return unusable(fmt::format("cannot connect from {}: {}", source.name,
                              std::generic_category().message(errno)));
}

std::string words_of(const Source* source) {
  return source == nullptr ? std::string() : " from " + source->name;
}

}  // namespace paceline::http
