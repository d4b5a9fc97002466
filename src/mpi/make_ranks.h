#pragma once

#include <functional>
#include <memory>
#include <string>

#include <paceline/error.h>
#include <paceline/run/ranks.h>

namespace paceline::mpi {

/// Initializes MPI. Returns the processes that mpirun, srun or another launcher of MPI programs has
/// started; see MpiRanks. `sentence` makes the sentence for an error, as in
/// gbench::ContextSettings; used if rank 0 is lost, when no other process speaks. Once per program.
std::shared_ptr<run::Ranks> make_ranks(std::function<std::string(const Error&)> sentence);

}  // namespace paceline::mpi
