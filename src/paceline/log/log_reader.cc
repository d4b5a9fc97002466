#include <fmt/format.h>
#include <paceline/log/database.h>
#include <paceline/log/log_reader.h>

#include <chrono>
#include <utility>

namespace paceline::log {
namespace {

using std::chrono::nanoseconds;
using Step = Statement::Step;

constexpr const char* select_runs =
    "SELECT run, name, workload, resumed, started_utc, rpm, parallel, requests, warmup, host, "
    "model, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, "
    "(SELECT count(*) FROM requests WHERE requests.run = runs.run), "
    "(SELECT count(*) FROM requests WHERE requests.run = runs.run AND error IS NULL) "
    "FROM runs ORDER BY run";

constexpr const char* select_request =
    "SELECT {0}, custom_id, due_ns, sent_ns, first_byte_ns, first_token_ns, done_ns, status, "
    "error, tokens_in, tokens_out, cached_tokens, retries, {1}, {2} "
    "FROM requests WHERE run = ?1 AND {0} = ?2";

constexpr const char* select_items =
    "SELECT {0}, error IS NULL, {1} FROM requests WHERE run = ?1 ORDER BY {0}";

std::uint64_t number(const Statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

std::optional<std::uint64_t> optional_number(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return number(row, column);
}

std::optional<nanoseconds> optional_time(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return nanoseconds(row.integer(column));
}

ListedRun read_run(const Statement& row) {
  ListedRun run;
  run.run = row.integer(0);
  run.about.name = row.text(1);
  run.about.workload = row.text(2);
  run.about.resumed = row.integer(3) != 0;
  run.started_utc = row.text(4);
  run.about.rpm = number(row, 5);
  run.about.parallel = number(row, 6);
  run.about.requests = number(row, 7);
  run.about.warmup = number(row, 8);
  run.about.host = row.text(9);
  run.about.model = row.text(10);
  run.about.url = row.text(11);
  run.about.threads = optional_number(row, 12).value_or(1);
  run.about.identity = optional_number(row, 13);
  run.about.rank = number(row, 14);
  run.about.ranks = optional_number(row, 15).value_or(1);
  run.about.stages = row.text(16);
  run.about.burstiness = row.real(17);
  run.about.context = row.text(18);
  run.about.is_replay = optional_number(row, 19).value_or(0) != 0;
  run.about.users = optional_number(row, 20);
  run.logged = number(row, 21);
  run.good = number(row, 22);
  run.places = {{0, run.run, run.about.rank}};
  return run;
}

RequestRecord read_request(const Statement& row) {
  RequestRecord record;
  record.item = number(row, 0);
  record.custom_id = row.text(1);
  record.due = nanoseconds(row.integer(2));
  record.sent = nanoseconds(row.integer(3));
  record.first_byte = optional_time(row, 4);
  record.first_token = optional_time(row, 5);
  record.done = optional_time(row, 6);
  record.status = static_cast<long>(row.integer(7));
  record.error = row.text(8);
  record.tokens_in = optional_number(row, 9);
  record.tokens_out = optional_number(row, 10);
  record.cached_tokens = optional_number(row, 11);
  record.retries = number(row, 12);
  record.response = row.text(13);
  record.is_cancelled = optional_number(row, 14).value_or(0) != 0;
  return record;
}

}  // namespace

Result<bool> ItemCursor::next() {
  const Step step = row_.step();
  if (step == Step::failed) return log_->cannot_read();
  return step == Step::row;
}

std::uint64_t ItemCursor::item() const {
  return number(row_, 0);
}

RowKind ItemCursor::kind() const {
  if (row_.integer(1) != 0) return RowKind::good;
  return optional_number(row_, 2).value_or(0) != 0 ? RowKind::cancelled : RowKind::failed;
}

Result<LogReader> LogReader::open(const std::string& path) {
  auto opened = open_existing_log(path);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  LogReader reader(path, std::move(*opened));
  if (!reader.database_.execute("BEGIN")) return reader.cannot_read();
  // The first read begins the transaction, so all later reads see the columns of this schema.
  const auto schema = reader.database_.read_integer("PRAGMA user_version");
  if (!schema) return reader.cannot_read();
  constexpr std::int64_t renamed = 4;
  if (*schema < renamed) reader.columns_ = {"slot", "reply"};
  constexpr std::int64_t with_tallies = 9;
  reader.has_tallies_ = *schema >= with_tallies;
  reader.cancelled_ = reader.column_or_null("requests", "cancelled");
  auto request =
      reader.database_.prepare(fmt::format(fmt::runtime(select_request), reader.columns_.item,
                                           reader.columns_.response, reader.cancelled_));
  if (!request) return reader.cannot_read();
  reader.select_request_ = std::move(*request);
  return reader;
}

Result<ListedRuns> LogReader::runs() {
  const auto column = [this](const std::string& name) { return column_or_null("runs", name); };
  auto row = database_.prepare(
      fmt::format(fmt::runtime(select_runs), column("url"), column("threads"), column("identity"),
                  column("rank"), column("ranks"), column("stages"), column("burstiness"),
                  column("context"), column("is_replay"), column("users")));
  if (!row) return cannot_read();
  ListedRuns runs;
  Step step = row->step();
  for (; step == Step::row; step = row->step()) runs.push_back(read_run(*row));
  if (step == Step::failed) return cannot_read();
  return runs;
}

/// The column of the table; NULL in place of a column that older schemas lack.
std::string LogReader::column_or_null(const std::string& table, const std::string& column) {
  const bool has_it = database_.prepare("SELECT " + column + " FROM " + table).has_value();
  return has_it ? column : "NULL";
}

Result<std::vector<ThreadTally>> LogReader::tallies(std::int64_t run) {
  std::vector<ThreadTally> tallies;
  if (!has_tallies_) return tallies;
  auto row = database_.prepare("SELECT thread, tally FROM tallies WHERE run = ?1 ORDER BY thread");
  if (!row) return cannot_read();
  row->bind(run);
  Step step = row->step();
  for (; step == Step::row; step = row->step()) {
    tallies.push_back({number(*row, 0), std::string(row->bytes(1))});
  }
  if (step == Step::failed) return cannot_read();
  return tallies;
}

Result<ItemCursor> LogReader::items(std::int64_t run) {
  auto row = database_.prepare(fmt::format(fmt::runtime(select_items), columns_.item, cancelled_));
  if (!row) return cannot_read();
  row->bind(run);
  return ItemCursor(*this, std::move(*row));
}

Result<RequestRecord> LogReader::request(std::int64_t run, std::uint64_t item) {
  select_request_->bind(run, static_cast<std::int64_t>(item));
  if (select_request_->step() != Step::row) return cannot_read();
  return read_request(*select_request_);
}

tl::unexpected<Error> LogReader::cannot_read() const {
  return fail(ErrorCode::log_unreadable,
              fmt::format("cannot read the log '{}': {}", path_, database_.last_error().message));
}

}  // namespace paceline::log
