#pragma once

#include <string_view>

// The version of these headers.
#define PACELINE_VERSION "0.1.0"
#define PACELINE_VERSION_MAJOR 0
#define PACELINE_VERSION_MINOR 1
#define PACELINE_VERSION_PATCH 0

namespace paceline {

/// The version of the library that is linked, such as "0.1.0".
std::string_view version();

}  // namespace paceline
