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
#include <paceline/http/response_memory.h>
#include <paceline/http/transport.h>

namespace paceline::http {

/// Assembles the responses of a client's exchanges: decodes their bodies, hands on or keeps the
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
  /// As ResponseSink::take().
  bool take(Exchange& exchange, std::string_view piece, std::optional<TimePoint> received);
  /// Completes the response. An error without a message gets the usual one.
  void end(Exchange& exchange, TransportEnd end);
  /// Whether the rest of the response is not wanted.
  bool is_refused(const Exchange& exchange) const;
  /// Returns the response's buffers to the pool.
  void drop(Exchange& exchange);

 private:
  /// The state of one response.
  struct State {
    std::unique_ptr<ContentDecoder> decoder{};
    /// Decoded bytes of the body so far.
    std::size_t length = 0;
    /// Why the rest of the response is not read; ok: it is read.
    TransportError refused = TransportError::ok;
    Error why{};
  };

  State& state_of(const Exchange& exchange) { return states_[exchange.number]; }
  /// Reads the Content-Encoding, before the first piece of the body.
  bool begin_body(Exchange& exchange);
  bool take_decoded(Exchange& exchange, std::string_view piece);
  bool keep(Exchange& exchange, std::string_view piece);
  /// Records the bytes that the response holds in memory. Returns false when the bound is exceeded
  /// and this response is the longest.
  bool hold(Exchange& exchange, std::size_t bytes);
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
