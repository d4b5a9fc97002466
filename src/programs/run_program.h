#pragma once

#include <programs/options.h>
#include <paceline/program.h>

namespace paceline {

/// As run_program() in program.h, for a suite that reads the program's options: they are set once
/// the flags are read. `options` outlives the call.
int run_program(int argc, char** argv, Suite& suite, Options& options);

}  // namespace paceline
