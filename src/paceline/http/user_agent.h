#pragma once

#include <string>

namespace paceline {

/// "paceline/" and the release: what every request is sent with, unless its headers say otherwise.
const std::string& user_agent();

}  // namespace paceline
