#include <gtest/gtest.h>
#include <paceline/run/group.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace paceline::run {
namespace {

constexpr std::uint64_t group_threads = 4;

stats::RunTally tally_of(std::uint64_t succeeded) {
  stats::RunTally tally;
  tally.planned = succeeded;
  tally.succeeded = succeeded;
  return tally;
}

GroupRun run_of(std::uint64_t salt) {
  GroupRun run;
  run.plan.emplace().salt = salt;
  return run;
}

/// Calls a function on each of the group_threads, and waits for them.
void on_each(const std::function<void(const pace::Stripe&)>& function) {
  std::vector<std::jthread> all;
  for (std::uint64_t i = 0; i < group_threads; ++i) {
    all.emplace_back([&function, i] { function({i, group_threads}); });
  }
}

TEST(GroupTest, OneThreadStartsWhenItIsReady) {
  OneRank ranks;
  Group group(ranks);
  const pace::Stripe alone;
  EXPECT_EQ(group.join(alone, [] { return run_of(7); }, {}).plan->salt, 7U);
  const TimePoint start = group.start(alone).at;
  EXPECT_LE(start, Clock::now());
  const auto whole = group.leave(alone, tally_of(3));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->succeeded, 3U);
}

TEST(GroupTest, ThreadsMakeOneRunAfterAnother) {
  constexpr std::uint64_t rounds = 50;
  OneRank ranks;
  Group group(ranks);
  std::array<std::vector<std::uint64_t>, group_threads> salts;
  std::array<std::vector<TimePoint>, group_threads> starts;
  std::vector<std::uint64_t> wholes;
  on_each([&](const pace::Stripe& stripe) {
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      const GroupRun run = group.join(stripe, [&] { return run_of(round); }, {});
      salts[stripe.index].push_back(run.plan->salt);
      starts[stripe.index].push_back(group.start(stripe).at);
      const auto whole = group.leave(stripe, tally_of(10 + stripe.index));
      EXPECT_EQ(whole.has_value(), stripe.index == 0);
      if (whole) wholes.push_back(whole->succeeded);
    }
  });
  for (std::size_t i = 0; i < group_threads; ++i) {
    ASSERT_EQ(salts[i].size(), rounds);
    for (std::uint64_t round = 0; round < rounds; ++round) EXPECT_EQ(salts[i][round], round + 1);
    EXPECT_EQ(starts[i], starts[0]);
  }
  EXPECT_EQ(wholes, std::vector<std::uint64_t>(rounds, 46));
}

TEST(GroupTest, TheScheduleStartsWhenTheLastThreadIsReady) {
  OneRank ranks;
  Group group(ranks);
  TimePoint ready;
  std::array<TimePoint, group_threads> starts;
  on_each([&](const pace::Stripe& stripe) {
    group.join(stripe, [] { return run_of(1); }, {});
    if (stripe.index == 2) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      ready = Clock::now();
    }
    starts[stripe.index] = group.start(stripe).at;
    group.leave(stripe, {});
  });
  for (const TimePoint start : starts) {
    EXPECT_EQ(start, starts[0]);
    EXPECT_GE(start, ready);
  }
}

TEST(GroupTest, AThreadThatCannotStartKeepsNobodyWaiting) {
  OneRank ranks;
  Group group(ranks);
  std::optional<stats::RunTally> whole;
  on_each([&](const pace::Stripe& stripe) {
    group.join(stripe, [] { return run_of(1); }, {});
    if (stripe.index != 1) group.start(stripe);
    if (auto tally = group.leave(stripe, tally_of(5))) whole = std::move(tally);
  });
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->succeeded, 20U);
}

TEST(GroupTest, AllLearnWhyARunCannotBe) {
  OneRank ranks;
  Group group(ranks);
  on_each([&](const pace::Stripe& stripe) {
    const auto refuse = [] {
      return GroupRun{.error = Error{ErrorCode::disk_full, "the disk is full"}, .is_last = true};
    };
    const GroupRun run = group.join(stripe, refuse, {});
    EXPECT_FALSE(run.plan);
    EXPECT_TRUE(run.is_last);
    ASSERT_TRUE(run.error);
    EXPECT_EQ(run.error->message, "the disk is full");
    group.leave(stripe, {});
  });
}

/// Two ranks as objects of one process. Their calls wait for each other, as Ranks describes.
class TwoRanks {
 public:
  class Rank : public OneRank {
   public:
    Rank(TwoRanks& both, std::uint64_t index) : both_(both), index_(index) {}
    std::uint64_t index() const override { return index_; }
    std::uint64_t count() const override { return 2; }
    Result<std::string> share(const std::string& what, const std::string& text) override {
      const std::lock_guard lock(both_.mutex_);
      if (index_ == 0) both_.shared_.push_back(what + text);
      both_.changed_.notify_all();
      return both_.shared_at(taken_++).substr(what.size());
    }
    RunStart start(const SharedRun& run) override {
      EXPECT_EQ(run.threads, group_threads / 2);
      const std::lock_guard lock(both_.mutex_);
      ++both_.starts_;
      both_.changed_.notify_all();
      both_.changed_.wait(both_.mutex_, [&] { return both_.starts_ % 2 == 0; });
      return {begin_of_schedule, nullptr};
    }
    std::optional<stats::RunTally> gather(stats::RunTally tally) override {
      const std::lock_guard lock(both_.mutex_);
      if (index_ == 1) {
        both_.other_ = tally;
        both_.changed_.notify_all();
        return std::nullopt;
      }
      both_.changed_.wait(both_.mutex_, [&] { return both_.other_.has_value(); });
      tally.merge(*std::exchange(both_.other_, std::nullopt));
      stats::RankPart lost;
      lost.rank = 1;
      lost.is_lost = both_.loses_one;
      tally.ranks.push_back(lost);
      return tally;
    }

   private:
    TwoRanks& both_;
    std::uint64_t index_;
    std::size_t taken_ = 0;
  };

  static constexpr TimePoint begin_of_schedule{std::chrono::hours(1)};
  std::array<Rank, 2> ranks{Rank(*this, 0), Rank(*this, 1)};
  bool loses_one = false;

 private:
  std::string shared_at(std::size_t place) {
    changed_.wait(mutex_, [&] { return shared_.size() > place; });
    return shared_[place];
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> shared_;
  int starts_ = 0;
  std::optional<stats::RunTally> other_;
};

/// Calls `function` on each thread of both processes. Returns when every call has returned.
void on_each_of(TwoRanks& both, const std::function<void(Group&, const pace::Stripe&)>& function) {
  std::array<Group, 2> groups{Group(both.ranks[0]), Group(both.ranks[1])};
  std::vector<std::jthread> all;
  for (std::size_t rank = 0; rank < 2; ++rank) {
    for (std::uint64_t thread = 0; thread < group_threads / 2; ++thread) {
      all.emplace_back([&, rank, thread] {
        function(groups[rank], stripe_of(both.ranks[rank], thread, group_threads / 2));
      });
    }
  }
}

TEST(GroupTest, ConsecutiveSlotsGoToDifferentProcesses) {
  TwoRanks both;
  EXPECT_EQ(stripe_of(both.ranks[0], 0, 2).index, 0U);
  EXPECT_EQ(stripe_of(both.ranks[1], 0, 2).index, 1U);
  EXPECT_EQ(stripe_of(both.ranks[0], 1, 2).index, 2U);
  EXPECT_EQ(stripe_of(both.ranks[1], 1, 2).index, 3U);
  EXPECT_EQ(stripe_of(both.ranks[1], 1, 2).count, 4U);
}

TEST(GroupTest, ProcessesMakeOneRunAfterAnother) {
  constexpr std::uint64_t rounds = 20;
  TwoRanks both;
  std::atomic<int> wholes = 0;
  on_each_of(both, [&](Group& group, const pace::Stripe& stripe) {
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      const GroupRun run = group.join(
          stripe,
          [&] {
            EXPECT_EQ(stripe.index, 0U);
            GroupRun made = run_of(round);
            made.name = "some run";
            made.plan->rpm = 100 * round;
            return made;
          },
          [&](const AnnouncedRun& announced) {
            EXPECT_EQ(stripe.index, 1U);
            EXPECT_EQ(announced.name, "some run");
            GroupRun made = run_of(0);
            announced.apply_to(*made.plan);
            return made;
          });
      ASSERT_TRUE(run.plan);
      EXPECT_EQ(run.plan->salt, round);
      EXPECT_EQ(run.plan->rpm, 100 * round);
      EXPECT_GE(group.start(stripe).at, TwoRanks::begin_of_schedule);
      const auto whole = group.leave(stripe, tally_of(10 + stripe.index));
      EXPECT_EQ(whole.has_value(), stripe.index == 0);
      if (whole && whole->succeeded == 46) ++wholes;
    }
  });
  EXPECT_EQ(wholes, rounds);
}

TEST(GroupTest, AllProcessesLearnWhyARunCannotBe) {
  TwoRanks both;
  on_each_of(both, [&](Group& group, const pace::Stripe& stripe) {
    const GroupRun run =
        group.join(stripe,
                   [] {
                     return GroupRun{.error = Error{ErrorCode::disk_full, "the disk is full"},
                                     .is_last = true};
                   },
                   {});
    EXPECT_FALSE(run.plan);
    EXPECT_TRUE(run.is_last);
    ASSERT_TRUE(run.error);
    EXPECT_EQ(run.error->message, "the disk is full");
    EXPECT_EQ(run.error->code, ErrorCode::disk_full);
    EXPECT_FALSE(group.leave(stripe, {}));
  });
}

TEST(GroupTest, TheRequestsOfALostProcessAreCounted) {
  TwoRanks both;
  both.loses_one = true;
  on_each_of(both, [&](Group& group, const pace::Stripe& stripe) {
    const auto plan_run = [] {
      GroupRun made = run_of(1);
      made.plan->requests = 101;
      made.plan->ranks = 2;
      made.plan->stripe.count = group_threads;
      return made;
    };
    group.join(stripe, plan_run, [&](const AnnouncedRun&) { return plan_run(); });
    group.start(stripe);
    if (const auto whole = group.leave(stripe, {})) {
      // Slots 1, 5, … and 3, 7, … of 101.
      EXPECT_EQ(whole->lost, 50U);
      EXPECT_EQ(whole->ranks.front().planned, 50U);
      EXPECT_TRUE(whole->adds_up());
    }
  });
}

}  // namespace
}  // namespace paceline::run
