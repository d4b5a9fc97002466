#include <gtest/gtest.h>
#include <paceline/loop/sockets.h>
#include <sys/resource.h>

namespace paceline::loop {
namespace {

TEST(DescriptorTest, RaisesTheSoftLimitToTheHardOne) {
  rlimit files{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  rlimit low = files;
  low.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_open_files_limit(), static_cast<std::size_t>(files.rlim_max));
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  EXPECT_EQ(files.rlim_cur, files.rlim_max);
}

}  // namespace
}  // namespace paceline::loop
