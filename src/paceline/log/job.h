#pragma once

#include <paceline/log/logged_run.h>

#include <string>
#include <vector>

namespace paceline {

/// What run `now` asks otherwise than run `then`, a phrase for each thing, such as "max_tokens was
/// 16 and is 32". Empty: each item asks for the same in both.
std::vector<std::string> job_differences(const LoggedRun& then, const LoggedRun& now);

/// Whether job_differences() would find none.
bool same_job(const LoggedRun& one, const LoggedRun& other);

}  // namespace paceline
