#pragma once

#include <memory>

#include <paceline/program.h>
#include <paceline/run/ranks.h>
#include <programs/options.h>

namespace paceline::programs {

/// run_program() for a suite that reads the program's options, which are set when the flags have
/// been read. `options` outlives the call.
int run_with_options(int argc, char** argv, Suite& suite, Options& options);

/// The same for a program of several processes, which `ranks` connects.
int run_with_options(int argc, char** argv, Suite& suite, Options& options,
                     const std::shared_ptr<run::Ranks>& ranks);

}  // namespace paceline::programs
