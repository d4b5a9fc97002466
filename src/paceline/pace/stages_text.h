#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <paceline/schedule.h>
#include <paceline/text/result.h>

namespace paceline::pace {

/// Limits within which a StagedRate computes in whole numbers.
inline constexpr std::uint64_t most_staged_rpm = 60'000'000;
inline constexpr std::chrono::hours longest_stage{240};
/// Each stage has a tally.
inline constexpr std::size_t most_stages = 100;

/// Reads stages such as "60s@6000,5m@6000..60000,60s@0": the length, and the requests per minute or
/// those of the begin and the end. Error: invalid_value, with the part that is wrong and the
/// reason.
Result<std::vector<Stage>> parse_stages(std::string_view text);

/// The stages as parse_stages() reads them.
std::string stages_text(const std::vector<Stage>& stages);

}  // namespace paceline::pace
