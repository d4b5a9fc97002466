#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace paceline::programs {

/// The flags that the command line and the file of --paceline_config set, quoted as for a shell, in
/// the order of --help. Long values are cut. Secret are: values of headers that usually carry
/// secrets, users and queries of URLs, and texts of such fields of a JSON body. Each is shown as
/// [removed], and a value env:NAME as it was given. Other secrets may be left, so pass the text
/// through the gate.
std::string given_flags(const CLI::App& app);

/// Google Benchmark's flags, quoted as for a shell. Leaves out the flags that name the file of
/// results, its format and the format of the standard output. The text may hold secrets, so pass
/// the text through the gate.
std::string given_benchmark_flags(const std::vector<std::string>& arguments);

}  // namespace paceline::programs
