#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "../unit/http2_bytes.h"
#include "byte_stream.h"

namespace paceline::http {

/// A server that sends frames of HTTP/2 as it is told, right or wrong. Calls block until they are
/// done, the client has disconnected, or the server stops.
class Http2Peer {
 public:
  struct Frame {
    int type = 0;
    int flags = 0;
    std::int32_t stream = 0;
    std::string payload{};

    bool ends_stream() const {
      return (type == frames::headers_type || type == frames::data_type) &&
             (flags & frames::end_stream) != 0;
    }
  };

  /// Sends these frames first. Other frames follow the client's settings.
  explicit Http2Peer(ByteStream& stream, std::string_view first = frames::settings())
      : stream_(stream) {
    stream_.write(first);
  }

  /// The next frame of the client; nothing: no further frame comes, or none before the deadline.
  std::optional<Frame> next(TimePoint until = TimePoint::max());
  /// Waits for a frame of that type, on that stream or any (0).
  std::optional<Frame> wait_for(int type, std::int32_t stream = 0);
  /// Waits for the headers of the next request. Returns its stream; 0: no request comes.
  std::int32_t hear_head() { return hear_from(heads_); }
  /// The same for a whole request.
  std::int32_t hear() { return hear_from(whole_); }
  /// Reads frames until the client disconnects, or for that time.
  void listen(std::chrono::milliseconds time = std::chrono::milliseconds(3'000));
  bool send(std::string_view bytes) { return stream_.write(bytes); }
  void pause(std::chrono::milliseconds time) { listen(time); }

  /// How many frames of each type have come.
  std::map<int, int> count;
  /// The error of the last RST_STREAM of each stream, and of the last GOAWAY (0).
  std::map<std::int32_t, std::uint32_t> errors;

 private:
  /// Takes a frame out of bytes_, if it is whole.
  std::optional<Frame> take();
  std::int32_t hear_from(std::deque<std::int32_t>& heard);

  ByteStream& stream_;
  std::string bytes_;
  bool has_preface_ = false;
  /// The streams of requests that have not been heard.
  std::deque<std::int32_t> heads_;
  std::deque<std::int32_t> whole_;
};

}  // namespace paceline::http
