#include <paceline/program.h>

#include <programs/options.h>
#include <programs/run_with_options.h>

namespace paceline {

int run_program(int argc, char** argv, Suite& suite) {
  programs::Options options;
  return programs::run_with_options(argc, argv, suite, options);
}

int run_program(int argc, char** argv) {
  Suite registered_before_main;
  return run_program(argc, argv, registered_before_main);
}

}  // namespace paceline
