#pragma once

#include <string>

#include <paceline/error.h>

namespace paceline {

/// What to do about a request or a run that failed, in the imperative; empty where nothing can be
/// advised. `api_key_env`: the environment variable that the key comes from.
std::string advice_for(const Error& error, const std::string& api_key_env);

}  // namespace paceline
