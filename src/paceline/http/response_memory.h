#pragma once

#include <cstddef>
#include <optional>
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

}  // namespace paceline
