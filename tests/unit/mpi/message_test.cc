#include <gtest/gtest.h>
#include <mpi/message.h>

#include <string>

namespace paceline::mpi {
namespace {

TEST(MessageTest, APulseIsReadAsItWasWritten) {
  Pulse pulse;
  pulse.is_stopped = true;
  pulse.broken = Error{ErrorCode::rank_lost, "rank 1 was lost"};
  pulse.ended_run = 3;
  pulse.run = 4;
  run::Progress& progress = pulse.progress.emplace();
  progress.planned = 1'000;
  progress.latency[7] = 12;
  progress.latency.back() = 1;
  progress.failures[2] = 9;
  progress.bound = Bound::client;
  const auto read = stats::of_bytes<Pulse>(stats::to_bytes(pulse));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->is_stopped);
  EXPECT_EQ(read->broken->message, "rank 1 was lost");
  EXPECT_EQ(read->broken->code, ErrorCode::rank_lost);
  EXPECT_EQ(read->ended_run, 3U);
  EXPECT_EQ(read->run, 4U);
  ASSERT_TRUE(read->progress);
  EXPECT_EQ(read->progress->planned, 1'000U);
  EXPECT_EQ(read->progress->latency, progress.latency);
  EXPECT_EQ(read->progress->failures, progress.failures);
  EXPECT_EQ(read->progress->bound, Bound::client);
}

TEST(MessageTest, APulseWithoutProgressIsShort) {
  EXPECT_LT(stats::to_bytes(Pulse{}).size(), 16U);
}

TEST(MessageTest, DamagedBytesAreNoMessage) {
  const std::string bytes = stats::to_bytes(Call{7, "errors", "some text"});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(stats::of_bytes<Call>(bytes.substr(0, size)));
  }
  EXPECT_FALSE(stats::of_bytes<Call>(bytes + "x"));
}

}  // namespace
}  // namespace paceline::mpi
