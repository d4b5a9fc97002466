#pragma once

#include <paceline/program.h>

namespace paceline {

/// run_program() for a program of several processes, which mpirun, srun or another launcher of MPI
/// programs starts. Together they make the same runs as one process would, and rank 0 prints and
/// writes the results. Initializes MPI, and ends it. Link paceline::mpi_main.
///
/// Returns the exit code of run_program() on rank 0, and 0 on the other ranks. If a rank was lost,
/// ends the program with exit code 1 instead.
int run_mpi_program(int argc, char** argv, Suite& suite);
/// The same for benchmarks that are registered before main(), as BENCHMARK_REGISTER_F does.
int run_mpi_program(int argc, char** argv);

}  // namespace paceline
