#pragma once

#include <paceline/program.h>
#include <programs/options.h>

namespace paceline {

/// As run_program() in program.h, for a suite that reads the program's options: they are set once
/// the flags are read. `options` outlives the call.
int run_program(int argc, char** argv, Suite& suite, Options& options);

}  // namespace paceline
