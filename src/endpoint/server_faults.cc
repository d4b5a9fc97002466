#include <endpoint/server.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace paceline::endpoint {
namespace {

bool breaks_body(Fault fault) {
  switch (fault) {
    case Fault::reset:
    case Fault::close:
    case Fault::half_event:
    case Fault::bad_json:
    case Fault::wrong_length:
    case Fault::slow_drip:
    case Fault::huge_body:
      return true;
    default:
      return false;
  }
}

// libmicrohttpd says goodbye before it closes, which only a connection that is no longer one
// escapes: Linux sends RST when it is dissolved.
void reset_connection(int descriptor) {
  const sockaddr nowhere{AF_UNSPEC, {}};
  static_cast<void>(connect(descriptor, &nowhere, sizeof(nowhere)));
}

}  // namespace

int Server::descriptor_of(MHD_Connection* connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

bool Server::has_broken_body(const Request& request) {
  return request.fault && breaks_body(*request.fault);
}

// Answers in place of the API.
bool Server::answer_fault(Request& request) const {
  if (request.fault == Fault::http_500) {
    answer_error({.status = MHD_HTTP_INTERNAL_SERVER_ERROR,
                  .message = "The server had an error while processing your request. Sorry about "
                             "that!",
                  .type = "server_error"},
                 request);
    return true;
  }
  if (request.fault == Fault::http_503) {
    answer_overloaded(request);
    return true;
  }
  return false;
}

bool Server::ends_before_response(const Request& request) const {
  if (options_.faults.after > 0) return false;
  if (request.fault == Fault::reset) reset_connection(descriptor_of(request.connection));
  return request.fault == Fault::reset || request.fault == Fault::close;
}

// `size` is MHD_SIZE_UNKNOWN for a stream.
void Server::answer_broken(std::uint64_t size, Request& request) const {
  constexpr std::uint64_t far_too_long = std::uint64_t{1} << 40U;
  constexpr std::size_t block = 32U << 10U;
  const bool streams = size == MHD_SIZE_UNKNOWN;
  request.good_bytes = options_.faults.after;
  if (!streams) request.good_bytes = std::min<std::uint64_t>(request.good_bytes, size / 2);
  if (request.fault == Fault::half_event && !streams) size = request.good_bytes;
  if (request.fault == Fault::wrong_length) size = streams ? far_too_long : size + 1;
  if (request.fault == Fault::huge_body) size = MHD_SIZE_UNKNOWN;
  request.bytes_sent = 0;
  request.response.reset(
      MHD_create_response_from_callback(size, block, &Server::on_read, &request, nullptr));
}

ssize_t Server::read_body(Request& request, std::span<char> room) {
  if (request.format != nullptr) return read_stream(request, room);
  const auto left = request.whole.substr(request.bytes_sent);
  if (left.empty()) return MHD_CONTENT_READER_END_OF_STREAM;
  const std::size_t size = std::min(left.size(), room.size());
  std::memcpy(room.data(), left.data(), size);
  return static_cast<ssize_t>(size);
}

ssize_t Server::read_broken(Request& request, std::span<char> room) {
  const Fault fault = *request.fault;
  if (fault == Fault::slow_drip) {
    if (Clock::now() < request.due) {
      hold(request);
      return 0;
    }
    room = room.first(1);
  } else if (fault != Fault::bad_json && fault != Fault::wrong_length) {
    if (request.bytes_sent >= request.good_bytes) return end_good_part(request, room);
    room = room.first(std::min(room.size(), request.good_bytes - request.bytes_sent));
  }
  const ssize_t read = read_body(request, room);
  if (read == MHD_CONTENT_READER_END_OF_STREAM && fault == Fault::wrong_length) {
    return break_off(request, room);
  }
  if (read <= 0) return read;
  const auto piece = room.first(static_cast<std::size_t>(read));
  request.bytes_sent += piece.size();
  if (fault == Fault::bad_json) std::replace(piece.begin(), piece.end(), '}', ' ');
  if (fault == Fault::slow_drip) request.due = Clock::now() + options_.faults.time;
  // A stream is to end within an event, not after one.
  if (piece.back() == '\n' && request.bytes_sent == request.good_bytes) ++request.good_bytes;
  return read;
}

ssize_t Server::end_good_part(const Request& request, std::span<char> room) {
  switch (*request.fault) {
    case Fault::huge_body:
      std::fill(room.begin(), room.end(), 'a');
      return static_cast<ssize_t>(room.size());
    case Fault::half_event:
      return MHD_CONTENT_READER_END_OF_STREAM;
    case Fault::reset:
      reset_connection(descriptor_of(request.connection));
      return break_off(request, room);
    default:
      return break_off(request, room);
  }
}

}  // namespace paceline::endpoint
