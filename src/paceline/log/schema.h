#pragma once

#include <paceline/log/database.h>

#include <string>

namespace paceline::log {

// The tables of a log. Times are integers: nanoseconds from the start of the row's run.
//
//   runs: one row per run. `url` is NULL in runs of schema 1, `transport` in runs of schemas 1 and
//   2.
//   requests: one row per request that was sent and has ended; `error` is NULL where the response
//   was good. In schemas 1 to 3, `item` is called slot, and `response` is called reply.
//   latencies: a view of requests with durations in milliseconds.
//
// The file's application_id marks it as a log; its user_version is the number of its schema.

/// Opens a log for writing, in WAL mode. Creates a missing file with mode 0600, and migrates a log
/// of an older schema. A transaction is on the disk when its COMMIT returns.
/// Errors: log_unusable, log_too_new.
Result<Database> open_log(const std::string& path);

/// Opens an existing log of this schema or an older one, and does not migrate it.
/// Errors: not_a_log, log_too_new.
Result<Database> open_existing_log(const std::string& path);

}  // namespace paceline::log
