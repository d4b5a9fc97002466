#include <fmt/format.h>
#include <paceline/log/database.h>
#include <paceline/log/log_reader.h>

#include <algorithm>
#include <chrono>
#include <set>

namespace paceline::log {
namespace {

using Runs = std::vector<ListedRun>;

std::vector<std::int64_t> runs_of_job(const Runs& runs, const LoggedRun& job) {
  std::vector<std::int64_t> found;
  for (const ListedRun& run : runs) {
    if (same_job(run.about, job)) found.push_back(run.run);
  }
  return found;
}

/// The error for a log without a run of this job.
Error refuse_job(const std::string& path, const Runs& runs, const LoggedRun& job) {
  if (runs.empty()) {
    return {ErrorCode::log_has_no_run, fmt::format("the log '{}' has no run to resume", path)};
  }
  std::set<std::string> names;
  const ListedRun* last = nullptr;
  for (const ListedRun& run : runs) {
    names.insert(run.about.name);
    if (run.about.name == job.name) last = &run;
  }
  if (last == nullptr) {
    return {ErrorCode::log_of_another_job,
            fmt::format("the log '{}' has no run of {} to resume, only of {}", path, job.name,
                        fmt::join(names, ", "))};
  }
  return {ErrorCode::log_of_another_job,
          fmt::format("run {} of the log '{}' made different requests: {}", last->run, path,
                      fmt::join(job_differences(last->about, job), "; "))};
}

}  // namespace

bool LoggedItems::contains(std::uint64_t item) const {
  return std::binary_search(good_.begin(), good_.end(), item);
}

std::vector<std::uint64_t> LoggedItems::missing(std::uint64_t first, std::uint64_t end) const {
  std::vector<std::uint64_t> items;
  auto good = std::lower_bound(good_.begin(), good_.end(), first);
  for (std::uint64_t item = first; item < end; ++item) {
    if (good != good_.end() && *good == item) {
      ++good;
    } else {
      items.push_back(item);
    }
  }
  return items;
}

Result<LoggedItems> read_logged_items(const std::string& path, const LoggedRun& job) {
  auto log = LogReader::open(path);
  if (!log) return tl::unexpected(std::move(log.error()));
  const auto runs = log->runs();
  if (!runs) return tl::unexpected(runs.error());
  const auto alike = runs_of_job(*runs, job);
  if (alike.empty()) return tl::unexpected(refuse_job(path, *runs, job));
  auto good = log->good_items(alike);
  if (!good) return tl::unexpected(std::move(good.error()));
  return LoggedItems(std::move(*good));
}

namespace {

using std::chrono::nanoseconds;
using Step = Statement::Step;

constexpr const char* select_runs =
    "SELECT run, name, workload, resumed, started_utc, rpm, parallel, requests, warmup, host, "
    "model, {}, {}, {}, {}, {}, "
    "(SELECT count(*) FROM requests WHERE requests.run = runs.run), "
    "(SELECT count(*) FROM requests WHERE requests.run = runs.run AND error IS NULL) "
    "FROM runs ORDER BY run";

constexpr const char* select_request =
    "SELECT {0}, custom_id, due_ns, sent_ns, first_byte_ns, first_token_ns, done_ns, status, "
    "error, tokens_in, tokens_out, cached_tokens, retries, {1} "
    "FROM requests WHERE run = ?1 AND {0} = ?2";

constexpr const char* select_good_items =
    "SELECT DISTINCT {0} FROM requests WHERE run IN ({1}) AND error IS NULL ORDER BY {0}";

constexpr const char* select_places =
    "SELECT {0}, run, error IS NULL FROM requests WHERE run IN ({1}) ORDER BY {0}, run";

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
  run.logged = number(row, 16);
  run.good = number(row, 17);
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
  return record;
}

/// The run that has a row for an item.
struct Place {
  std::int64_t item = 0;
  std::int64_t run = 0;
  bool good = false;
};

}  // namespace

std::vector<std::int64_t> runs_behind(const std::vector<ListedRun>& runs, std::int64_t run) {
  const auto last = std::find_if(runs.begin(), runs.end(),
                                 [run](const ListedRun& listed) { return listed.run == run; });
  std::vector<std::int64_t> behind;
  if (last == runs.end()) return behind;
  if (last->about.resumed) {
    for (auto earlier = runs.begin(); earlier != last; ++earlier) {
      if (same_job(earlier->about, last->about)) behind.push_back(earlier->run);
    }
  }
  behind.push_back(run);
  return behind;
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
  return reader;
}

Result<std::vector<ListedRun>> LogReader::runs() {
  // Columns that older schemas lack.
  const auto column_or_null = [this](const std::string& column) {
    const bool has_it = database_.prepare("SELECT " + column + " FROM runs").has_value();
    return has_it ? column : "NULL";
  };
  auto row = database_.prepare(fmt::format(fmt::runtime(select_runs), column_or_null("url"),
                                           column_or_null("threads"), column_or_null("identity"),
                                           column_or_null("rank"), column_or_null("ranks")));
  if (!row) return cannot_read();
  std::vector<ListedRun> runs;
  Step step = row->step();
  for (; step == Step::row; step = row->step()) runs.push_back(read_run(*row));
  if (step == Step::failed) return cannot_read();
  return runs;
}

Result<std::vector<std::uint64_t>> LogReader::good_items(const std::vector<std::int64_t>& runs) {
  auto row = database_.prepare(
      fmt::format(fmt::runtime(select_good_items), columns_.item, fmt::join(runs, ", ")));
  if (!row) return cannot_read();
  std::vector<std::uint64_t> items;
  Step step = row->step();
  for (; step == Step::row; step = row->step()) items.push_back(number(*row, 0));
  if (step == Step::failed) return cannot_read();
  return items;
}

Result<void> LogReader::for_each_item(
    const std::vector<std::int64_t>& runs,
    const std::function<bool(std::int64_t run, const RequestRecord& record)>& take) {
  auto places = database_.prepare(
      fmt::format(fmt::runtime(select_places), columns_.item, fmt::join(runs, ", ")));
  if (!places) return cannot_read();
  auto request = database_.prepare(
      fmt::format(fmt::runtime(select_request), columns_.item, columns_.response));
  if (!request) return cannot_read();
  Step step = places->step();
  while (step == Step::row) {
    Place best{places->integer(0), places->integer(1), places->integer(2) != 0};
    for (step = places->step(); step == Step::row && places->integer(0) == best.item;
         step = places->step()) {
      const bool good = places->integer(2) != 0;
      if (good || !best.good) best = {best.item, places->integer(1), good};
    }
    request->bind(best.run, best.item);
    if (request->step() != Step::row) return cannot_read();
    if (!take(best.run, read_request(*request))) return {};
  }
  if (step == Step::failed) return cannot_read();
  return {};
}

tl::unexpected<Error> LogReader::cannot_read() const {
  return fail(ErrorCode::log_unreadable,
              fmt::format("cannot read the log '{}': {}", path_, database_.last_error().message));
}

}  // namespace paceline::log
