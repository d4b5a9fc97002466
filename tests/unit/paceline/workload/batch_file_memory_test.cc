#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "batch_files.h"

namespace paceline::workload {
namespace {

// g++ says it with macros, clang with a question.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_sanitized = true;
#elif defined(__has_feature)
constexpr bool is_sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool is_sanitized = false;
#endif

/// A line of /proc/self/status in bytes: "RssAnon:" is the memory that is no file's, "VmRSS:" all.
std::size_t memory(std::string_view wanted) {
  std::ifstream status("/proc/self/status");
  std::string name;
  while (status >> name && name != wanted) continue;
  std::size_t kilobytes = 0;
  status >> kilobytes;
  return kilobytes << 10U;
}

TEST(BatchFileMemoryTest, ALargeFileStaysOnTheDisk) {
  constexpr std::size_t lines = 600'000;
  const TemporaryFile file;
  {
    std::ofstream out(file.path(), std::ios::binary);
    const std::string filling(430, 'x');
    for (std::size_t k = 0; k < lines; ++k) {
      out << R"({"custom_id":")" << k << R"(","method":"POST","url":"/v1/responses",)"
          << R"("body":{"model":"m","input":")" << filling << "\"}}\n";
    }
  }
  ASSERT_GT(std::filesystem::file_size(file.path()), 300'000'000U);
  const std::size_t own_before = memory("RssAnon:");
  const std::size_t all_before = memory("VmRSS:");
  const auto batch = open(file);
  ASSERT_EQ(batch->size(), lines);
  BatchReader reader(batch);
  for (std::size_t k = 0; k < lines; ++k) {
    const auto read = reader.read(k);
    ASSERT_EQ(message_of(read), "");
    ASSERT_EQ(read->custom_id, std::to_string(k));
  }
  if (is_sanitized) GTEST_SKIP() << "a sanitizer keeps memory of its own";
  // Four bytes a line, eight more until it is opened, and the buffers.
  EXPECT_LT(memory("RssAnon:") - own_before, 16U << 20U);
  EXPECT_LT(memory("VmRSS:") - all_before, 16U << 20U);
}

}  // namespace
}  // namespace paceline::workload
