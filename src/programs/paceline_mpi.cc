// The `paceline_mpi` program: as `paceline`, with the ranks of an MPI program as one client.

#include <programs/mpi_program.h>
#include <programs/options.h>
#include <programs/paceline_suite.h>

int main(int argc, char** argv) {
  paceline::programs::Options options;
  paceline::programs::PacelineSuite suite(options);
  return paceline::programs::run_mpi_with_options(argc, argv, suite, options);
}
