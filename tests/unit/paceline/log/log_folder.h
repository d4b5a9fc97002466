#pragma once

#include <gtest/gtest.h>
#include <paceline/log/database.h>
#include <paceline/log/request_log.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace paceline {

/// A folder for the logs of one test, gone with it.
class LogFolder : public testing::Test {
 protected:
  LogFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "paceline_log_XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~LogFolder() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(const std::string& name = "log.sqlite") const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

inline std::unique_ptr<RequestLog> open_request_log(const std::string& path,
                                                    const RequestLogOptions& options = {}) {
  auto opened = RequestLog::open(path, options);
  if (const auto* sentence = std::get_if<std::string>(&opened)) {
    ADD_FAILURE() << *sentence;
    return nullptr;
  }
  return std::move(std::get<std::unique_ptr<RequestLog>>(opened));
}

inline std::int64_t begin_run(RequestLog& log, const LoggedRun& run = {}) {
  const auto begun = log.begin_run(run);
  if (const auto* sentence = std::get_if<std::string>(&begun)) {
    ADD_FAILURE() << *sentence;
    return 0;
  }
  return std::get<std::int64_t>(begun);
}

/// What a query that answers one number answers; -1 where it fails.
inline std::int64_t ask(const std::string& path, const std::string& query) {
  auto opened = Database::open(path, Database::Mode::existing);
  if (!std::holds_alternative<Database>(opened)) {
    ADD_FAILURE() << std::get<std::string>(opened);
    return -1;
  }
  const auto answer = std::get<Database>(opened).read_integer(query);
  if (const auto* number = std::get_if<std::int64_t>(&answer)) return *number;
  ADD_FAILURE() << query << ": " << std::get<std::string>(answer);
  return -1;
}

/// Of the first row.
inline std::string ask_text(const std::string& path, const std::string& query) {
  auto opened = Database::open(path, Database::Mode::existing);
  auto prepared = std::get<Database>(opened).prepare(query);
  if (const auto* reason = std::get_if<std::string>(&prepared)) return *reason;
  auto& row = std::get<Statement>(prepared);
  return row.step() == Statement::Step::row ? std::string(row.text(0)) : "no row";
}

}  // namespace paceline
