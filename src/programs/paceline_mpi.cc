// The `paceline_mpi` program: as `paceline`, with the ranks of an MPI program as one client.

#include <programs/mpi_program.h>
#include <programs/options.h>
#include <programs/paceline_help.h>
#include <programs/paceline_suite.h>

int main(int argc, char** argv) {
  using namespace paceline;
  const std::shared_ptr<run::Ranks> ranks = programs::start_ranks();
  programs::Options options;
  programs::PacelineSuite suite(options, programs::paceline_mpi_help, ranks->count());
  return programs::run_as_rank(argc, argv, suite, options, ranks);
}
