#pragma once

#include <optional>

#include <paceline/run.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// Adds the flag that cancels a share of the requests.
void add_cancel_flag(CLI::App& app, std::optional<Cancellation>& cancellation);

}  // namespace paceline::programs
