#pragma once

#include <vector>

#include <paceline/gbench/find_max.h>
#include <programs/grid.h>
#include <programs/options.h>

namespace paceline::programs {

// Registers runs with Google Benchmark. The workload outlives them; before they run, it has the
// workloads of all their threads (SelectedWorkload::share). They find the program's context.

/// Registers the runs of each row. Each row is a benchmark of its own, because Google Benchmark has
/// one number of iterations per benchmark. `is_repeated`: whether --benchmark_repetitions applies.
void register_runs(SelectedWorkload& selected, const std::vector<GridRow>& rows, bool is_repeated);

/// Registers a search with the threads and the parallel of the row. `search` outlives it.
void register_search(SelectedWorkload& selected, const gbench::FindMax& search, const GridRow& row);

}  // namespace paceline::programs
