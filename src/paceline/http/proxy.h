#pragma once

namespace paceline {

/// Whether the environment names a proxy, in the variables that libcurl reads.
bool environment_names_proxy();

}  // namespace paceline
