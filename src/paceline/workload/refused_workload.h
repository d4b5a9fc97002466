#pragma once

#include <memory>

#include <paceline/error.h>
#include <paceline/workload.h>

namespace paceline::workload {

/// A workload whose requests cannot be made: each of them fails with this error.
std::unique_ptr<Workload> make_refused(Error error);

}  // namespace paceline::workload
