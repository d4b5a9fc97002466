#pragma once

#include <paceline/log/database.h>

#include <string>
#include <variant>

namespace paceline {

// A log's tables. Times are whole nanoseconds from the start of the row's run.
//
//   runs: one row a run. `url` is NULL in runs of the first schema, `transport` in those of the
//   second too.
//   requests: one row a request that was sent and has ended; `error` is NULL where the response was
//   good. In schemas 1 to 3, `item` is named slot, and `response` is named reply.
//   latencies: a view of requests, with their times as milliseconds that people compare.
//
// The file's application_id says that it is a log, its user_version which of the schemas it has.

/// Opens a log to add to, made where there is none with mode 0600, in WAL mode. A log of an older
/// schema is brought to this one. Each transaction is on the disk when its COMMIT returns. A string
/// is a sentence: why it cannot be used and what to do.
std::variant<Database, std::string> open_log(const std::string& path);

/// Opens a log that is there, of this schema or an older one. A string is a sentence, as above.
std::variant<Database, std::string> open_existing_log(const std::string& path);

}  // namespace paceline
