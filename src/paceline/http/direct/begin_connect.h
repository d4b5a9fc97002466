#pragma once

#include <string>

#include <paceline/http/source_addresses.h>
#include <paceline/loop/sockets.h>
#include <paceline/text/result.h>

namespace paceline::http::direct {

/// The error of a TCP connection that failed with errno `error`. `source`: as for begin_connect().
Error connect_error(const std::string& address, const std::string& port, const Source* source,
                    int error);

/// A socket that connects to a numeric address by TCP. The socket becomes writable when the
/// connection is made or has failed. `source`: where the connection leaves from, of the address's
/// family; nullptr: the system chooses. Errors: connect_failed, interface_unusable, no_descriptor.
Result<loop::Descriptor> begin_connect(const std::string& address, const std::string& port,
                                       const Source* source);

/// A socket that is connected to the Unix socket of that path. Errors: socket_failed,
/// socket_queue_full, no_descriptor. Precondition: a socket can have that path.
Result<loop::Descriptor> connect_to_unix_socket(const std::string& path);

}  // namespace paceline::http::direct
