#pragma once

#include <gtest/gtest.h>
#include <paceline/workload/batch_file.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace paceline {

using Opened = std::variant<std::shared_ptr<const BatchFile>, std::string>;

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

/// Opens a text that is right.
std::shared_ptr<const BatchFile> open(const TemporaryFile& file) {
  Opened opened = BatchFile::open(file.path());
  if (const auto* sentence = std::get_if<std::string>(&opened)) {
    ADD_FAILURE() << *sentence;
    return nullptr;
  }
  return std::get<std::shared_ptr<const BatchFile>>(opened);
}

/// The sentence for a text that is wrong, without its path.
inline std::string refusal(std::string_view text) {
  const TemporaryFile file(text);
  const Opened opened = BatchFile::open(file.path());
  const auto* sentence = std::get_if<std::string>(&opened);
  if (sentence == nullptr) return "opened";
  EXPECT_EQ(sentence->rfind(file.path() + ":", 0), 0U) << *sentence;
  EXPECT_NE(sentence->find("; "), std::string::npos) << *sentence;
  return sentence->substr(file.path().size());
}

inline std::vector<std::string> ids_of(const std::shared_ptr<const BatchFile>& file) {
  std::vector<std::string> ids;
  BatchReader reader(file);
  for (std::size_t k = 0; k < file->size(); ++k) {
    const auto read = reader.read(k);
    const auto* request = std::get_if<BatchLine>(&read);
    ids.emplace_back(request == nullptr ? std::get<std::string>(read) : request->custom_id);
  }
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace paceline
