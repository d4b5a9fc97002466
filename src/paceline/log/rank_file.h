#pragma once

#include <cstdint>
#include <string>

namespace paceline::log {

/// The file of one rank of a run of several processes: the rank stands before the extension, such
/// as "run.2.sqlite" for rank 2 of "run.sqlite", or at the end of a name without an extension.
std::string rank_file(const std::string& path, std::uint64_t rank);

}  // namespace paceline::log
