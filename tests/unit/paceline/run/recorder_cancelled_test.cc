#include <gtest/gtest.h>
#include <paceline/run/recorder.h>

#include <chrono>
#include <memory>

#include "../log/log_folder.h"
#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

/// A run whose requests are sent at 1 s, due 2 ms before, and cancelled after 500 ms.
class RecorderCancelledTest : public log::LogFolder {
 protected:
  RecorderCancelledTest() {
    exchange_.response.status = 200;
    exchange_.response.sent = start + 1s;
    exchange_.response.done = start + 1500ms;
    exchange_.response.error = TransportError::cancelled;
    exchange_.response.error_code = ErrorCode::cancelled;
    exchange_.response.error_text = "cancelled after 500 ms";
    times_.add(start + 1100ms);
    times_.add(start + 1200ms);
  }

  Tally cancel(const RunPlan& options, bool is_counted = true) {
    Recorder recorder(options, is_counted ? 1 : 0);
    recorder.begin(start);
    pending_.is_counted = is_counted;
    recorder.departed(pending_, {.now = 1s, .possible = 1s});
    recorder.cancelled(pending_, exchange_, &times_);
    return recorder.finish(false, {});
  }

  PendingRequest pending_{
      .slot = {0, 998ms}, .item = 0, .is_counted = true, .tries = 1, .sent = 1s, .in_flight = 1};
  http::Exchange exchange_{0};
  TokenTimes times_;
};

TEST_F(RecorderCancelledTest, IsNeitherASuccessNorAFailure) {
  RunPlan options(RunOptions{.rpm = 60});
  options.objective.emplace().latency = 1s;
  options.groups = std::make_shared<const stats::Groups>(
      stats::Groups{.names = {"model=a"}, .of_part = {{0}}, .has_statuses = true});
  const Tally tally = cancel(options);
  EXPECT_TRUE(tally.adds_up());
  EXPECT_EQ(tally.cancelled, 1U);
  EXPECT_EQ(tally.succeeded + tally.failed, 0U);
  EXPECT_EQ(tally.error_ratio(), 0);
  EXPECT_EQ(tally.met_objective, 0U);
  EXPECT_EQ(tally.miss_ratio(), 0);
  EXPECT_EQ(tally.first_failure, std::nullopt);
  EXPECT_EQ(tally.latency.count() + tally.due_latency.count(), 0U);
  EXPECT_EQ(tally.tokens.ttft.count(), 0U);
  EXPECT_EQ(tally.tokens.streams + tally.tokens.out, 0U);
  EXPECT_EQ(tally.ended_by_second.highest(), 0U);
  // What the client did, and for how long a place in flight was taken.
  EXPECT_EQ(tally.sent, 1U);
  EXPECT_EQ(tally.late.max(), 2ms);
  EXPECT_EQ(tally.mean_time_in_flight(), 500ms);
  EXPECT_EQ(tally.last_done, 1500ms);
}

TEST_F(RecorderCancelledTest, HasARowOfItsOwnKind) {
  auto log = log::open_request_log(path());
  RunPlan options(RunOptions{.rpm = 60});
  options.log = {log.get(), log::begin_run(*log), true};
  static_cast<void>(cancel(options));
  ASSERT_EQ(message_of(log->close()), "");
  EXPECT_EQ(log::ask(path(),
                     "SELECT count(*) FROM requests WHERE (item, due_ns, sent_ns, first_token_ns, "
                     "done_ns, status, error, tokens_out, cancelled) IS (0, 998000000, 1000000000, "
                     "1100000000, 1500000000, 200, 'cancelled after 500 ms', 2, 1)"),
            1);
}

TEST_F(RecorderCancelledTest, InTheWarmUpItIsNotCounted) {
  EXPECT_EQ(cancel({}, false).cancelled, 0U);
}

TEST_F(RecorderCancelledTest, CountsInItsStage) {
  RunPlan options;
  options.stages = {{1s, 60, 60}};
  Recorder recorder(options, 1);
  recorder.begin(start);
  recorder.departed(pending_, {.now = 1s, .possible = 1s});
  recorder.cancelled(pending_, exchange_, nullptr);
  const stats::RunTally tally = recorder.finish(false, {});
  ASSERT_EQ(tally.stages.size(), 1U);
  EXPECT_EQ(tally.stages[0].cancelled, 1U);
  EXPECT_TRUE(tally.stages[0].adds_up());
}

// A server that answers nothing stands still, however many requests are cancelled meanwhile.
TEST_F(RecorderCancelledTest, EndsNoSilence) {
  const RunPlan options;
  Recorder recorder(options, 2);
  recorder.begin(start);
  recorder.departed(pending_, {.now = 1s, .possible = 1s});
  pending_.item = 1;
  pending_.in_flight = 2;
  recorder.departed(pending_, {.now = 1s, .possible = 1s});
  recorder.cancelled(pending_, exchange_, nullptr);
  exchange_.response.done = start + 4s;
  exchange_.response.error = TransportError::ok;
  recorder.ended(pending_, exchange_, good(), nullptr);
  EXPECT_EQ(recorder.finish(false, {}).longest_silence, 3s);
}

}  // namespace
}  // namespace paceline::run
