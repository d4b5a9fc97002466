#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <paceline/stats/run_tally.h>

namespace paceline::stats {

/// Writes a tally as bytes, for another process of the same run, or for a file. The bytes are
/// exact, do not depend on the machine, and begin with the version of their form. The tally of
/// 10,000 streams takes 22 kB.
std::string bytes_of(const RunTally& tally);

/// Reads the bytes of a tally. Returns nothing if the bytes have another version or are damaged.
std::optional<RunTally> tally_of(std::string_view bytes);

}  // namespace paceline::stats
