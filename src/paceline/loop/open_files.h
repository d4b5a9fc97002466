#pragma once

#include <cstddef>

namespace paceline {

/// Raises this process's limit on open descriptors as far as the system lets it, and returns it.
std::size_t raise_open_files_limit();

}  // namespace paceline
