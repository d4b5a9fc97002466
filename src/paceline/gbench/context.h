#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/api.h>
#include <paceline/gbench/facts.h>
#include <paceline/gbench/part_counters.h>
#include <paceline/gbench/reporters.h>
#include <paceline/gbench/timelines.h>
#include <paceline/log/request_log.h>
#include <paceline/run/group.h>
#include <paceline/run/progress_sink.h>
#include <paceline/run/ranks.h>
#include <paceline/run/run_stripe.h>
#include <paceline/run/verdict.h>
#include <paceline/text/console.h>
#include <paceline/text/result.h>
#include <paceline/workload.h>

namespace paceline::gbench {

/// The verdict of each row as text, printed when the program ends. The repetitions of a row share a
/// line. Lines are in the order in which rows were first added.
class VerdictLines {
 public:
  /// `row` such as "chat/complete rpm:6000 parallel:10".
  void add(const std::string& row, Bound bound, const std::string& words);
  /// Adds a line of its own, such as the result of a search.
  void add(const std::string& line);

  /// One line for each row with a verdict other than `paced`: the verdict with the words of its
  /// first repetition. If repetitions differ, every verdict with its number of repetitions, the
  /// most frequent first.
  std::vector<std::string> lines() const;

 private:
  struct Found {
    Bound bound;
    std::string words;
    int times;
  };
  struct Row {
    std::string name;
    /// The verdicts of the repetitions. Empty: the name is the whole line.
    std::vector<Found> found;
  };
  static std::string line_of(const Row& row);

  std::vector<Row> rows_;
};

/// Settings of all benchmarks of a program.
struct ContextSettings {
  /// The processes that make the program's runs; never nullptr.
  std::shared_ptr<run::Ranks> ranks = std::make_shared<run::OneRank>();
  /// Options of every run; rate, parallel and requests are set for each run.
  RunOptions run{};
  /// Shared by all runs; nullptr: each run looks up its own hosts.
  std::shared_ptr<http::Resolver> resolver{};
  http::TransportFactory transports{};
  /// Filters all text from outside; never nullptr.
  std::shared_ptr<const text::Gate> gate = std::make_shared<const text::Gate>();
  /// The API of workloads without a URL of their own. The key appears in no output.
  Api api{};
  /// Base URLs of servers that take turns; the first is the API's. Empty: only the API's.
  std::vector<std::string> urls{};
  /// Base URL of the embedded endpoint; empty: none runs.
  std::string embedded_url{};
  /// How long to wait, before the first run, for a server that is starting.
  std::chrono::nanoseconds wait{0};
  /// The share of failed requests in a run, from 0 to 1, above which the program fails.
  double max_error_ratio = 0;
  /// The log with a row for each request; nullptr: none.
  std::shared_ptr<log::RequestLog> log{};
  bool log_responses = false;
  /// The counters beside the totals.
  PartCounters by{};
  TimelineMode timeline = TimelineMode::automatic;
  /// Empty: no progress is shown.
  run::ProgressSinkFactory show_progress{};
  /// Makes the sentence for an error: the message, and the remedy with the program's flags. Empty
  /// function: the message is the sentence.
  std::function<std::string(const Error&)> sentence{};
};

/// State that the benchmarks of one program share. run_program() owns the one context. Google
/// Benchmark makes fixtures before main() and passes them no argument, so they find the context
/// through current().
///
/// Benchmarks use the context on their Google Benchmark threads, one run at a time.
class Context {
 public:
  explicit Context(ContextSettings settings);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// The program's context; nullptr if run_program() does not run.
  static Context* current();

  const ContextSettings& settings() const { return settings_; }
  /// The API, once for each URL of the settings.
  std::vector<Api> apis() const;
  /// The plan of a run of `workload` in one stripe; rate, parallel and requests are still to be
  /// set.
  run::RunPlan plan(const Description& workload) const;
  const text::Gate& gate() const { return *settings_.gate; }
  const text::Console& console() const { return console_; }

  /// The processes of the program.
  run::Ranks& ranks() { return *settings_.ranks; }
  const run::Ranks& ranks() const { return *settings_.ranks; }
  /// Whether this process leads the runs, and prints and writes their results.
  bool leads() const { return ranks().index() == 0; }
  /// The threads and processes of the current run.
  run::Group& group() { return group_; }
  /// Returns a salt that differs between all runs of all programs.
  std::uint64_t next_salt() { return ++salt_; }
  /// Counts a run, and returns its number, from 1 on.
  std::size_t next_run() { return ++runs_; }
  /// How many runs the program has; 0: unknown.
  std::size_t planned_runs() const { return planned_runs_; }
  /// Sets how many runs the program has.
  void plan_runs(std::size_t runs) { planned_runs_ = runs; }

  /// Notes a latency of the API. The longest one says for how many requests connections are opened
  /// before a run.
  void expect_latency(std::chrono::nanoseconds latency) {
    expected_latency_ = std::max(expected_latency_, latency);
  }

  /// The job of a workload as the log keeps it, without secrets.
  log::LoggedRun logged_job(const Workload& workload) const;
  /// Adds the run to the log. Error: log_unwritable.
  Result<run::RunLog> begin_log(log::LoggedRun run);

  /// Ends the program's work early: no further request is sent. Safe in a signal handler.
  void stop() { stop_ = true; }
  const std::atomic<bool>& stopped() const { return stop_; }

  /// The sentence for an error, with its remedy.
  std::string sentence(const Error& error) const;
  /// Prints the error with its remedy.
  void warn(const Error& error) const;
  /// Prints the error with its remedy, and makes the program exit with 1. A process that does not
  /// lead prints nothing; the program shares its first error with rank 0.
  void fail(const Error& error);
  bool failed() const { return first_error_.has_value(); }
  const std::optional<Error>& first_error() const { return first_error_; }

  /// The facts that the results depend on.
  Facts& facts() { return facts_; }
  const Facts& facts() const { return facts_; }
  /// The verdicts of all runs, printed when the program ends.
  VerdictLines& verdicts() { return verdicts_; }
  /// Rows beside those of the benchmarks, for the file of results.
  AddedRows& added_rows() { return added_rows_; }
  /// The runs over time, for the file of results.
  Timelines& timelines() { return timelines_; }

 private:
  ContextSettings settings_;
  text::Console console_;
  run::Group group_;
  std::atomic<std::uint64_t> salt_;
  std::size_t runs_ = 0;
  std::size_t planned_runs_ = 0;
  std::chrono::nanoseconds expected_latency_{0};
  Facts facts_;
  std::string context_in_log_;
  VerdictLines verdicts_;
  AddedRows added_rows_;
  Timelines timelines_;
  std::atomic<bool> stop_{false};
  std::optional<Error> first_error_;
};

}  // namespace paceline::gbench
