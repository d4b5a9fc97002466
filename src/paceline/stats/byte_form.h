#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <paceline/error.h>
#include <tl/expected.hpp>

namespace paceline::stats {

/// Lists the members of a class for ByteWriter and ByteReader. A specialization has a static
/// function list(form, value), which calls `form` with each member, in the order of the bytes.
template <typename Value>
struct Members;

/// Writes values as bytes that do not depend on the machine. Small numbers take one byte.
class ByteWriter {
 public:
  static constexpr bool reads = false;

  template <typename... Values>
  void operator()(const Values&... values) {
    (write(values), ...);
  }
  /// At most `most` numbers, of which many are 0.
  void counts(const std::vector<std::uint64_t>& counts, std::size_t most) {
    this->counts(counts, most, [](std::size_t /*place*/) { return std::size_t{0}; });
  }
  /// `zeros_at`: how many numbers from this place on are known to be 0.
  template <typename ZerosAt>
  void counts(const std::vector<std::uint64_t>& counts, std::size_t /*most*/,
              const ZerosAt& zeros_at) {
    // The number of zeros before each other number, and that number.
    write(std::uint64_t{counts.size()});
    std::size_t next = 0;
    for (std::size_t place = 0; place < counts.size();) {
      if (const std::size_t zeros = zeros_at(place); zeros > 0) {
        place += zeros;
        continue;
      }
      if (const std::uint64_t count = counts[place++]; count > 0) {
        write(std::uint64_t{place - 1 - next});
        write(count);
        next = place;
      }
    }
    if (next < counts.size()) write(std::uint64_t{counts.size() - next});
  }
  std::string take() { return std::move(bytes_); }

 private:
  void write(std::uint64_t number);
  void write(std::int64_t number);
  void write(double number);
  void write(const std::string& text);

  void write(bool value) { write(std::uint64_t{value}); }
  template <typename Value>
  requires std::is_enum_v<Value>
  void write(Value value) { write(static_cast<std::int64_t>(value)); }
  void write(std::chrono::nanoseconds time) { write(std::int64_t{time.count()}); }
  template <typename Value>
  void write(const std::optional<Value>& value) {
    write(value.has_value());
    if (value) write(*value);
  }
  template <typename Value, std::size_t size>
  void write(const std::array<Value, size>& values) {
    for (const Value& value : values) write(value);
  }
  template <typename Value>
  void write(const tl::expected<Value, Error>& result) {
    write(result.has_value());
    result ? write(*result) : write(result.error());
  }
  template <typename Value>
  void write(const std::vector<Value>& values) {
    write(std::uint64_t{values.size()});
    for (const Value& value : values) write(value);
  }
  template <typename Value>
  requires std::is_class_v<Value>
  void write(const Value& value) { Members<Value>::list(*this, value); }

  std::string bytes_;
};

/// Reads what ByteWriter has written. After damaged bytes every number is 0.
class ByteReader {
 public:
  static constexpr bool reads = true;

  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (read(values), ...);
  }
  void counts(std::vector<std::uint64_t>& counts, std::size_t most);
  template <typename ZerosAt>
  void counts(std::vector<std::uint64_t>& counts, std::size_t most, const ZerosAt& /*zeros_at*/) {
    this->counts(counts, most);
  }
  /// Counts the bytes as damaged if the condition does not hold.
  void require(bool holds) {
    if (!holds) is_damaged_ = true;
  }
  bool is_damaged() const { return is_damaged_; }
  /// Whether all bytes were read, and none was damaged.
  bool is_at_end() const { return !is_damaged_ && rest_.empty(); }

 private:
  std::string_view take(std::size_t size);
  void read(std::uint64_t& number);
  void read(std::int64_t& number);
  void read(double& number);
  void read(std::string& text);

  void read(bool& value) {
    std::uint64_t number = 0;
    read(number);
    require(number <= 1);
    value = number != 0;
  }
  /// The bytes come from a program of the same version, so that each number names a value.
  template <typename Value>
  requires std::is_enum_v<Value>
  void read(Value& value) {
    std::int64_t number = 0;
    read(number);
    value = static_cast<Value>(number);
  }
  void read(std::chrono::nanoseconds& time) {
    std::int64_t number = 0;
    read(number);
    time = std::chrono::nanoseconds(number);
  }
  template <typename Value>
  void read(std::optional<Value>& value) {
    bool has_value = false;
    read(has_value);
    value.reset();
    if (has_value) read(value.emplace());
  }
  template <typename Value, std::size_t size>
  void read(std::array<Value, size>& values) {
    for (Value& value : values) read(value);
  }
  template <typename Value>
  void read(tl::expected<Value, Error>& result) {
    bool has_value = false;
    read(has_value);
    Value value{};
    Error error;
    has_value ? read(value) : read(error);
    if (has_value) {
      result = std::move(value);
    } else {
      result = tl::unexpected(std::move(error));
    }
  }
  template <typename Value>
  void read(std::vector<Value>& values) {
    std::uint64_t size = 0;
    read(size);
    values.clear();
    // A damaged size ends the loop at the end of the bytes, before the memory is used.
    for (; size > 0 && !is_damaged_; --size) read(values.emplace_back());
  }
  template <typename Value>
  requires std::is_class_v<Value>
  void read(Value& value) { Members<Value>::list(*this, value); }

  std::string_view rest_;
  bool is_damaged_ = false;
};

/// The members of an error.
template <>
struct Members<Error> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& error) {
    auto& [code, message, status] = error;
    form(code, message, status);
  }
};

/// The bytes of a value that has Members, or of a vector or optional of such values.
template <typename Value>
std::string to_bytes(const Value& value) {
  ByteWriter writer;
  writer(value);
  return writer.take();
}

/// The value of these bytes; nothing if they are damaged.
template <typename Value>
std::optional<Value> of_bytes(std::string_view bytes) {
  ByteReader reader(bytes);
  std::optional<Value> value(std::in_place);
  reader(*value);
  if (!reader.is_at_end()) value.reset();
  return value;
}

}  // namespace paceline::stats
