#include <mpi/make_ranks.h>
#include <paceline/mpi.h>
#include <programs/mpi_program.h>
#include <programs/remedy.h>
#include <programs/run_with_options.h>

#include <memory>

namespace paceline::programs {

std::shared_ptr<run::Ranks> start_ranks() {
  return mpi::make_ranks([](const Error& error) { return with_remedy(error); });
}

int run_as_rank(int argc, char** argv, Suite& suite, Options& options,
                const std::shared_ptr<run::Ranks>& ranks) {
  const int exit_code = run_with_options(argc, argv, suite, options, ranks);
  return ranks->index() == 0 ? exit_code : 0;
}

}  // namespace paceline::programs

namespace paceline {

int run_mpi_program(int argc, char** argv, Suite& suite) {
  programs::Options options;
  return programs::run_as_rank(argc, argv, suite, options, programs::start_ranks());
}

int run_mpi_program(int argc, char** argv) {
  Suite registered_before_main;
  return run_mpi_program(argc, argv, registered_before_main);
}

}  // namespace paceline
