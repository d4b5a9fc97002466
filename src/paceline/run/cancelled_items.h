#pragma once

#include <cstdint>

#include <paceline/run.h>

namespace paceline::run {

/// Whether the run is to cancel the request of this item. Depends on nothing but the item, the seed
/// and the share, so that stripes and repetitions cancel the same items. An item that is cancelled
/// at some share is cancelled at all larger shares too.
bool is_to_be_cancelled(std::uint64_t item, const RunOptions& options);

}  // namespace paceline::run
