#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/text/result.h>
#include <programs/benchmark_flags.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// The topic of --help=TOPIC or --help TOPIC; "" for --help alone and for -h, nullopt without
/// either.
std::optional<std::string> help_topic(const std::vector<std::string>& arguments);

/// The flags of a topic. Without a topic, one screen with the flags that most users need. Topics
/// are the groups that have a flag, "suite" for the flags of a suite's own, "benchmark" for those
/// of Google Benchmark, and "all". Error: invalid_value for another topic.
Result<std::string> help_text(const CLI::App& app, std::string_view topic);

/// The topics of an app, such as "rate|results|all".
std::string choices_of_help(const CLI::App& app);

/// The flags that print a text instead of running benchmarks: --help, --version and --completion.
/// `topics_of_help`: of choices_of_help(); outlives the flags.
std::vector<OtherFlag> printing_flags(std::string_view topics_of_help);

}  // namespace paceline::programs
