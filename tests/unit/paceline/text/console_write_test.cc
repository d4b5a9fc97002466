#include <fcntl.h>
#include <gtest/gtest.h>
#include <paceline/text/console.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace paceline::text {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

TEST(WriteTextTest, SaysWhenTheStreamIsFull) {
  const std::unique_ptr<std::FILE, Close> full(std::fopen("/dev/full", "w"));
  EXPECT_FALSE(write_text(full.get(), "text"));
  const std::unique_ptr<std::FILE, Close> nowhere(std::fopen("/dev/null", "w"));
  EXPECT_TRUE(write_text(nowhere.get(), "text"));
}

// In a child, since a test needs its own standard streams.
TEST(StandardStreamsTest, AreOpenedWhereTheyAreMissing) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int descriptor : {0, 1, 2}) ::close(descriptor);
    open_missing_standard_streams();
    const bool all_open =
        fcntl(0, F_GETFD) != -1 && fcntl(1, F_GETFD) != -1 && fcntl(2, F_GETFD) != -1;
    const int next = ::open("/dev/null", O_RDONLY);
    _exit(all_open && next > 2 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace paceline::text
