#pragma once

#include <optional>
#include <string>

#include <paceline/tally.h>

namespace paceline {

/// What to do about a request that failed, in the imperative. `status`: of its HTTP response, 0
/// where there was none. `api_key_env`: the variable that the key comes from.
std::string advice_for(Failure failure, long status, const std::string& api_key_env);

}  // namespace paceline
