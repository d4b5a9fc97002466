#include <fmt/format.h>
#include <paceline/log/schema.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace paceline {
namespace {

constexpr std::int64_t application_id = 0x70616365;  // "pace"
constexpr std::int64_t schema_version = 4;

constexpr const char* tables = R"(
CREATE TABLE runs (
  run         INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  workload    TEXT NOT NULL,
  resumed     INTEGER NOT NULL,
  started_utc TEXT NOT NULL,
  rpm         INTEGER NOT NULL,
  parallel    INTEGER NOT NULL,
  requests    INTEGER NOT NULL,
  warmup      INTEGER NOT NULL,
  host        TEXT NOT NULL,
  model       TEXT NOT NULL,
  url         TEXT,
  transport   TEXT
) STRICT;

CREATE TABLE requests (
  run            INTEGER NOT NULL REFERENCES runs,
  item           INTEGER NOT NULL,
  custom_id      TEXT,
  due_ns         INTEGER NOT NULL,
  sent_ns        INTEGER NOT NULL,
  first_byte_ns  INTEGER,
  first_token_ns INTEGER,
  done_ns        INTEGER,
  status         INTEGER,
  error          TEXT,
  tokens_in      INTEGER,
  tokens_out     INTEGER,
  cached_tokens  INTEGER,
  retries        INTEGER NOT NULL,
  response       TEXT,
  PRIMARY KEY (run, item)
) STRICT;

CREATE VIEW latencies AS
SELECT run, item, custom_id,
       (sent_ns - due_ns) / 1e6 AS late_ms,
       (first_byte_ns - sent_ns) / 1e6 AS first_byte_ms,
       (first_token_ns - sent_ns) / 1e6 AS first_token_ms,
       (done_ns - sent_ns) / 1e6 AS latency_ms,
       (done_ns - due_ns) / 1e6 AS due_latency_ms,
       status, error
FROM requests;
)";

/// From each schema to the next, beginning with the first. The runs that are there have no value in
/// the new columns.
constexpr std::array<const char*, schema_version - 1> upgrades{
    "ALTER TABLE runs ADD COLUMN url TEXT", "ALTER TABLE runs ADD COLUMN transport TEXT",
    "ALTER TABLE requests RENAME COLUMN slot TO item; "
    "ALTER TABLE requests RENAME COLUMN reply TO response"};

enum class Contents { nothing, log, older, foreign, newer };

std::variant<Contents, std::string> look_at(Database& database) {
  auto objects = database.read_integer("SELECT count(*) FROM sqlite_schema");
  auto application = database.read_integer("PRAGMA application_id");
  auto version = database.read_integer("PRAGMA user_version");
  for (auto* answer : {&objects, &application, &version}) {
    if (auto* reason = std::get_if<std::string>(answer)) return std::move(*reason);
  }
  if (std::get<std::int64_t>(application) == application_id) {
    const auto held = std::get<std::int64_t>(version);
    if (held == schema_version) return Contents::log;
    return held > schema_version ? Contents::newer : Contents::older;
  }
  const bool empty = std::get<std::int64_t>(objects) == 0 &&
                     std::get<std::int64_t>(application) == 0 &&
                     std::get<std::int64_t>(version) == 0;
  return empty ? Contents::nothing : Contents::foreign;
}

std::string cannot_open(const std::string& path, const std::string& reason) {
  return fmt::format(
      "cannot open the log '{}': {}; name a log of paceline in a folder that can be written", path,
      reason);
}

/// A sentence for a file that is not to be touched.
std::optional<std::string> refuse(const std::string& path, Contents contents) {
  switch (contents) {
    case Contents::foreign:
      return fmt::format("'{}' is a database of another program; name another file for the log",
                         path);
    case Contents::newer:
      return fmt::format(
          "the log '{}' was written by a newer paceline; use that one, or name another file", path);
    default:
      return std::nullopt;
  }
}

std::optional<std::string> use_wal(Database& database) {
  auto prepared = database.prepare("PRAGMA journal_mode = WAL");
  if (auto* reason = std::get_if<std::string>(&prepared)) return std::move(*reason);
  auto& statement = std::get<Statement>(prepared);
  if (statement.step() != Statement::Step::row) return database.why();
  if (statement.text(0) == "wal") return std::nullopt;
  return "its file system cannot hold a write-ahead log";
}

std::optional<std::string> upgrade(Database& database) {
  auto held = database.read_integer("PRAGMA user_version");
  if (auto* reason = std::get_if<std::string>(&held)) return std::move(*reason);
  for (std::int64_t version = std::max<std::int64_t>(std::get<std::int64_t>(held), 1);
       version < schema_version; ++version) {
    if (auto reason = database.execute(upgrades[static_cast<std::size_t>(version - 1)])) {
      return reason;
    }
  }
  return database.execute(fmt::format("PRAGMA user_version = {}", schema_version));
}

/// Makes the tables or brings an older log's to this schema, unless another program has done so
/// since they were looked for.
std::optional<std::string> make_tables(Database& database) {
  if (auto reason = database.execute("BEGIN IMMEDIATE")) return reason;
  auto looked = look_at(database);
  if (auto* reason = std::get_if<std::string>(&looked)) return std::move(*reason);
  if (std::get<Contents>(looked) == Contents::nothing) {
    const std::string marks = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                                          application_id, schema_version);
    if (auto reason = database.execute(tables + marks)) return reason;
  }
  if (std::get<Contents>(looked) == Contents::older) {
    if (auto reason = upgrade(database)) return reason;
  }
  return database.execute("COMMIT");
}

/// Responses are nobody else's. A file that is a log already keeps the mode that its user gave it.
void make_private(const std::string& path) {
  for (const char* const part : {"", "-wal", "-shm"}) {
    // Where it fails, the file system has no modes.
    chmod((path + part).c_str(), S_IRUSR | S_IWUSR);
  }
}

/// Opens the file and looks whether it may be read or written as a log.
std::variant<Database, std::string> open_checked(const std::string& path, Database::Mode mode,
                                                 Contents& contents) {
  auto opened = Database::open(path, mode);
  if (auto* reason = std::get_if<std::string>(&opened)) return cannot_open(path, *reason);
  auto looked = look_at(std::get<Database>(opened));
  if (auto* reason = std::get_if<std::string>(&looked)) return cannot_open(path, *reason);
  contents = std::get<Contents>(looked);
  if (auto sentence = refuse(path, contents)) return std::move(*sentence);
  return opened;
}

}  // namespace

std::variant<Database, std::string> open_log(const std::string& path) {
  Contents contents{};
  auto opened = open_checked(path, Database::Mode::create, contents);
  if (std::holds_alternative<std::string>(opened)) return opened;
  auto& database = std::get<Database>(opened);
  auto reason = use_wal(database);
  // FULL syncs every commit. NORMAL would keep what a killed process had committed as well, but a
  // machine that loses its power would lose everything since the last checkpoint.
  if (!reason) reason = database.execute("PRAGMA synchronous = FULL");
  if (!reason && contents != Contents::log) {
    make_private(path);
    reason = make_tables(database);
  }
  if (reason) return cannot_open(path, *reason);
  return opened;
}

std::variant<Database, std::string> open_existing_log(const std::string& path) {
  Contents contents{};
  auto opened = open_checked(path, Database::Mode::existing, contents);
  if (std::holds_alternative<std::string>(opened)) return opened;
  if (contents == Contents::nothing) {
    return fmt::format("'{}' holds no log yet; name a file that --paceline_log has written", path);
  }
  return opened;
}

}  // namespace paceline
