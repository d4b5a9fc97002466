#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <paceline/message.h>
#include <paceline/stream_reader.h>
#include <paceline/tally.h>

namespace paceline {

/// Describes a workload for people and for a log.
struct Description {
  /// Name of the runs, such as "chat/stream".
  std::string name = "requests";
  /// Empty: none.
  std::string model{};
  /// URL of the requests, or its base. Empty: the URL of the program's API.
  std::string url{};
  /// Equal for workloads whose items make the same requests apart from the salt. A JSON object; its
  /// keys name what may differ. A text that begins with # is a hash.
  std::string fingerprint{};
  /// Whether any response is streamed, so that the arrival times of its tokens are known. Nothing:
  /// not known.
  std::optional<bool> is_streamed{};
};

/// Makes the request of item k and reads its response. Called on the run's thread only.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual Description describe() const { return {}; }
  /// Called before the first request of a run. With another salt, the same item must make another
  /// request. Otherwise a cache that an earlier run has filled could answer.
  virtual void begin_run(std::uint64_t /*salt*/) {}
  /// Makes the request of `item`. `request` may contain an earlier request, so set every field. On
  /// an error leave the URL empty: the request then fails, and read() returns the error.
  virtual void make(std::uint64_t item, Request& request) = 0;
  /// Reads the response to `request`. May grow the capacity of the body, for a parser's padding.
  virtual Outcome read(const Request& request, Response& response) = 0;
  /// Makes a reader of streamed responses; required if any request asks for one. Several readers
  /// are in use at once.
  virtual std::unique_ptr<StreamReader> make_stream_reader() { return nullptr; }
};

/// The outcome of a failed request.
Outcome failed(Failure failure, Error error);
/// The same with the error code of that kind of failure.
Outcome failed(Failure failure, std::string message);

/// The outcome by transport and HTTP status. A status from 200 to 299 is a success.
Outcome read_status(const Response& response);

}  // namespace paceline
