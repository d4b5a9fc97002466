#pragma once

#include <endpoint/arrivals.h>
#include <endpoint/faults.h>
#include <endpoint/latency_model.h>
#include <endpoint/length_model.h>
#include <paceline/clock.h>
#include <paceline/histogram.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace paceline {

/// How an endpoint behaves, and where it listens. Times and lengths may be drawn at random.
struct EndpointOptions {
  /// To the first token of a response. Counts from the arrival of a request's headers, or from the
  /// end of its wait in the queue. Responses that no model makes are held back alike, errors too,
  /// but for those that refuse a body before it is read.
  LatencyModel latency = LatencyModel::fixed(std::chrono::nanoseconds(0));
  /// The time of each token after the first.
  LatencyModel token_time = LatencyModel::fixed(std::chrono::nanoseconds(0));
  /// A response that does not stream takes the time of all of its tokens. Otherwise it takes the
  /// latency alone.
  bool whole_takes_token_time = true;
  /// Of a response that its request does not limit.
  LengthModel response_tokens = LengthModel::fixed(16);
  /// Most responses that are made at once; 0: no limit. A response ends when its last token has
  /// left or its client has gone.
  std::size_t concurrency = 0;
  /// Most requests that wait for a response to end, first come, first served; nothing: no limit.
  /// A further request gets 503 at once.
  std::optional<std::size_t> queue;
  /// Requests and tokens a minute that all clients together may have, as RateLimiter says; 0: as
  /// many as they like. They count requests for a model's response, and the tokens that its usage
  /// tells. One more gets 429 at once, and each response says in x-ratelimit-* what is left.
  std::uint64_t rpm_limit = 0;
  std::uint64_t tpm_limit = 0;
  /// What is wrong with some of the responses, whatever they answer.
  FaultOptions faults{};
  /// Connections that have had no request for so long are closed; 0: none.
  std::chrono::milliseconds idle_timeout{0};
  /// The key that paths under /v1 demand; empty demands none.
  std::string required_key;
  /// How many arrivals to record, the first ones; 0 records none. The memory is taken at the start.
  std::size_t record_arrivals = 0;
  /// Arrivals are when the kernel had them, and latencies count from then, instead of from when the
  /// endpoint came to read them. Costs it a microsecond a request.
  bool has_kernel_times = false;
  /// 0 lets the system choose.
  std::uint16_t port = 0;
  /// Of all request bodies in memory together. Past that, a request gets 503 before or after its
  /// body, which is dropped.
  std::size_t max_body_bytes = std::size_t{256} << 20U;
  /// An IPv4 address of this machine.
  std::string address = "127.0.0.1";
  /// Fewer if the limit on open files is lower; start() raises that up to the hard limit.
  std::size_t max_connections = 20'000;
};

/// An HTTP/1.1 server on libmicrohttpd that stands in for the OpenAI API, in a thread and on a loop
/// of its own. Answers chat completions, responses and completions, streamed or whole, embeddings
/// and models as that API does, with words of no meaning; max_tokens as well as vLLM's min_tokens
/// and ignore_eos hold, and the cached tokens of the usage are those of a prefix cache. GET /health
/// and GET /metrics are about the server itself: without a key, latency or fault, and not recorded.
/// GET / answers "ok", and POST /echo the request's body. A longer body than 16 MiB gets 413. A
/// refused key, and a body whose length is refused, is answered before the body is read. A client
/// that closes its side of the connection has gone: its response ends there. Its functions are for
/// one thread, the owner's.
class Endpoint {
 public:
  /// The string is a sentence: why it could not start and what to do.
  static std::variant<std::unique_ptr<Endpoint>, std::string> start(EndpointOptions options);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// The API's base, such as "http://127.0.0.1:8080/v1".
  std::string url() const;
  /// The port it listens on, chosen by the system where the options have 0.
  std::uint16_t port() const;

  /// How many requests have arrived.
  std::uint64_t requests() const;
  /// When each recorded request arrived, in that order; see most_in_window().
  std::vector<TimePoint> arrivals() const;
  /// The same with the times of the responses.
  std::vector<Arrival> record() const;
  /// Between the events with content of each recorded response.
  Histogram token_gaps() const;
  /// CPU time of the endpoint's thread, to tell it from the client's in one process.
  std::chrono::nanoseconds cpu_time() const;

  /// Drops requests still held back, closes the port and ends the thread; twice does no harm.
  void stop();

 private:
  class Worker;

  explicit Endpoint(std::unique_ptr<Worker> worker);

  std::unique_ptr<Worker> worker_;
};

}  // namespace paceline
