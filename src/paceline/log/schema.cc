#include <fmt/format.h>
#include <paceline/log/database.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace paceline::log {
namespace {

constexpr std::int64_t application_id = 0x70616365;  // "pace"
constexpr std::int64_t schema_version = 11;

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
  transport   TEXT,
  threads     INTEGER,
  identity    INTEGER,
  rank        INTEGER,
  ranks       INTEGER,
  stages      TEXT,
  burstiness  REAL,
  context     TEXT,
  is_replay   INTEGER,
  users       INTEGER
) STRICT;

CREATE TABLE requests (
  run              INTEGER NOT NULL REFERENCES runs,
  item             INTEGER NOT NULL,
  custom_id        TEXT,
  due_ns           INTEGER NOT NULL,
  sent_ns          INTEGER NOT NULL,
  first_byte_ns    INTEGER,
  first_token_ns   INTEGER,
  done_ns          INTEGER,
  status           INTEGER,
  error            TEXT,
  tokens_in        INTEGER,
  tokens_out       INTEGER,
  cached_tokens    INTEGER,
  retries          INTEGER NOT NULL,
  response         TEXT,
  part             INTEGER,
  first_answer_ns  INTEGER,
  reasoning_tokens INTEGER,
  finish           TEXT,
  tool_calls_valid INTEGER,
  lookup_ns        INTEGER,
  tcp_ns           INTEGER,
  tls_ns           INTEGER,
  cancelled        INTEGER,
  PRIMARY KEY (run, item)
) STRICT;

CREATE TABLE parts (
  run   INTEGER NOT NULL REFERENCES runs,
  part  INTEGER NOT NULL,
  model TEXT NOT NULL,
  url   TEXT NOT NULL,
  PRIMARY KEY (run, part)
) STRICT;

CREATE TABLE tallies (
  run    INTEGER NOT NULL REFERENCES runs,
  thread INTEGER NOT NULL,
  tally  BLOB NOT NULL,
  PRIMARY KEY (run, thread)
) STRICT;
)";

constexpr const char* view = R"(
CREATE VIEW latencies AS
SELECT requests.run, item, custom_id,
       (sent_ns - due_ns) / 1e6 AS late_ms,
       (first_byte_ns - sent_ns) / 1e6 AS first_byte_ms,
       (first_token_ns - sent_ns) / 1e6 AS first_token_ms,
       (done_ns - sent_ns) / 1e6 AS latency_ms,
       (done_ns - due_ns) / 1e6 AS due_latency_ms,
       (lookup_ns + tcp_ns + tls_ns) / 1e6 AS connect_ms,
       status, error,
       coalesce(parts.model, runs.model) AS model,
       coalesce(parts.url, runs.url) AS url
FROM requests JOIN runs USING (run)
LEFT JOIN parts ON parts.run = requests.run AND parts.part = requests.part;
)";

/// Migrations of the tables from each schema to the next; the first is from schema 1. Existing rows
/// have NULL in new columns.
constexpr std::array<const char*, schema_version - 1> migrations{
    "ALTER TABLE runs ADD COLUMN url TEXT",
    "ALTER TABLE runs ADD COLUMN transport TEXT",
    "ALTER TABLE requests RENAME COLUMN slot TO item; "
    "ALTER TABLE requests RENAME COLUMN reply TO response",
    "ALTER TABLE requests ADD COLUMN part INTEGER; "
    "CREATE TABLE parts (run INTEGER NOT NULL REFERENCES runs, part INTEGER NOT NULL, "
    "model TEXT NOT NULL, url TEXT NOT NULL, PRIMARY KEY (run, part)) STRICT",
    "ALTER TABLE requests ADD COLUMN first_answer_ns INTEGER; "
    "ALTER TABLE requests ADD COLUMN reasoning_tokens INTEGER; "
    "ALTER TABLE requests ADD COLUMN finish TEXT; "
    "ALTER TABLE requests ADD COLUMN tool_calls_valid INTEGER",
    "ALTER TABLE runs ADD COLUMN threads INTEGER; "
    "ALTER TABLE requests ADD COLUMN lookup_ns INTEGER; "
    "ALTER TABLE requests ADD COLUMN tcp_ns INTEGER; "
    "ALTER TABLE requests ADD COLUMN tls_ns INTEGER",
    "ALTER TABLE runs ADD COLUMN identity INTEGER; "
    "ALTER TABLE runs ADD COLUMN rank INTEGER; "
    "ALTER TABLE runs ADD COLUMN ranks INTEGER",
    "ALTER TABLE runs ADD COLUMN stages TEXT; "
    "ALTER TABLE runs ADD COLUMN burstiness REAL; "
    "ALTER TABLE runs ADD COLUMN context TEXT; "
    "CREATE TABLE tallies (run INTEGER NOT NULL REFERENCES runs, thread INTEGER NOT NULL, "
    "tally BLOB NOT NULL, PRIMARY KEY (run, thread)) STRICT",
    "ALTER TABLE runs ADD COLUMN is_replay INTEGER",
    "ALTER TABLE requests ADD COLUMN cancelled INTEGER; "
    "ALTER TABLE runs ADD COLUMN users INTEGER"};

enum class Contents { nothing, log, older, foreign, newer };

Result<Contents> look_at(Database& database) {
  const auto objects = database.read_integer("SELECT count(*) FROM sqlite_schema");
  const auto application = database.read_integer("PRAGMA application_id");
  const auto version = database.read_integer("PRAGMA user_version");
  for (const auto* answer : {&objects, &application, &version}) {
    if (!*answer) return tl::unexpected(answer->error());
  }
  if (*application == application_id) {
    if (*version == schema_version) return Contents::log;
    return *version > schema_version ? Contents::newer : Contents::older;
  }
  const bool empty = *objects == 0 && *application == 0 && *version == 0;
  return empty ? Contents::nothing : Contents::foreign;
}

/// `code`: the code for a file without a log.
tl::unexpected<Error> cannot_open(const std::string& path, ErrorCode code, const Error& reason) {
  return fail(code, fmt::format("cannot open the log '{}': {}", path, reason.message));
}

Result<void> use_wal(Database& database) {
  auto statement = database.prepare("PRAGMA journal_mode = WAL");
  if (!statement) return tl::unexpected(std::move(statement.error()));
  if (statement->step() != Statement::Step::row) return tl::unexpected(database.last_error());
  if (statement->text(0) == "wal") return {};
  return fail(ErrorCode::log_unusable, "the file system does not support write-ahead logs");
}

Result<void> migrate(Database& database) {
  const auto held = database.read_integer("PRAGMA user_version");
  if (!held) return tl::unexpected(held.error());
  if (auto dropped = database.execute("DROP VIEW IF EXISTS latencies"); !dropped) return dropped;
  for (auto version = std::max(*held, std::int64_t{1}); version < schema_version; ++version) {
    auto migrated = database.execute(migrations[static_cast<std::size_t>(version - 1)]);
    if (!migrated) return migrated;
  }
  return database.execute(fmt::format("{} PRAGMA user_version = {}", view, schema_version));
}

/// Creates or migrates the tables, unless another program has done so in the meantime.
Result<void> make_tables(Database& database) {
  if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
  const auto contents = look_at(database);
  if (!contents) return tl::unexpected(contents.error());
  Result<void> made;
  if (*contents == Contents::nothing) {
    const std::string marks = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                                          application_id, schema_version);
    made = database.execute(fmt::format("{}{}{}", tables, view, marks));
  } else if (*contents == Contents::older) {
    made = migrate(database);
  }
  return made ? database.execute("COMMIT") : made;
}

/// Responses are private to the user. An existing log keeps the mode that its user gave it.
void make_private(const std::string& path) {
  for (const char* const part : {"", "-wal", "-shm"}) {
    // Fails on file systems without modes.
    chmod((path + part).c_str(), S_IRUSR | S_IWUSR);
  }
}

/// Opens the file unless it belongs to another program or to a newer paceline. `code`: the code for
/// a file without a log.
Result<Database> open_checked(const std::string& path, Database::Mode mode, ErrorCode code,
                              Contents& contents) {
  auto database = Database::open(path, mode);
  if (!database) return cannot_open(path, code, database.error());
  const auto looked = look_at(*database);
  if (!looked) return cannot_open(path, code, looked.error());
  contents = *looked;
  if (contents == Contents::foreign) {
    return fail(code, fmt::format("'{}' is a database of another program", path));
  }
  if (contents == Contents::newer) {
    return fail(ErrorCode::log_too_new,
                fmt::format("the log '{}' was written by a newer paceline", path));
  }
  return database;
}

}  // namespace

Result<Database> open_log(const std::string& path) {
  Contents contents{};
  auto database = open_checked(path, Database::Mode::create, ErrorCode::log_unusable, contents);
  if (!database) return database;
  auto prepared = use_wal(*database);
  // FULL syncs every commit. With NORMAL, a killed process would lose no commit either, but a loss
  // of power would lose every commit since the last checkpoint.
  if (prepared) prepared = database->execute("PRAGMA synchronous = FULL");
  if (prepared && contents != Contents::log) {
    make_private(path);
    prepared = make_tables(*database);
  }
  if (!prepared) return cannot_open(path, ErrorCode::log_unusable, prepared.error());
  return database;
}

Result<Database> open_existing_log(const std::string& path) {
  Contents contents{};
  auto database = open_checked(path, Database::Mode::existing, ErrorCode::not_a_log, contents);
  if (database && contents == Contents::nothing) {
    return fail(ErrorCode::not_a_log, fmt::format("the file '{}' contains no log", path));
  }
  return database;
}

}  // namespace paceline::log
