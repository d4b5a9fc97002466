#pragma once

#include <string>

#include <paceline/text/result.h>

namespace paceline::http {

/// Fails if no Unix socket can have this path: an empty or too long one. Error:
/// socket_failed.
Result<void> check_socket_path(const std::string& path);

/// The error of a connection to a Unix socket that failed with errno `error`.
Error unix_connect_error(const std::string& path, int error);

}  // namespace paceline::http
