#include <gtest/gtest.h>
#include <paceline/text/strings.h>

#include <string>

namespace paceline::text {
namespace {

TEST(ReleaseMemoryTest, FreesWhatTheTextTook) {
  std::string text(1'000'000, 'x');
  release_memory(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.capacity(), std::string().capacity());
}

}  // namespace
}  // namespace paceline::text
