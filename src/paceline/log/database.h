#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

struct sqlite3;
struct sqlite3_stmt;

namespace paceline {

/// A prepared statement of SQLite; it must not outlive its database.
class Statement {
 public:
  enum class Step { row, done, failed };

  /// Begins again with these values for its parameters, the first for ?1: whole numbers, texts, and
  /// either as an optional, whose absence is NULL. Texts must outlive the steps.
  template <typename... Values>
  void bind(const Values&... values) {
    reset();
    int place = 0;
    (bind_at(++place, values), ...);
  }

  Step step();

  /// Of the row that step() has reached; columns count from 0. A NULL reads as 0 and as an empty
  /// text. A text lives until the next step.
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  void reset();
  void bind_at(int place, std::int64_t value);
  void bind_at(int place, std::string_view value);
  void bind_null(int place);
  template <typename Value>
  void bind_at(int place, const std::optional<Value>& value) {
    value ? bind_at(place, *value) : bind_null(place);
  }

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  bool bound_ = true;
};

/// A SQLite file. Where a function answers with a text, it is SQLite's reason for a failure, such
/// as "database or disk is full". For one thread at a time.
class Database {
 public:
  /// `create` makes the file where there is none, with mode 0600, which SQLite gives those beside
  /// it too; `existing` does not.
  enum class Mode { create, existing };
  static std::variant<Database, std::string> open(const std::string& path, Mode mode);

  /// Runs statements that answer nothing, separated by semicolons.
  std::optional<std::string> execute(const std::string& sql);
  std::variant<Statement, std::string> prepare(std::string_view sql);
  /// The first column of the first row.
  std::variant<std::int64_t, std::string> read_integer(std::string_view sql);

  /// Why the last call on this database, or on a statement of it, failed.
  std::string why() const;
  bool in_transaction() const;
  /// Whether the file was moved or deleted, so that what is written to it would be lost.
  bool has_moved() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  explicit Database(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace paceline
