#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/text/result.h>

namespace paceline::programs {

/// A flag that the app of CLI11 does not read, as the help shows it.
struct OtherFlag {
  /// With its dashes.
  std::string_view name;
  /// A placeholder such as "FILE", or choices such as "json|csv"; empty: the flag is a switch.
  std::string_view value;
  /// With its default in brackets.
  std::string_view words;
};

/// Google Benchmark's flags that are of use for paceline's runs.
std::span<const OtherFlag> flags_of_benchmark();

/// The arguments with "--flag value" as "--flag=value", the only form that Google Benchmark reads,
/// for its flags that need a value. A shell's completion makes the other form, too.
std::vector<std::string> with_joined_values(const std::vector<std::string>& arguments);

/// Checks Google Benchmark's own flags, and the variables that replace them. `known`: the program's
/// other flags, for suggestions.
Result<void> check_benchmark_flags(const std::vector<std::string>& arguments,
                                   const std::vector<std::string>& known);

}  // namespace paceline::programs
