#include <gtest/gtest.h>
#include <mpi/shared_start.h>

#include <chrono>

namespace paceline::mpi {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{10s};

StartTime start_time() {
  StartTime time;
  time.start = start.time_since_epoch();
  time.at = time.start;
  time.error = 5us;
  return time;
}

TEST(SharedStartTest, WithoutDriftTheStartStays) {
  SharedStart shared(start_time());
  shared.follow(start + 100s);
  EXPECT_EQ(shared.time()->load(), start);
}

TEST(SharedStartTest, TheStartMovesWithTheDrift) {
  StartTime time = start_time();
  time.drift = 20e-6;
  SharedStart shared(time);
  shared.follow(start + 10s);
  EXPECT_EQ(shared.time()->load(), start + 200us);
}

TEST(SharedStartTest, ACorrectionReplacesTheStart) {
  SharedStart shared(start_time());
  StartTime corrected = start_time();
  corrected.start += 700ns;
  corrected.at += 1s;
  corrected.error = 2us;
  shared.correct(corrected);
  shared.follow(start + 2s);
  EXPECT_EQ(shared.time()->load(), start + 700ns);
  EXPECT_EQ(shared.largest_error(), 5us);
}

}  // namespace
}  // namespace paceline::mpi
