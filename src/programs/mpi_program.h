#pragma once

#include <memory>

#include <paceline/program.h>
#include <paceline/run/ranks.h>
#include <programs/options.h>

namespace paceline::programs {

/// Initializes MPI, and returns the ranks (mpi::make_ranks()). Once per program.
std::shared_ptr<run::Ranks> start_ranks();

/// run_with_options() for one of the ranks. Returns the exit code of the process: rank 0's is that
/// of the program, and the others' are 0.
int run_as_rank(int argc, char** argv, Suite& suite, Options& options,
                const std::shared_ptr<run::Ranks>& ranks);

}  // namespace paceline::programs
