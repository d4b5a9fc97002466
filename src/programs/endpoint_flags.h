#pragma once

#include <string>

#include <paceline/endpoint.h>
#include <paceline/text/result.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// Adds the flags of an endpoint's behaviour. Each name begins with `prefix`, such as
/// "--paceline_endpoint_". The values in `options` are the defaults that the help shows.
void add_flags(CLI::App& app, const std::string& prefix, EndpointOptions& options);

/// Checks whether the flags are compatible. The error names them.
Result<void> check_endpoint_flags(const EndpointOptions& options, const std::string& prefix);

}  // namespace paceline::programs
