#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/http/content_decoder.h>
#include <paceline/http/transport.h>

namespace paceline::http {

/// Bounds the total memory of the responses of all exchanges in flight.
class ResponseMemory {
 public:
  ResponseMemory(std::size_t limit, std::size_t exchanges) : limit_(limit), held_(exchanges) {}

  /// Records that exchange `number` now holds `bytes`. If the total exceeds the limit, returns the
  /// exchange that holds the most and has to give up its memory.
  std::optional<std::size_t> hold(std::size_t number, std::size_t bytes);
  void release(std::size_t number) { hold(number, 0); }

  std::size_t limit() const { return limit_; }
  std::size_t total() const { return total_; }

 private:
  std::size_t limit_;
  std::size_t total_ = 0;
  std::vector<std::size_t> held_;
};

/// A pool of buffers for the bodies of responses. The buffer that was returned last is taken first,
/// because it is still in the CPU's caches. The pool keeps at most 16 MiB.
class BodyPool {
 public:
  /// Returns an empty body, with the capacity of a pooled one if there is any.
  std::string take();
  void give(std::string body);

 private:
  static constexpr std::size_t most_bytes = 16U << 20U;

  std::vector<std::string> bodies_;
  std::size_t bytes_ = 0;
};

/// Assembles the responses of a client's exchanges: decodes their bodies, passes on or keeps the
/// pieces, and bounds their memory. For the loop's thread only.
class ResponseCollector {
 public:
  struct Options {
    std::size_t max_response;
    std::size_t memory;
    std::chrono::milliseconds timeout;
    std::size_t exchanges;
  };
  /// Takes a piece of a streamed response, with the time at which the piece arrived. Returns how
  /// many bytes of the response are held in memory; nothing ends the exchange as too large.
  using OnPiece =
      std::function<std::optional<std::size_t>(Exchange&, std::string_view piece, TimePoint read)>;
  /// Called with the number of an exchange that takes too much memory, while a piece of another
  /// exchange is taken. The exchange is refused from then on.
  using OnMemoryFull = std::function<void(std::size_t number)>;

  ResponseCollector(const Options& options, OnPiece on_piece, OnMemoryFull on_memory_full);

  /// Clears the exchange's response.
  void begin(Exchange& exchange);
  /// Like ResponseSink::take().
  bool take(Exchange& exchange, std::string_view piece, std::optional<TimePoint> received);
  /// Completes the response. An error without a message gets the default message.
  void end(Exchange& exchange, TransportEnd end);
  /// Whether the rest of the response is unwanted.
  bool is_refused(const Exchange& exchange) const;
  /// Returns the response's buffers to the pool.
  void drop(Exchange& exchange);

 private:
  /// The state of one response.
  struct State {
    std::unique_ptr<ContentDecoder> decoder{};
    /// Decoded bytes of the body so far.
    std::size_t length = 0;
    /// Bytes that the body or its reader holds in memory.
    std::size_t kept = 0;
    /// Why the rest of the response is not read; ok: it is read.
    TransportError refused = TransportError::ok;
    Error why{};
  };

  State& state_of(const Exchange& exchange) { return states_[exchange.number]; }
  /// Reads the Content-Encoding, before the first piece of the body.
  bool begin_body(Exchange& exchange);
  bool take_decoded(Exchange& exchange, std::string_view piece);
  bool keep(Exchange& exchange, std::string_view piece);
  /// Records the bytes that the body or its reader holds in memory. Returns false if the bound is
  /// exceeded and this response is the longest.
  bool hold(Exchange& exchange, std::size_t bytes);
  /// Records the memory of the body and of its decoder. Returns the same as hold().
  bool hold_all(Exchange& exchange);
  void refuse_for_memory(std::size_t number);
  bool refuse(const Exchange& exchange, TransportError error, Error why);

  Options options_;
  OnPiece on_piece_;
  OnMemoryFull on_memory_full_;
  ResponseMemory memory_;
  BodyPool bodies_;
  /// By exchange number.
  std::vector<State> states_;
};

}  // namespace paceline::http
