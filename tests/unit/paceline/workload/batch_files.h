#pragma once

#include <gtest/gtest.h>
#include <paceline/workload/batch_file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../../message_of.h"

namespace paceline::workload {

/// A file of a test's own, gone with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text = "")
      : path_(testing::TempDir() + "batch-" + std::to_string(getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl") {
    write(text);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view text) const { std::ofstream(path_, std::ios::binary) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string line_with_id(std::string_view quoted_id) {
  return R"({"custom_id": )" + std::string(quoted_id) +
         R"(, "method": "POST", "url": "/v1/responses", "body": {"model": "m"}})";
}

inline std::string line(std::string_view id) {
  return line_with_id('"' + std::string(id) + '"');
}

/// A whole line around the body of a chat.
inline std::string chat_line(std::string_view body) {
  return R"({"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": )" +
         std::string(body) + "}";
}

/// Opens a valid file.
std::shared_ptr<const BatchFile> open(const TemporaryFile& file) {
  const auto batch = BatchFile::open(file.path());
  EXPECT_EQ(message_of(batch), "");
  return batch.value_or(nullptr);
}

/// The message for an invalid text, without the path.
inline std::string refusal(std::string_view text, ErrorCode code = ErrorCode::bad_line) {
  const TemporaryFile file(text);
  const auto batch = BatchFile::open(file.path());
  if (batch) return "opened";
  const std::string& message = batch.error().message;
  EXPECT_EQ(batch.error().code, code) << message;
  EXPECT_TRUE(message.starts_with(file.path() + ":")) << message;
  if (code == ErrorCode::bad_line) {
    EXPECT_NE(message.find("; "), std::string::npos) << message;
  }
  return message.substr(file.path().size());
}

inline std::vector<std::string> ids_of(const std::shared_ptr<const BatchFile>& file) {
  std::vector<std::string> ids;
  BatchReader reader(file);
  for (std::size_t k = 0; k < file->size(); ++k) {
    const auto request = reader.read(k);
    ids.emplace_back(request ? request->custom_id : request.error().message);
  }
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace paceline::workload
