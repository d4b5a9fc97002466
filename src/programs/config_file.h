#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace paceline::programs {

/// Adds the flag `name`, which takes a TOML file with further flags. A key is the name of a flag
/// without `prefix`; the name of a flag that does not begin with `prefix` is the whole key without
/// its dashes. The keys of a table follow its name and "_": latency in [endpoint] is
/// endpoint_latency. An array is a comma-separated list, or repeats a flag that may be repeated.
/// A flag of the command line replaces the same flag of the file.
///
/// `on_text` is called with each text of the file before any message can contain the text.
void add_config_flag(CLI::App& app, const std::string& name, const std::string& prefix,
                     std::function<void(const std::string&)> on_text = {});

/// The sentence for an error of app.parse(). Names the file and the key, if the value is of the
/// file.
std::string sentence_of(const CLI::App& app, const CLI::ParseError& error);

}  // namespace paceline::programs
