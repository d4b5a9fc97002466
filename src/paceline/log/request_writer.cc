#include <fmt/chrono.h>
#include <fmt/format.h>
#include <paceline/log/database.h>
#include <paceline/log/request_log.h>
#include <paceline/text/strings.h>

#include <iterator>
#include <string_view>
#include <utility>

namespace paceline::log {
namespace {

constexpr std::size_t page_requests = 256;
// A growing string copies itself. This limit keeps the copies small.
constexpr std::size_t page_text = std::size_t{64} << 10;

}  // namespace

RequestPage::RequestPage() {
  requests_.reserve(page_requests);
}

void RequestPage::add(std::int64_t run, const RequestRecord& record) {
  requests_.push_back({run, record});
  for (const std::string_view text : {record.custom_id, record.error, record.response})
    texts_ += text;
}

bool RequestPage::full() const {
  return requests_.size() == page_requests || texts_.size() >= page_text;
}

void RequestPage::clear() {
  requests_.clear();
  texts_.clear();
}

std::span<const LoggedRequest> RequestPage::requests() {
  std::string_view texts = texts_;
  for (auto& [run, record] : requests_) {
    for (std::string_view* text : {&record.custom_id, &record.error, &record.response}) {
      *text = texts.substr(0, text->size());
      texts.remove_prefix(text->size());
    }
  }
  return requests_;
}

void RequestPages::add(std::int64_t run, const RequestRecord& record) {
  if (filled_.empty() || filled_.back()->full()) {
    if (empty_.empty()) empty_.push_back(std::make_unique<RequestPage>());
    filled_.push_back(std::move(empty_.back()));
    empty_.pop_back();
  }
  filled_.back()->add(run, record);
}

RequestPages::Pages RequestPages::take() {
  return std::exchange(filled_, {});
}

void RequestPages::give_back(Pages pages) {
  empty_.insert(empty_.end(), std::move_iterator(pages.begin()), std::move_iterator(pages.end()));
}

std::size_t bytes_of(const RequestRecord& record) {
  return sizeof(LoggedRequest) + record.custom_id.size() + record.error.size() +
         record.response.size();
}

namespace {

using std::chrono::nanoseconds;

// A second row of the same item replaces the first.
constexpr const char* insert_request =
    "INSERT OR REPLACE INTO requests (run, item, custom_id, due_ns, sent_ns, first_byte_ns, "
    "first_token_ns, done_ns, status, error, tokens_in, tokens_out, cached_tokens, retries, "
    "response, part, first_answer_ns, reasoning_tokens, finish, tool_calls_valid, lookup_ns, "
    "tcp_ns, tls_ns, cancelled) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
    "?20, ?21, ?22, ?23, ?24)";

constexpr const char* insert_or_replace_tally =
    "INSERT OR REPLACE INTO tallies (run, thread, tally) VALUES (?1, ?2, ?3)";

constexpr const char* insert_part =
    "INSERT INTO parts (run, part, model, url) VALUES (?1, ?2, ?3, ?4)";

constexpr const char* insert_run =
    "INSERT INTO runs (name, workload, resumed, started_utc, rpm, parallel, requests, warmup, "
    "host, model, url, transport, threads, identity, rank, ranks, stages, burstiness, context, "
    "is_replay, users) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "
    "?20, ?21) "
    "RETURNING run";

/// Writes to a file without a path would be lost.
tl::unexpected<Error> moved() {
  return fail(ErrorCode::log_unwritable, "the file was moved or deleted");
}

std::int64_t integer(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> integer(std::optional<std::uint64_t> number) {
  if (!number) return std::nullopt;
  return integer(*number);
}

std::optional<std::int64_t> integer(std::optional<nanoseconds> time) {
  if (!time) return std::nullopt;
  return time->count();
}

std::optional<std::int64_t> part_of(const std::optional<ConnectTimes>& connect,
                                    nanoseconds ConnectTimes::*part) {
  if (!connect) return std::nullopt;
  return (*connect.*part).count();
}

std::optional<std::string_view> text_or_null(std::string_view text, std::string& repaired) {
  if (text.empty()) return std::nullopt;
  return text::valid_utf8(text, repaired);
}

/// A time in the format of SQLite's date functions, in milliseconds.
std::string utc(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto second = floor<seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(second)),
                     duration_cast<milliseconds>(time - second).count());
}

}  // namespace

Result<RequestWriter> RequestWriter::open(const std::string& path) {
  auto database = open_log(path);
  if (!database) return tl::unexpected(std::move(database.error()));
  auto insert = database->prepare(insert_request);
  auto insert_tally = database->prepare(insert_or_replace_tally);
  for (const auto* statement : {&insert, &insert_tally}) {
    if (*statement) continue;
    return fail(ErrorCode::log_unusable,
                fmt::format("the log '{}' is damaged: {}", path, statement->error().message));
  }
  return RequestWriter(std::move(*database), std::move(*insert), std::move(*insert_tally));
}

Result<std::int64_t> RequestWriter::add_run(const LoggedRun& run) {
  if (auto begun = begin(); !begun) return tl::unexpected(std::move(begun.error()));
  auto number = insert_run_row(run);
  Result<void> added;
  if (number) added = insert_parts(*number, run.parts);
  if (number && added) added = commit();
  if (number && added) return number;
  roll_back();
  return number ? tl::unexpected(std::move(added.error())) : std::move(number);
}

Result<void> RequestWriter::insert_parts(std::int64_t run, const std::vector<LoggedPart>& parts) {
  if (parts.empty()) return {};
  auto insert = database_.prepare(insert_part);
  if (!insert) return tl::unexpected(std::move(insert.error()));
  std::uint64_t number = 0;
  for (const LoggedPart& part : parts) {
    insert->bind(run, integer(number++), part.model, part.url);
    if (insert->step() != Statement::Step::done) return tl::unexpected(database_.last_error());
  }
  return {};
}

Result<std::int64_t> RequestWriter::insert_run_row(const LoggedRun& run) {
  auto insert = database_.prepare(insert_run);
  if (!insert) return tl::unexpected(std::move(insert.error()));
  const std::string started = utc(run.started);
  insert->bind(run.name, run.workload, std::int64_t{run.resumed}, started, integer(run.rpm),
               integer(run.parallel), integer(run.requests), integer(run.warmup), run.host,
               run.model, run.url, run.transport, integer(run.threads), integer(run.identity),
               integer(run.rank), integer(run.ranks), run.stages, run.burstiness, run.context,
               std::int64_t{run.is_replay}, integer(run.users));
  if (insert->step() != Statement::Step::row) return tl::unexpected(database_.last_error());
  const std::int64_t number = insert->integer(0);
  if (insert->step() != Statement::Step::done) return tl::unexpected(database_.last_error());
  return number;
}

Result<void> RequestWriter::begin() {
  if (database_.has_moved()) return moved();
  return database_.execute("BEGIN IMMEDIATE");
}

Result<void> RequestWriter::write(std::int64_t run, const RequestRecord& record) {
  const auto status =
      record.status == 0 ? std::nullopt : std::optional<std::int64_t>(record.status);
  std::optional<std::string_view> finish;
  if (record.finish) finish = name_of(*record.finish);
  std::optional<std::int64_t> tool_calls;
  if (record.tool_calls_valid) tool_calls = *record.tool_calls_valid ? 1 : 0;
  insert_.bind(
      run, integer(record.item), text_or_null(record.custom_id, custom_id_), record.due.count(),
      record.sent.count(), integer(record.first_byte), integer(record.first_token),
      integer(record.done), status, text_or_null(record.error, error_), integer(record.tokens_in),
      integer(record.tokens_out), integer(record.cached_tokens), integer(record.retries),
      text_or_null(record.response, response_), integer(record.part), integer(record.first_answer),
      integer(record.reasoning_tokens), finish, tool_calls,
      part_of(record.connect, &ConnectTimes::lookup), part_of(record.connect, &ConnectTimes::tcp),
      part_of(record.connect, &ConnectTimes::tls), std::int64_t{record.is_cancelled});
  if (insert_.step() != Statement::Step::done) return tl::unexpected(database_.last_error());
  return {};
}

Result<void> RequestWriter::write(const KeptTally& tally) {
  insert_tally_.bind(tally.run, integer(tally.thread), Blob{tally.bytes});
  if (insert_tally_.step() != Statement::Step::done) {
    return tl::unexpected(database_.last_error());
  }
  return {};
}

Result<void> RequestWriter::commit() {
  return database_.execute("COMMIT");
}

void RequestWriter::roll_back() {
  // After a serious error SQLite rolls back by itself.
  if (database_.in_transaction()) static_cast<void>(database_.execute("ROLLBACK"));
}

}  // namespace paceline::log
