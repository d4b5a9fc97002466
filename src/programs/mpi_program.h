#pragma once

#include <paceline/program.h>
#include <programs/options.h>

namespace paceline::programs {

/// run_mpi_program() for a suite that reads the program's options, which are set when the flags
/// have been read. `options` outlives the call.
int run_mpi_with_options(int argc, char** argv, Suite& suite, Options& options);

}  // namespace paceline::programs
