#include <gtest/gtest.h>
#include <paceline/run/recorder.h>

#include <chrono>
#include <optional>
#include <string>

#include "../log/log_folder.h"
#include "recording.h"

namespace paceline::run {
namespace {

using namespace std::chrono_literals;

TEST(RecorderConnectTest, CountsConnectionsAndTheRequestsThatWaitedForOne) {
  Recording recording;
  recording.opened({.lookup = 0ns, .tcp = 2ms, .tls = 3ms});
  recording.exchange_.response.connect = ConnectTimes{.tcp = 2ms, .tls = 3ms};
  recording.add(good(), {}, false);
  recording.exchange_.response.connect.reset();
  recording.add(good(), {}, false);
  // Opened ahead: no request waits.
  recording.opened({.tcp = 1ms});
  recording.add(good(), {}, false);
  const stats::RunTally tally = recording.finish();
  EXPECT_EQ(tally.connect.count(), 2U);
  EXPECT_EQ(tally.connect.quantile(1), 5ms);
  EXPECT_EQ(tally.connect.min(), 1ms);
  EXPECT_EQ(tally.connect_requests, 1U);
}

TEST(RecorderConnectTest, CountsOnlyRequestsWhoseLatencyCounts) {
  Recording recording;
  recording.exchange_.response.connect.emplace();
  recording.add(failed(Failure::reset, "broke"), {}, false);
  recording.pending_.is_counted = false;
  recording.add(good(), {}, false);
  EXPECT_EQ(recording.finish().connect_requests, 0U);
}

using RecorderConnectLogTest = log::LogFolder;

TEST_F(RecorderConnectLogTest, KeepsTheTimesOfTheConnectionThatARequestWaitedFor) {
  auto log = log::open_request_log(path());
  RunPlan options;
  options.log = {log.get(), log::begin_run(*log), false};
  Recording recording(options);
  recording.exchange_.response.connect = ConnectTimes{.lookup = 5ns, .tcp = 6ns, .tls = 7ns};
  recording.add(good(), {}, false);
  recording.add(failed(Failure::connect, "refused"), {}, false);
  recording.exchange_.response.connect = ConnectTimes{.tcp = 2ms};
  recording.add(good(), {}, false);
  recording.exchange_.response.connect.reset();
  recording.add(good(), {}, false);
  static_cast<void>(recording.finish());
  ASSERT_EQ(message_of(log->close()), "");
  const auto count = [&](const std::string& values) {
    return log::ask(path(),
                    "SELECT count(*) FROM requests WHERE (item, lookup_ns, tcp_ns, tls_ns) "
                    "IS (" +
                        values + ")");
  };
  EXPECT_EQ(count("0, 5, 6, 7"), 1);
  EXPECT_EQ(count("1, 5, 6, 7"), 1);
  EXPECT_EQ(count("2, 0, 2000000, 0"), 1);
  EXPECT_EQ(count("3, NULL, NULL, NULL"), 1);
  EXPECT_EQ(log::ask(path(), "SELECT count(*) FROM latencies WHERE (item, connect_ms) IS (2, 2.0)"),
            1);
  EXPECT_EQ(log::ask(path(), "SELECT count(connect_ms) FROM latencies"), 3);
}

}  // namespace
}  // namespace paceline::run
