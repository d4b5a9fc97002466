// The `paceline` program: language models and plain HTTP over a grid of rpm and parallel.

#include <programs/options.h>
#include <programs/paceline_help.h>
#include <programs/paceline_suite.h>
#include <programs/run_with_options.h>

int main(int argc, char** argv) {
  paceline::programs::Options options;
  paceline::programs::PacelineSuite suite(options, paceline::programs::paceline_help);
  return paceline::programs::run_with_options(argc, argv, suite, options);
}
