#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <paceline/stats/parts.h>
#include <paceline/stats/run_tally.h>
#include <paceline/text/result.h>

namespace paceline::stats {

/// A tally as bytes, for another process that takes part in the same run. The bytes are exact, and
/// do not depend on the machine. They begin with the version of their form. A tally of a million
/// requests takes some tens of kilobytes.
std::string bytes_of(const RunTally& tally);

/// The tally of such bytes. `groups`: those of the run, as for Parts. Errors: tally_unreadable, for
/// bytes of another version, for damaged bytes, and for a tally with other groups.
Result<RunTally> tally_of(std::string_view bytes, std::shared_ptr<const Groups> groups);

}  // namespace paceline::stats
