#pragma once

#include <unistd.h>

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <paceline/text/result.h>

namespace paceline::loop {

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
  /// The caller owns the descriptor from now on.
  int release() { return std::exchange(value_, -1); }
  void reset() {
    if (is_open()) ::close(release());
  }

 private:
  int value_ = -1;
};

/// no_descriptor for EMFILE and ENFILE, else system_error.
ErrorCode code_of_errno(int error);

/// The error of a descriptor that could not be opened, with the code of errno `error`. `purpose`:
/// such as "an event loop".
tl::unexpected<Error> fail_to_open(std::string_view purpose, int error);

/// Whether fewer than `count` descriptors can be opened: errno, or nothing. Closes what it opens.
std::optional<int> lacks_descriptors(std::size_t count);

/// Raises this process's limit on open descriptors to the most that the system allows, and returns
/// the limit.
std::size_t raise_open_files_limit();

}  // namespace paceline::loop
