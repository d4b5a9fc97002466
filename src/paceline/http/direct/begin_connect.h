#pragma once

#include <string>

#include <paceline/loop/sockets.h>
#include <paceline/text/result.h>

namespace paceline::http::direct {

/// The error of a TCP connection that failed with errno `error`.
Error connect_error(const std::string& address, const std::string& port, int error);

/// A socket that connects to a numeric address by TCP. The socket becomes writable when the
/// connection is made or has failed. Errors: connect_failed, no_descriptor.
Result<loop::Descriptor> begin_connect(const std::string& address, const std::string& port);

/// A socket that is connected to the Unix socket of that path. Errors: socket_failed,
/// socket_queue_full, no_descriptor. Precondition: a socket can have that path.
Result<loop::Descriptor> connect_to_unix_socket(const std::string& path);

}  // namespace paceline::http::direct
