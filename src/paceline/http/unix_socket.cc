#include <fmt/format.h>
#include <paceline/http/unix_socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

namespace paceline::http {
namespace {

std::string why_not(int error) {
  switch (error) {
    case ENOENT:
      return "there is no such file";
    case ECONNREFUSED:
      return "no server listens on it";
    case EAGAIN:
      return "the server's queue of connections is full";
    default:
      return std::generic_category().message(error);
  }
}

}  // namespace

Result<void> check_socket_path(const std::string& path) {
  // The path ends with a zero byte.
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.empty()) return fail(ErrorCode::socket_failed, "the path of the Unix socket is empty");
  if (path.size() <= longest) return {};
  return fail(
      ErrorCode::socket_failed,
      fmt::format("the path of the Unix socket is longer than {} bytes: {}", longest, path));
}

Error unix_connect_error(const std::string& path, int error) {
  return {error == EAGAIN ? ErrorCode::socket_queue_full : ErrorCode::socket_failed,
          fmt::format("cannot connect to the Unix socket '{}': {}", path, why_not(error))};
}

}  // namespace paceline::http
