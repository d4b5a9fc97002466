#pragma once

#include <unistd.h>

#include <utility>

namespace paceline {

/// Owns a file descriptor. -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }

  int get() const { return value_; }
  bool is_open() const { return value_ >= 0; }
  /// To who owns it from now on.
  int release() { return std::exchange(value_, -1); }
  void reset() {
    if (is_open()) ::close(release());
  }

 private:
  int value_ = -1;
};

}  // namespace paceline
