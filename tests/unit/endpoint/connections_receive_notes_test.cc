#include <endpoint/connections.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "../tcp_pair.h"

namespace paceline::endpoint {
namespace {

using namespace std::chrono_literals;

class ReceiveNotesTest : public TcpPair {
 protected:
  ReceiveNotesTest() { note_.descriptor = here(); }

  ReceiveNotes notes_;
  ReceiveNote note_;
};

TEST_F(ReceiveNotesTest, TellsWhenBytesCameNotWhenTheyAreLookedAt) {
  if (!notes_are_taken()) GTEST_SKIP() << "this system takes no note";
  notes_.add(note_);
  const TimePoint before = Clock::now();
  say("hello");
  std::this_thread::sleep_for(200ms);
  const TimePoint looked_at = Clock::now();
  notes_.look();
  ASSERT_TRUE(note_.when);
  // Two clocks are read, one after the other.
  EXPECT_GE(*note_.when, before - 1ms);
  EXPECT_LT(*note_.when, looked_at);
  EXPECT_EQ(hear(), "hello");
}

TEST_F(ReceiveNotesTest, LooksOnceAtTheSameBytes) {
  if (!notes_are_taken()) GTEST_SKIP() << "this system takes no note";
  notes_.add(note_);
  say("hello");
  notes_.look();
  ASSERT_TRUE(note_.when);
  note_.when.reset();
  notes_.look();
  EXPECT_FALSE(note_.when);
}

TEST_F(ReceiveNotesTest, TellsNothingOfBytesThatWereReadBefore) {
  if (!notes_are_taken()) GTEST_SKIP() << "this system takes no note";
  notes_.add(note_);
  say("hello");
  hear();
  notes_.look();
  EXPECT_FALSE(note_.when);
}

TEST_F(ReceiveNotesTest, LeavesAloneWhatWasRemoved) {
  notes_.add(note_);
  notes_.remove(note_);
  note_.when = TimePoint(1h);
  say("hello");
  notes_.look();
  EXPECT_EQ(note_.when, TimePoint(1h));
}

}  // namespace
}  // namespace paceline::endpoint
