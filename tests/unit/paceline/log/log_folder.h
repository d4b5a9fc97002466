#pragma once

#include <gtest/gtest.h>
#include <paceline/log/database.h>
#include <paceline/log/request_log.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "../../message_of.h"

namespace paceline::log {

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
  auto log = RequestLog::open(path, options);
  EXPECT_EQ(message_of(log), "");
  return log ? std::move(*log) : nullptr;
}

inline std::int64_t begin_run(RequestLog& log, const LoggedRun& run = {}) {
  const auto number = log.begin_run(run);
  EXPECT_EQ(message_of(number), "");
  return number.value_or(0);
}

/// The result of a query for one integer; -1 if it fails.
inline std::int64_t ask(const std::string& path, const std::string& query) {
  auto database = Database::open(path, Database::Mode::existing);
  EXPECT_EQ(message_of(database), "");
  if (!database) return -1;
  const auto number = database->read_integer(query);
  EXPECT_EQ(message_of(number), "") << query;
  return number.value_or(-1);
}

/// The first column of the first row of a query for text.
inline std::string ask_text(const std::string& path, const std::string& query) {
  auto database = Database::open(path, Database::Mode::existing);
  auto row = database.value().prepare(query);
  if (!row) return row.error().message;
  return row->step() == Statement::Step::row ? std::string(row->text(0)) : "no row";
}

}  // namespace paceline::log
