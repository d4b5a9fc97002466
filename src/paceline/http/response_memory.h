#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace paceline::http {

/// Bounds the total memory of the responses of all exchanges in flight.
class ResponseMemory {
 public:
  ResponseMemory(std::size_t limit, std::size_t exchanges) : limit_(limit), held_(exchanges) {}

  /// Records that exchange `number` now holds `bytes`. Where the total exceeds the limit, returns
  /// the exchange that holds the most and has to give up its memory.
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

}  // namespace paceline::http
