#pragma once

#include <paceline/clock.h>
#include <paceline/endpoint.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace paceline::endpoint {

/// Breaks the body of a response as a fault says. Decides only; the caller passes the time and
/// sends the bytes.
class BrokenBody {
 public:
  /// Whether `fault` breaks bodies. The other faults replace or delay a response.
  static bool is_broken_by(Fault fault);

  /// Begins a body of `size` bytes, or a stream if `size` is not set. Returns the size to announce;
  /// nothing: none.
  std::optional<std::uint64_t> begin(Fault fault, const FaultOptions& options,
                                     std::optional<std::uint64_t> size);

  /// What the caller does next.
  enum class Action {
    /// Read at most `Step::bytes` bytes of the good body, pass them to change(), and send them.
    send,
    /// Wait until due().
    wait,
    /// Send any bytes.
    fill,
    /// End the body.
    end,
    /// Close the connection.
    close,
    /// Reset the connection.
    reset,
  };
  struct Step {
    Action action;
    std::size_t bytes = 0;
  };
  /// `room`: bytes that can be sent at once, 1 or more.
  Step next(std::size_t room, TimePoint now) const;
  TimePoint due() const { return due_; }

  /// Counts the next bytes of the good body, and breaks them. `bytes` is not empty.
  void change(std::span<char> bytes, TimePoint now);
  /// Bytes that were counted.
  std::size_t bytes_sent() const { return bytes_sent_; }

  /// What the caller does after the last byte of the good body: end or close.
  Action after_end() const;

 private:
  Fault fault_ = Fault::close;
  std::chrono::nanoseconds byte_time_{0};
  TimePoint due_;
  std::size_t bytes_sent_ = 0;
  std::size_t good_bytes_ = 0;
};

}  // namespace paceline::endpoint
