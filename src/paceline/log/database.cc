#include <fcntl.h>
#include <paceline/log/database.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <utility>

namespace paceline::log {
namespace {

/// How long a call waits for another program that has locked the file.
constexpr std::chrono::milliseconds lock_timeout{5'000};

/// Creates the file before SQLite, which would make it readable for everyone. Failures are ignored:
/// SQLite reports the cause when it opens the file.
void create_private_file(const std::string& path) {
  const int created =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (created < 0) return;
  // The umask may have removed bits.
  fchmod(created, S_IRUSR | S_IWUSR);
  ::close(created);
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  bound_ = true;
}

void Statement::bind_at(int place, std::int64_t value) {
  bound_ &= sqlite3_bind_int64(statement_.get(), place, value) == SQLITE_OK;
}

void Statement::bind_at(int place, double value) {
  bound_ &= sqlite3_bind_double(statement_.get(), place, value) == SQLITE_OK;
}

void Statement::bind_at(int place, std::string_view value) {
  // SQLite takes the null address of an empty view for NULL.
  const char* text = value.empty() ? "" : value.data();
  bound_ &= sqlite3_bind_text64(statement_.get(), place, text, value.size(), SQLITE_STATIC,
                                SQLITE_UTF8) == SQLITE_OK;
}

void Statement::bind_at(int place, Blob value) {
  bound_ &= sqlite3_bind_blob64(statement_.get(), place, value.bytes.data(), value.bytes.size(),
                                SQLITE_STATIC) == SQLITE_OK;
}

void Statement::bind_null(int place) {
  bound_ &= sqlite3_bind_null(statement_.get(), place) == SQLITE_OK;
}

Statement::Step Statement::step() {
  if (!bound_) return Step::failed;
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return Step::row;
    case SQLITE_DONE:
      return Step::done;
    default:
      return Step::failed;
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const void* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {static_cast<const char*>(text), size};
}

std::string_view Statement::bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  if (bytes == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {static_cast<const char*>(bytes), size};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Result<Database> Database::open(const std::string& path, Mode mode) {
  // SQLite interprets names that begin with "file:" or ":".
  const std::string plain = path.starts_with('/') ? path : "./" + path;
  if (mode == Mode::create) create_private_file(plain);
  const int create = mode == Mode::create ? SQLITE_OPEN_CREATE : 0;
  sqlite3* raw = nullptr;
  const int result = sqlite3_open_v2(plain.c_str(), &raw,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, nullptr);
  Database database(raw);
  if (result != SQLITE_OK) return tl::unexpected(database.last_error());
  sqlite3_busy_timeout(raw, static_cast<int>(lock_timeout.count()));
  return database;
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return tl::unexpected(last_error());
  }
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &raw,
                         nullptr) != SQLITE_OK) {
    return tl::unexpected(last_error());
  }
  return Statement(raw);
}

Result<std::int64_t> Database::read_integer(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  if (statement->step() != Statement::Step::row) return tl::unexpected(last_error());
  return statement->integer(0);
}

Error Database::last_error() const {
  Error error{ErrorCode::log_unusable, sqlite3_errmsg(database_.get())};
  constexpr int primary = 0xff;
  const int code = sqlite3_errcode(database_.get()) & primary;
  if (code == SQLITE_FULL) error.code = ErrorCode::disk_full;
  if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN) return error;
  const int system = sqlite3_system_errno(database_.get());
  if (system != 0) error.message += std::string(" (") + std::strerror(system) + ")";
  return error;
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(database_.get()) == 0;
}

bool Database::has_moved() const {
  int moved = 0;
  sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

}  // namespace paceline::log
