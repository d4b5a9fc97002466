#pragma once

#include <string_view>

#include <paceline/api.h>

namespace paceline {

/// The kind of request that a URL names; chat for any URL that is not known.
ApiKind kind_of(std::string_view url);

}  // namespace paceline
