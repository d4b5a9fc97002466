#pragma once

#include <optional>
#include <string>

#include <paceline/endpoint.h>

namespace CLI {
class App;
}

namespace paceline {

/// Adds the flags of an endpoint's behaviour. Each name begins with `prefix`, such as
/// "--paceline_endpoint_". The values in `options` are the defaults that the help names.
void add_flags(CLI::App& app, const std::string& prefix, EndpointOptions& options);

/// Which flags cannot be used together, with their names; nothing if all can.
std::optional<std::string> endpoint_flags_error(const EndpointOptions& options,
                                                const std::string& prefix);

}  // namespace paceline
