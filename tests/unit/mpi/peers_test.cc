#include <gtest/gtest.h>
#include <mpi/peers.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace paceline::mpi {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint first_look{1h};

TEST(PeersTest, ASilentRankIsLostOnce) {
  Peers peers(0, 3, first_look);
  peers.set_machines({{"a", "", ""}, {"b", "", ""}, {"c", "", ""}});
  peers.heard(2, first_look + 4s);
  EXPECT_FALSE(peers.find_lost(first_look + Peers::longest_silence));
  EXPECT_EQ(peers.find_lost(first_look + Peers::longest_silence + 1ms), 1U);
  EXPECT_FALSE(peers.find_lost(first_look + Peers::longest_silence + 2ms));
  EXPECT_TRUE(peers.is_lost(1));
  EXPECT_FALSE(peers.is_lost(2));
  EXPECT_EQ(peers.name_of(1), "rank 1 (b)");
}

TEST(PeersTest, AStopOfFiveSecondsLosesNoRank) {
  EXPECT_GT(Peers::longest_silence, 5s);
}

TEST(PeersTest, OtherRanksHearOnlyRank0) {
  Peers peers(2, 4, first_look);
  peers.heard(0, first_look + 5s);
  EXPECT_FALSE(peers.find_lost(first_look + 10s));
  EXPECT_EQ(peers.find_lost(first_look + 20s), 0U);
}

TEST(PeersTest, NobodyIsSilentWhileThisProcessIsStopped) {
  Peers peers(0, 2, first_look);
  peers.looked_away(30s);
  EXPECT_FALSE(peers.find_lost(first_look + 31s));
  EXPECT_TRUE(peers.find_lost(first_look + 37s));
}

TEST(PeersTest, ACallMeetsTheSameCall) {
  Peers peers(0, 2, first_look);
  const Call own{2, "errors", {}};
  EXPECT_EQ(*peers.take_call(1, own), std::nullopt);
  // Rank 0 did not wait for the first call.
  peers.add_call(1, {1, "run", "first"});
  peers.add_call(1, {2, "errors", "second"});
  EXPECT_EQ(*peers.take_call(1, own), "second");
}

TEST(PeersTest, AnotherCallIsAnError) {
  Peers peers(0, 2, first_look);
  peers.add_call(1, {1, "run", {}});
  const auto other = peers.take_call(1, {1, "errors", {}});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::ranks_differ);
  EXPECT_NE(other.error().message.find("'run' and 'errors'"), std::string::npos);
}

TEST(PeersTest, AllAreGoneWhenTheyHaveEndedOrAreLost) {
  Peers peers(0, 3, first_look);
  EXPECT_FALSE(peers.are_gone());
  peers.set_gone(1);
  EXPECT_FALSE(peers.are_gone());
  peers.set_lost(2);
  EXPECT_TRUE(peers.are_gone());
}

}  // namespace
}  // namespace paceline::mpi
