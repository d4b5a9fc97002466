#include <mpi/machine.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace paceline::mpi {
namespace {

/// The name of the machine; at least a part of a name that is too long.
std::string host_name() {
  constexpr std::size_t longest = 256;
  std::array<char, longest + 1> name{};
  static_cast<void>(::gethostname(name.data(), longest));
  return name.data();
}

/// A number that the kernel chooses at each boot.
std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

/// The namespace of this process; empty if the kernel has no namespaces of this kind.
std::string name_space(const std::string& kind) {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/ns/" + kind, error).string();
}

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.host = host_name();
  // Without a boot id, processes on one host are told apart by its name.
  const std::string boot = boot_id().empty() ? machine.host : boot_id();
  machine.clock = boot + name_space("time");
  machine.loopback = boot + name_space("net");
  return machine;
}

}  // namespace paceline::mpi
