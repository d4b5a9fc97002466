#include <gtest/gtest.h>
#include <paceline/workload/file_sessions.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "batch_files.h"

namespace paceline::workload {
namespace {

using namespace std::chrono_literals;

class FileSessionsTest : public testing::Test {
 protected:
  FileSessions sessions(std::chrono::nanoseconds think_time = 2s) const {
    ChatSession session;
    session.think_time = think_time;
    return {*ConversationFile::open(file_.path()), session};
  }

 private:
  TemporaryFile file_{
      "{\"turns\":[\"1\",\"2\"]}\n"
      "{\"turns\":[\"3\"]}\n"
      "{\"turns\":[{\"text\":\"4\",\"delay\":0},{\"text\":\"5\",\"delay\":70},\"6\"]}"};
};

TEST_F(FileSessionsTest, StartAgainFromTheFirst) {
  FileSessions sessions = this->sessions();
  std::vector<std::uint64_t> of_items;
  for (std::uint64_t item = 0; item < 15; ++item) of_items.push_back(sessions.session_of(item));
  EXPECT_EQ(of_items, (std::vector<std::uint64_t>{0, 0, 1, 2, 2, 2, 3, 3, 4, 5, 5, 5, 6, 6, 7}));
  std::vector<std::uint64_t> firsts;
  for (std::uint64_t number = 0; number < 8; ++number) {
    firsts.push_back(sessions.first_item(number));
  }
  EXPECT_EQ(firsts, (std::vector<std::uint64_t>{0, 2, 3, 6, 8, 9, 12, 14}));
}

TEST_F(FileSessionsTest, ADelayOfTheFileIsTheThinkTime) {
  FileSessions sessions = this->sessions();
  EXPECT_EQ(sessions.think_time(1), 2s);
  EXPECT_EQ(sessions.think_time(3), 0s);
  EXPECT_EQ(sessions.think_time(4), 70ms);
  EXPECT_EQ(sessions.think_time(5), 2s);
  EXPECT_EQ(sessions.think_time(6 + 4), 70ms);
}

}  // namespace
}  // namespace paceline::workload
