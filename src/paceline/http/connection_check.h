#pragma once

#include <paceline/connection.h>
#include <paceline/text/result.h>

namespace paceline::http {

/// Fails if no request can be sent with these options. Reads the files of the client's certificate.
Result<void> check_connection(const ConnectionOptions& options);

}  // namespace paceline::http
