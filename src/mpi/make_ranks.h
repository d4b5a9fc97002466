#pragma once

#include <functional>
#include <memory>
#include <string>

#include <paceline/error.h>
#include <paceline/run/ranks.h>

namespace paceline::mpi {

/// Initializes MPI. Returns the processes that mpirun, srun or another launcher of MPI programs has
/// started; see MpiRanks. `sentence`: as in gbench::ContextSettings, for the error that each rank
/// prints if rank 0 is lost. Once per program.
std::shared_ptr<run::Ranks> make_ranks(std::function<std::string(const Error&)> sentence);

}  // namespace paceline::mpi
