#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

/// Bounds the bytes that the responses of all exchanges in flight hold together.
class ResponseMemory {
 public:
  ResponseMemory(std::size_t limit, std::size_t exchanges) : limit_(limit), held_(exchanges) {}

  /// Exchange `number` now holds so many bytes. Where that is too much together, returns the one
  /// that holds the most, which is to give up what it holds.
  std::optional<std::size_t> hold(std::size_t number, std::size_t bytes);
  void release(std::size_t number) { hold(number, 0); }

  std::size_t limit() const { return limit_; }
  std::size_t total() const { return total_; }

 private:
  std::size_t limit_;
  std::size_t total_ = 0;
  std::vector<std::size_t> held_;
};

/// Memory for the bodies of responses, of which few are read at once. The last one given back is
/// the next one taken: it is still in the CPU's caches. Large buffers go back to the system.
class BodyPool {
 public:
  /// Returns an empty body, with the capacity of a spare one if there is any.
  std::string take();
  void give(std::string body);

 private:
  static constexpr std::size_t most_bytes = 16U << 20U;

  std::vector<std::string> bodies_;
  std::size_t bytes_ = 0;
};

}  // namespace paceline
