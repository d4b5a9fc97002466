#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "byte_stream.h"
#include "scripted_connection.h"

namespace paceline::http {

/// Plays scripts in HTTP/1.1.
class Http1Connection : public ScriptedConnection {
 public:
  explicit Http1Connection(ByteStream& stream) : stream_(stream) {}

  std::optional<HeardRequest> hear() override;
  std::optional<HeardRequest> hear_head() override;
  void play(const ResponseScript& script) override;
  void wait_for_cancel() override;
  void pause(std::chrono::milliseconds time) override { stream_.pause(time); }
  void reset_connection() override { stream_.reset(); }
  void close() override { stream_.close(); }

 private:
  /// Reads until heard_ has that many bytes; false if the connection ends before.
  bool read_until(std::size_t size);
  void play_body(const ResponseScript& script);

  ByteStream& stream_;
  /// Bytes that were read and belong to no request yet.
  std::string heard_;
};

}  // namespace paceline::http
