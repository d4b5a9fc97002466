#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/endpoint.h>
#include <paceline/gbench/context.h>
#include <paceline/log/request_log.h>
#include <paceline/run/ranks.h>
#include <paceline/text/gate.h>
#include <paceline/text/result.h>
#include <programs/options.h>

namespace paceline::programs {

/// Owns what a program opens for its benchmarks: the embedded endpoint, the log and the context.
class Session {
 public:
  /// `gate`: knows the secrets of the arguments; open() adds the key. `ranks`: the processes of the
  /// program.
  Session(std::shared_ptr<text::Gate> gate, std::shared_ptr<run::Ranks> ranks)
      : gate_(std::move(gate)), ranks_(std::move(ranks)) {}

  /// Reads the key, opens the log, and starts the embedded endpoint if the API is needed and no URL
  /// was given. Of the processes on a machine, one starts the endpoint. On success there is a
  /// context.
  Result<void> open(const Options& options, bool needs_api);
  /// Valid from open() to close().
  gbench::Context& context() { return *context_; }

  /// Ends the embedded endpoint, and writes the rest of the log. Returns whether the benchmarks and
  /// the logs of all processes have succeeded.
  bool close();

 private:
  /// The part of open() that needs no other process.
  Result<void> open_alone(const Options& options, bool needs_endpoint, Api& api);
  Result<void> find_endpoint(Api& api);
  Result<void> read_key(const Options& options, Api& api);
  Result<void> read_aws_key(const Options& options, std::string_view key);
  Result<void> read_headers(const Options& options, Api& api);
  Result<void> open_log(const std::string& file);
  Result<void> start_endpoint(const Options& options);

  bool leads() const { return ranks_->index() == 0; }

  std::shared_ptr<text::Gate> gate_;
  std::shared_ptr<run::Ranks> ranks_;
  /// Between open_alone() and the making of the context.
  std::vector<std::string> interfaces_;
  std::unique_ptr<Endpoint> endpoint_;
  std::shared_ptr<log::RequestLog> log_;
  std::unique_ptr<gbench::Context> context_;
};

}  // namespace paceline::programs
