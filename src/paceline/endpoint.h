#pragma once

#include <paceline/clock.h>
#include <paceline/error.h>
#include <paceline/histogram.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paceline {

/// The faults that a response can have.
enum class Fault {
  /// The status is 500.
  http_500,
  /// The status is 503.
  http_503,
  /// The response is delayed.
  delay,
  /// The response is never sent. The connection stays open until the client closes it.
  stall,
  /// The connection is reset in the middle of the body.
  reset,
  /// The connection is closed in the middle of the body.
  close,
  /// The body ends properly, but in the middle of an event or of the JSON.
  half_event,
  /// No JSON object in the body is closed.
  bad_json,
  /// Content-Length is larger than the body, and the connection is closed after the body.
  wrong_length,
  /// The body is sent one byte at a time.
  slow_drip,
  /// The body never ends.
  huge_body,
  /// A response of text ends after half of its tokens, as the API reports filtered content.
  content_filter,
  /// A stream ends with an error event after half of its tokens. A response of text that is not
  /// streamed is an error with the status 200.
  error_event,
  /// The arguments of a call of a tool, and the text of a JSON response, are no JSON.
  bad_output,
};

/// A fault and how often it occurs.
struct FaultShare {
  /// The fault.
  Fault fault = Fault::http_500;
  /// Share of the responses, above 0 and at most 1.
  double share = 1;
};

/// Which faults occur, and their parameters. A response has at most one fault.
struct FaultOptions {
  /// The sum of the shares is at most 1.
  std::vector<FaultShare> shares{};
  /// Bytes of the body before reset, close, half_event or huge_body breaks it; at most half of a
  /// body that is not streamed. With 0, reset and close happen before the headers.
  std::size_t after = 400;
  /// The delay of a delayed response, and the time per byte of a slow drip.
  std::chrono::nanoseconds time = std::chrono::seconds(1);
};

/// How an endpoint behaves, and where it listens. Equal options give equal times, lengths and
/// faults to equal sequences of requests.
struct EndpointOptions {
  /// The upper limit of every time.
  static constexpr std::chrono::hours longest_time{24};
  /// The most tokens of a response, even if its request allows more.
  static constexpr std::size_t longest_response = 1'000'000;
  /// The most tokens of an event.
  static constexpr std::size_t longest_event = 1'000;
  /// The most tokens of the prefix cache.
  static constexpr std::size_t largest_cache = std::size_t{1} << 31U;
  /// The time of each token of a stream if `token_time` is not set.
  static constexpr std::chrono::milliseconds default_token_time{5};

  /// Time from the arrival of a request's headers, or from the end of its wait in the queue, to the
  /// first token of the response. Responses without tokens take this time too, also errors, except
  /// errors that refuse a body before it is read.
  std::chrono::nanoseconds latency{0};
  /// Above 0, latencies are lognormal, with `latency` as their median and this as their p99.
  std::chrono::nanoseconds latency_p99{0};
  /// Share of the latencies, the slowest ones, that are `slow_factor` times as long.
  double slow_share = 0.05;
  /// At least 1.
  double slow_factor = 1;
  /// Time of each token after the first. If set, a response that is not streamed takes the time of
  /// all its tokens. If not, such a response takes the latency alone.
  std::optional<std::chrono::nanoseconds> token_time{};
  /// Above 0, token times are lognormal, with `token_time` as their median and this as their p99.
  std::chrono::nanoseconds token_time_p99{0};
  /// Tokens of a response whose request sets no limit, at least 1.
  std::size_t response_tokens = 16;
  /// Above 0, lengths are lognormal, with `response_tokens` as their median and this as their p99.
  std::size_t response_tokens_p99 = 0;
  /// Tokens of each event of a stream, from 1 to `longest_event`; the last event may have fewer. An
  /// event is sent when the last of its tokens is due.
  std::size_t tokens_per_event = 1;
  /// The capacity of the prefix cache in tokens of prompts, from 0 (no cache) to `largest_cache`.
  /// The endpoint rounds the capacity up. A million tokens take half a megabyte of memory.
  std::size_t cache_tokens = std::size_t{1} << 20U;
  /// Whether chat requests with the header X-Session-ID must carry the earlier messages of their
  /// session, with the endpoint's own answers. Another request gets 409.
  bool checks_sessions = false;
  /// Share of the responses that call a tool, from 0 to 1, among those that may call one of the
  /// request's tools but need not.
  double tool_calls = 0;
  /// Whether responses to requests that accept gzip are compressed, unless a fault breaks the body.
  bool compressed = false;
  /// Most responses that are generated at once; 0: no limit. A response ends when its last token is
  /// sent or its client has closed the connection.
  std::size_t concurrency = 0;
  /// Most requests that wait for a response to end, first come, first served; not set: no limit. A
  /// further request gets 503 at once. Needs a `concurrency`.
  std::optional<std::size_t> queue{};
  /// Requests per minute of all clients together; 0: no limit. Counts requests for text, embeddings
  /// and reranking. A further request gets 429 at once. Responses have x-ratelimit-* headers.
  std::uint64_t rpm_limit = 0;
  /// Tokens per minute of all clients together, as `usage` counts them; 0: no limit.
  std::uint64_t tpm_limit = 0;
  /// Faults of responses of every kind.
  FaultOptions faults{};
  /// Seed of random times, lengths and faults.
  std::uint64_t seed = 1;

  /// The IPv4 address of this machine to listen on.
  std::string address = "127.0.0.1";
  /// 0: the system chooses a free port.
  std::uint16_t port = 0;
  /// Path of a Unix socket to listen on too; empty: none. start() makes the file, and stop()
  /// removes it. A file that is left from a server that has ended is replaced.
  std::string unix_socket{};
  /// PEM file with the certificate for TLS, and any certificates between it and its authority;
  /// empty: no TLS. The endpoint then speaks HTTP/1.1 over TLS only. start() reads the file.
  std::string cert_file{};
  /// PEM file with the certificate's key, which is not encrypted; empty: `cert_file` contains the
  /// key.
  std::string key_file{};
  /// Most connections. The limit on open files may lower it; start() raises that limit to the hard
  /// limit.
  std::size_t max_connections = 20'000;
  /// A connection without a request for this time is closed; 0: never.
  std::chrono::nanoseconds idle_timeout{0};
  /// Most bytes of request bodies in memory. A request whose body would exceed this limit gets 503.
  std::size_t max_body_bytes = std::size_t{256} << 20U;
  /// API key that paths under /v1 and /v2, and /rerank, require; empty: none. Clients send the key
  /// as `Authorization: Bearer KEY`, `x-api-key: KEY` or `api-key: KEY`.
  std::string required_key{};

  /// How many requests to record, from the first one on. start() allocates the memory, 48 bytes per
  /// request.
  std::size_t record_arrivals = 0;
  /// Whether the time of arrival is the kernel's timestamp instead of the time at which the
  /// endpoint reads the request. With TLS it is the timestamp of the encrypted bytes, from before
  /// the endpoint decrypts them. Costs 1 us of CPU per request, with TLS next to nothing.
  bool has_kernel_times = false;
};

/// The record of one request. A response is sent when its bytes are handed to the socket. The time
/// of an event that has not happened is TimePoint::max().
struct Arrival {
  /// The request's headers arrived.
  TimePoint arrived;
  /// The end of the response was due.
  TimePoint due = TimePoint::max();
  /// The end of the response was sent.
  TimePoint responded = TimePoint::max();
  /// Events with content that were sent, if the response is streamed.
  std::uint32_t content_events = 0;
  /// The first event with content was sent.
  TimePoint first_content = TimePoint::max();
  /// The last event with content was sent.
  TimePoint last_content = TimePoint::max();

  /// Time from the arrival to the first event with content (TTFT).
  std::optional<std::chrono::nanoseconds> first_token_time() const;
  /// Mean time between events with content (TPOT), if there are two or more.
  std::optional<std::chrono::nanoseconds> time_per_token() const;
};

/// The most arrivals in any half-open window of this length. `arrivals` are in order.
std::size_t most_in_window(std::span<const TimePoint> arrivals, std::chrono::nanoseconds window);

/// An HTTP/1.1 server that stands in for the OpenAI API and for Anthropic's Messages API, in a
/// thread of its own.
///
/// Answers chat completions, responses, completions and messages, streamed or not, with meaningless
/// words; also embeddings, reranking and models. docs/endpoint.md lists the paths, and the fields
/// of a request that have an effect.
///
/// Not thread-safe: one thread owns the endpoint and calls its functions. All functions but start()
/// and stop() require a successful start().
class Endpoint {
 public:
  /// Only stores the options.
  explicit Endpoint(EndpointOptions options);
  /// Calls stop().
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Listens and starts the thread. Call once. Errors: invalid_value for options that cannot be
  /// used, port_in_use, listen_failed, socket_path_unusable, no_descriptor, endpoint_tls_missing,
  /// endpoint_certificate_unusable.
  std::optional<Error> start();
  /// Drops unanswered requests, closes all connections and the sockets, and ends the thread.
  /// Further calls have no effect.
  void stop();

  /// Base URL of the API, such as "http://127.0.0.1:8080/v1"; with TLS, https.
  std::string url() const;
  /// The port on which the endpoint listens.
  std::uint16_t port() const;

  /// Number of requests that have arrived, except GET /health and GET /metrics.
  std::uint64_t requests() const;
  /// Time of arrival of each recorded request, in order.
  std::vector<TimePoint> arrivals() const;
  /// The recorded requests, in order of arrival.
  std::vector<Arrival> record() const;
  /// Times between the events with content of each recorded response (ITL).
  Histogram token_gaps() const;
  /// CPU time of the endpoint's thread.
  std::chrono::nanoseconds cpu_time() const;

 private:
  class Worker;

  std::unique_ptr<Worker> worker_;
};

}  // namespace paceline
