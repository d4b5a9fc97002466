#pragma once

#include <string>

#include <paceline/error.h>

namespace paceline::programs {

/// The error's message, then after a semicolon the remedy in the imperative, if there is one. Only
/// programs name flags. `api_key_env`: the environment variable that holds the API key. The message
/// may contain text from outside, so pass the sentence through the gate.
std::string with_remedy(const Error& error, const std::string& api_key_env = "OPENAI_API_KEY");

}  // namespace paceline::programs
