#pragma once

#include <memory>

#include <paceline/run/ranks.h>

namespace paceline::mpi {

/// Initializes MPI. Returns the processes that mpirun, srun or another launcher of MPI programs has
/// started; see MpiRanks. Once per program.
std::shared_ptr<run::Ranks> make_ranks();

}  // namespace paceline::mpi
