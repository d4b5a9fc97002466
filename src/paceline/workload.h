#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <paceline/message.h>
#include <paceline/stream_reader.h>
#include <paceline/tally.h>

namespace paceline {

/// What a workload asks, for people and for a log.
struct Description {
  /// The name of its runs, such as "chat/stream".
  std::string name = "requests";
  /// Empty: there is none.
  std::string model{};
  /// Where its requests go, or the base of it. Empty: to the API of the program.
  std::string url{};
  /// The same for workloads whose items ask the same, whatever their salt: a JSON object, whose
  /// keys name what differs between two of them. A text that begins with # is a hash.
  std::string fingerprint{};
  /// Whether any response streams, and so tells when its tokens came; nothing: that is not known.
  std::optional<bool> is_streamed{};
};

/// Makes the request of item k and reads its response. Called on the run's thread only.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual Description describe() const { return {}; }
  /// Called before the first request of a run. The same item with another salt is to make another
  /// request, so that no run is answered from a cache that an earlier one filled.
  virtual void begin_run(std::uint64_t /*salt*/) {}
  /// Fills `request`, which may hold an earlier item's: set every field. Where it cannot, it leaves
  /// the URL empty: the request fails, and read() says why.
  virtual void make(std::uint64_t item, Request& request) = 0;
  /// Reads the response to `request`; may grow the capacity of its body, for a parser's padding.
  virtual Outcome read(const Request& request, Response& response) = 0;
  /// A reader for requests whose response is streamed; they need one. Several are in use at once.
  virtual std::unique_ptr<StreamReader> make_stream_reader() { return nullptr; }
};

/// The outcome of a request that failed.
Outcome failed(Failure failure, Error error);
/// The same with the error code of that kind of failure.
Outcome failed(Failure failure, std::string message);

/// What transport and HTTP status say, for every workload: success is 200 to 299.
Outcome read_status(const Response& response);

}  // namespace paceline
