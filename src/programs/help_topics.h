#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/text/result.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// The topic of --help=TOPIC; "" for --help alone and for -h, nullopt without either.
std::optional<std::string> help_topic(const std::vector<std::string>& arguments);

/// The flags of a topic. Without a topic, one screen with the flags that most users need. Topics
/// are the groups of flags, "suite" for the flags of a suite's own, "benchmark" for those of Google
/// Benchmark, and "all". Error: invalid_value for another topic.
Result<std::string> help_text(const CLI::App& app, std::string_view topic);

}  // namespace paceline::programs
