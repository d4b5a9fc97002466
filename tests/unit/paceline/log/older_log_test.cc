#include <fmt/format.h>
#include <paceline/log/database.h>
#include <paceline/log/logged_items.h>
#include <paceline/log/merged_log.h>

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "log_folder.h"

namespace paceline::log {
namespace {

using Items = std::vector<std::uint64_t>;
using Responses = std::map<std::uint64_t, std::string>;

constexpr const char* tables = R"(
CREATE TABLE runs (run INTEGER PRIMARY KEY, name TEXT NOT NULL, workload TEXT NOT NULL,
  resumed INTEGER NOT NULL, started_utc TEXT NOT NULL, rpm INTEGER NOT NULL,
  parallel INTEGER NOT NULL, requests INTEGER NOT NULL, warmup INTEGER NOT NULL,
  host TEXT NOT NULL, model TEXT NOT NULL{}) STRICT;
CREATE TABLE requests (run INTEGER NOT NULL REFERENCES runs, slot INTEGER NOT NULL,
  custom_id TEXT, due_ns INTEGER NOT NULL, sent_ns INTEGER NOT NULL, first_byte_ns INTEGER,
  first_token_ns INTEGER, done_ns INTEGER, status INTEGER, error TEXT, tokens_in INTEGER,
  tokens_out INTEGER, cached_tokens INTEGER, retries INTEGER NOT NULL, reply TEXT,
  PRIMARY KEY (run, slot)) STRICT;
CREATE VIEW latencies AS
SELECT run, slot, custom_id,
       (sent_ns - due_ns) / 1e6 AS late_ms,
       (first_byte_ns - sent_ns) / 1e6 AS first_byte_ms,
       (first_token_ns - sent_ns) / 1e6 AS first_token_ms,
       (done_ns - sent_ns) / 1e6 AS latency_ms,
       (done_ns - due_ns) / 1e6 AS due_latency_ms,
       status, error
FROM requests;
)";
/// The end of a run in schemas 1, 2 and 3.
constexpr std::array<const char*, 3> columns{"", ", url TEXT", ", url TEXT, transport TEXT"};
constexpr std::array<const char*, 3> values{"", ", 'http://h/v1'", ", 'http://h/v1', 'curl'"};

/// A log of an older schema with two runs of one job. The second run resumed item 1.
class OlderLogTest : public LogFolder, public testing::WithParamInterface<int> {
 protected:
  OlderLogTest() {
    const auto place = static_cast<std::size_t>(GetParam() - 1);
    change(fmt::format(fmt::runtime(tables), columns.at(place)));
    change(fmt::format(R"(
INSERT INTO runs VALUES (1, 'chat/complete', 'f', 0, '', 60, 1, 2, 0, '127.0.0.1:1', 'm'{0}),
  (2, 'chat/complete', 'f', 1, '', 60, 1, 1, 0, '127.0.0.1:1', 'm'{0});
INSERT INTO requests (run, slot, due_ns, sent_ns, done_ns, error, retries, reply) VALUES
  (1, 0, 0, 0, 5000000, NULL, 0, 'first'), (1, 1, 0, 0, NULL, 'It failed.', 0, NULL),
  (2, 1, 0, 0, 7000000, NULL, 0, 'second');
PRAGMA application_id = 0x70616365;
PRAGMA user_version = {1})",
                       values.at(place), GetParam()));
    std::filesystem::permissions(path(), std::filesystem::perms{0644});
  }

  void change(const std::string& sql) {
    auto opened = Database::open(path(), Database::Mode::create);
    ASSERT_EQ(message_of(opened->execute(sql)), "");
  }

  /// Migrates the log to the present schema.
  void add_to_it() { ASSERT_TRUE(open_log(path())); }

  MergedLog open() {
    auto log = MergedLog::open({path()});
    return std::move(log.value());
  }
  ListedRuns runs() { return open().runs(); }
  Responses responses(const std::vector<std::int64_t>& of_runs) {
    Responses found;
    EXPECT_EQ(message_of(open().for_each_item(of_runs,
                                              [&found](std::int64_t, const RequestRecord& record) {
                                                found[record.item] = record.response;
                                                return true;
                                              })),
              "");
    return found;
  }
  Result<LoggedItems> logged_items() {
    return read_logged_items(
        {path()}, {.name = "chat/complete", .workload = "f", .model = "m", .url = "http://h/v1"});
  }

  void expect_contents() {
    const auto listed = runs();
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].about.url, GetParam() == 1 ? "" : "http://h/v1");
    EXPECT_EQ(listed[0].about.identity, std::nullopt);
    EXPECT_EQ(listed[0].about.ranks, 1U);
    EXPECT_TRUE(open().tallies(listed[0]).value().empty());
    EXPECT_EQ(listed[0].logged, 2U);
    EXPECT_EQ(listed[0].good, 1U);
    EXPECT_EQ(runs_behind(listed, 2), (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(open().settled_items({1, 2}).value(), (Items{0, 1}));
    EXPECT_EQ(responses({1, 2}), (Responses{{0, "first"}, {1, "second"}}));
  }
};

TEST_P(OlderLogTest, IsReadAsItIs) {
  expect_contents();
  EXPECT_EQ(ask(path(), "PRAGMA user_version"), GetParam());
  EXPECT_EQ(ask(path(), "SELECT count(slot) + count(reply) FROM requests"), 5);
}

TEST_P(OlderLogTest, IsBroughtToThisSchemaWhenItIsAddedTo) {
  add_to_it();
  EXPECT_EQ(ask(path(), "PRAGMA user_version"), 11);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM runs WHERE url IS NULL"), GetParam() == 1 ? 2 : 0);
  EXPECT_EQ(ask(path(), "SELECT count(transport) FROM runs"), GetParam() == 3 ? 2 : 0);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM requests WHERE item = 1 AND response = 'second'"), 1);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM latencies WHERE item = 1 AND latency_ms = 7"), 1);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM latencies WHERE model = 'm'"), 3);
  EXPECT_EQ(ask(path(), "SELECT count(part) FROM requests"), 0);
  EXPECT_EQ(ask(path(),
                "SELECT count(first_answer_ns) + count(reasoning_tokens) + count(finish) + "
                "count(tool_calls_valid) + count(lookup_ns) + count(tcp_ns) + count(tls_ns) "
                "FROM requests"),
            0);
  EXPECT_EQ(ask(path(),
                "SELECT count(threads) + count(identity) + count(rank) + count(ranks) + "
                "count(stages) + count(burstiness) + count(context) + count(is_replay) + "
                "count(users) FROM runs"),
            0);
  EXPECT_EQ(ask(path(), "SELECT count(*) FROM tallies"), 0);
  EXPECT_EQ(static_cast<int>(std::filesystem::status(path()).permissions()), 0600);
  expect_contents();
  add_to_it();
  expect_contents();
}

TEST_P(OlderLogTest, TakesNewRequests) {
  auto log = open_request_log(path());
  const auto run = begin_run(*log, {.name = "chat/complete"});
  log->add(run, {.item = 6, .status = 200, .response = "third"});
  ASSERT_EQ(message_of(log->close()), "");
  EXPECT_EQ(runs().size(), 3U);
  EXPECT_EQ(responses({1, 2, run}), (Responses{{0, "first"}, {1, "second"}, {6, "third"}}));
}

TEST_P(OlderLogTest, IsResumedWhereItSaysWhereItAsked) {
  for (const bool is_added_to : {false, true}) {
    if (is_added_to) add_to_it();
    const auto items = logged_items();
    if (GetParam() == 1) {
      EXPECT_NE(items.error().message.find("older paceline"), std::string::npos);
    } else {
      EXPECT_EQ(items.value().missing(0, 4), (Items{2, 3}));
    }
  }
}

TEST_P(OlderLogTest, StaysAsItWasWhereItCannotBeBroughtToThisSchema) {
  change("ALTER TABLE requests ADD COLUMN response TEXT");
  const auto opened = open_log(path());
  EXPECT_NE(opened.error().message.find("response"), std::string::npos);
  EXPECT_EQ(ask(path(), "PRAGMA user_version"), GetParam());
  expect_contents();
}

INSTANTIATE_TEST_SUITE_P(EachSchema, OlderLogTest, testing::Values(1, 2, 3));

}  // namespace
}  // namespace paceline::log
