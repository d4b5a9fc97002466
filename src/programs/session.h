#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <endpoint/endpoint.h>
#include <paceline/gbench/probe_rows.h>
#include <paceline/gbench/run_group.h>
#include <paceline/gbench/verdict_lines.h>
#include <paceline/http/resolver.h>
#include <paceline/log/request_log.h>
#include <paceline/run/run.h>
#include <paceline/text/gate.h>
#include <paceline/workload/api.h>
#include <programs/options.h>

namespace paceline {

/// What the runs of one program share. Google Benchmark makes fixtures before main and gives them
/// no argument, so it is global.
class Session {
 public:
  static Session& global();
  Session();

  /// What no output may hold: users and passwords in arguments and proxy variables. To be called
  /// first; open() adds the key.
  void learn_secrets(const std::vector<std::string>& arguments);
  /// For all text from outside on its way to people, logs and results.
  std::shared_ptr<const Gate> gate() const { return gate_; }

  /// Reads the key's variable, and starts the embedded endpoint when it is needed and no URL was
  /// given. A sentence when that fails.
  std::string open(const Options& options, bool needs_api);
  /// Ends the embedded endpoint, and writes what the log has not written yet.
  void close();

  /// The threads of the run that goes on; Google Benchmark has one run at a time.
  RunGroup& team() { return team_; }

  const Options& options() const { return options_; }
  /// Of all the program's hosts.
  const std::shared_ptr<Resolver>& resolver() const { return resolver_; }
  /// Where to send; the key appears in no output.
  const Api& api() const { return api_; }

  /// Another one for each run of any program.
  std::uint64_t next_salt();

  /// Where the run's requests are to be kept. A sentence when the file cannot take it.
  std::variant<RunLog, std::string> begin_log(const LoggedRun& run);
  /// What the log keeps of a workload.
  LoggedRun logged_job(const Workload& workload) const;

  /// Puts into the results what was spoken with the server; the first call counts.
  void note_protocol(const std::string& url, const std::string& http_version);

  /// Ends the program's work early: no further request is sent. Safe in a signal handler.
  void stop() { stop_ = true; }
  const std::atomic<bool>& stopped() const { return stop_; }

  /// Writes a line to stderr.
  void say(const std::string& line) const;
  /// Says a sentence on stderr; the program goes on.
  void warn(const std::string& sentence) const;
  /// Says a sentence on stderr and makes the program exit with 1.
  void fail(const std::string& sentence);
  bool failed() const { return failed_; }
  /// What bounded each run, in words, for the program's end.
  VerdictLines& verdicts() { return verdicts_; }
  /// Of searches, for the file of results.
  ProbeStore& probes() { return probes_; }

 private:
  std::string open_log();
  std::string read_key();
  std::string start_endpoint();

  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  Options options_;
  RunGroup team_;
  Api api_;
  std::unique_ptr<Endpoint> endpoint_;
  std::shared_ptr<Resolver> resolver_;
  std::unique_ptr<RequestLog> log_;
  std::atomic<std::uint64_t> salt_;
  VerdictLines verdicts_;
  ProbeStore probes_;
  std::atomic<bool> stop_{false};
  bool failed_ = false;
  bool protocol_noted_ = false;
};

}  // namespace paceline
