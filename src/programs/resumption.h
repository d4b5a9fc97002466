#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <paceline/log/log_records.h>
#include <paceline/log/logged_items.h>
#include <paceline/run/ranks.h>
#include <paceline/sessions.h>
#include <paceline/text/result.h>

namespace paceline::programs {

/// The files on this machine that stand for these logs in a program of several processes: each
/// file itself, and those that ranks have written for it (log::rank_file).
std::vector<std::string> logs_of_ranks(const std::vector<std::string>& logs);

/// The items of a job, of `items` items, without a good response in any log of any process.
/// `logs`: those of this process. All processes call this together. Errors: those of
/// log::read_logged_items(); file_unreadable, if no process has a log.
Result<std::vector<std::uint64_t>> missing_items(run::Ranks& ranks,
                                                 const std::vector<std::string>& logs,
                                                 const log::LoggedRun& job, std::uint64_t items);

/// The turns before the missing ones, which an earlier run has sent, with the responses that the
/// logs have. `missing`: as from missing_items(). All processes call this together. Errors: those
/// of read_logged_responses().
Result<std::vector<log::LoggedResponse>> earlier_turns(run::Ranks& ranks,
                                                       const std::vector<std::string>& logs,
                                                       const log::LoggedRun& job,
                                                       const std::vector<std::uint64_t>& missing,
                                                       Sessions& sessions);

}  // namespace paceline::programs
