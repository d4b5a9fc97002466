#include <endpoint/connections.h>
#include <endpoint/response_maker.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace paceline::endpoint {
namespace {

// Returns a byte instead of an error. After an error, libmicrohttpd would close the descriptor only
// at its next event, and a client that has gone causes none.
ssize_t break_off(const Request& request, std::span<char> room) {
  request.client->shut();
  room.front() = ' ';
  return 1;
}

}  // namespace

BodySender::BodySender(HeldRequests& held, Generator& generator, ArrivalRecord& record,
                       Metrics& metrics, const std::atomic<bool>& stopping)
    : held_(held), generator_(generator), record_(record), metrics_(metrics), stopping_(stopping) {}

void BodySender::set_response(std::optional<std::uint64_t> size, Request& request) {
  constexpr std::size_t block = 32U << 10U;
  request.body_sender = this;
  request.response.reset(MHD_create_response_from_callback(
      size.value_or(MHD_SIZE_UNKNOWN), block, &BodySender::on_read, &request, nullptr));
}

ssize_t BodySender::on_read(void* of, std::uint64_t, char* buffer, std::size_t room) noexcept {
  try {
    auto& request = *static_cast<Request*>(of);
    return request.body_sender->read(request, {buffer, room});
  } catch (...) {
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
}

ssize_t BodySender::read(Request& request, std::span<char> room) {
  if (stopping_.load(std::memory_order_relaxed) || request.has_gone) {
    return break_off(request, room);
  }
  if (request.has_broken_body()) return read_broken(request, room);
  return request.is_compressed ? read_compressed(request, room) : read_stream(request, room);
}

// Flushes after the events that are due, so that a client can decode each of them when it arrives.
ssize_t BodySender::read_compressed(Request& request, std::span<char> room) {
  auto& left = request.compressed_left;
  if (left.empty()) {
    if (!request.gzip) return MHD_CONTENT_READER_END_OF_STREAM;
    std::array<char, 16'384> events;
    const ssize_t size = read_stream(request, events);
    if (size <= 0) return size;
    const std::string_view part(events.data(), static_cast<std::size_t>(size));
    request.compressed.clear();
    if (request.stream.has_ended()) {
      request.gzip->finish(part, request.compressed);
      request.gzip.reset();
    } else {
      request.gzip->add(part, request.compressed);
    }
    left = request.compressed;
  }
  const std::size_t size = std::min(left.size(), room.size());
  std::memcpy(room.data(), left.data(), size);
  left.remove_prefix(size);
  return static_cast<ssize_t>(size);
}

ssize_t BodySender::read_broken(Request& request, std::span<char> room) {
  using Action = BrokenBody::Action;
  BrokenBody& broken = request.broken_body;
  const auto step = broken.next(room.size(), Clock::now());
  switch (step.action) {
    case Action::wait:
      request.due = broken.due();
      held_.hold(request);
      return 0;
    case Action::fill:
      std::fill(room.begin(), room.end(), 'a');
      return static_cast<ssize_t>(room.size());
    case Action::end:
      return MHD_CONTENT_READER_END_OF_STREAM;
    case Action::reset:
      request.client->reset();
      return break_off(request, room);
    case Action::close:
      return break_off(request, room);
    case Action::send:
      break;
  }
  const ssize_t size = read_good(request, room.first(step.bytes));
  if (size == MHD_CONTENT_READER_END_OF_STREAM && broken.after_end() == Action::close) {
    return break_off(request, room);
  }
  if (size > 0) broken.change(room.first(static_cast<std::size_t>(size)), Clock::now());
  return size;
}

ssize_t BodySender::read_good(Request& request, std::span<char> room) {
  if (request.format != nullptr) return read_stream(request, room);
  const auto left = request.whole_body.substr(request.broken_body.bytes_sent());
  if (left.empty()) return MHD_CONTENT_READER_END_OF_STREAM;
  const std::size_t size = std::min(left.size(), room.size());
  std::memcpy(room.data(), left.data(), size);
  return static_cast<ssize_t>(size);
}

ssize_t BodySender::read_stream(Request& request, std::span<char> room) {
  auto& stream = request.stream;
  if (stream.has_ended()) return MHD_CONTENT_READER_END_OF_STREAM;
  const auto now = Clock::now();
  const auto step = stream.read(room, now);
  if (step.tokens > 0) record_.content(request.record_place, now, step.events);
  metrics_.generated_tokens += step.tokens;
  if (stream.has_all_tokens()) generator_.leave(request);
  if (stream.has_ended()) {
    if (!request.generation.fails) metrics_.count_generated(request.generation.is_capped);
    record_.responded(request.record_place, stream.due(), now);
  }
  if (step.bytes == 0) {
    request.due = stream.due();
    held_.hold(request);
  }
  return static_cast<ssize_t>(step.bytes);
}

void ResponseMaker::set(unsigned status, const char* type, std::string_view body,
                        Request& request) const {
  request.status = status;
  request.whole_body = body;
  if (request.has_broken_body()) {
    set_broken(body.size(), request);
  } else {
    if (is_to_compress(request)) {
      request.compressed.clear();
      GzipStream().finish(body, request.compressed);
      request.is_compressed = true;
      body = request.compressed;
    }
    request.response.reset(MHD_create_response_from_buffer(
        body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_PERSISTENT));
  }
  add_compression_headers(request);
  add_header(request, MHD_HTTP_HEADER_CONTENT_TYPE, type);
}

void ResponseMaker::set_stream(const GenerationFormat& format, Request& request) const {
  request.status = MHD_HTTP_OK;
  request.whole_body = {};
  request.format = &format;
  if (request.has_broken_body()) {
    set_broken(std::nullopt, request);
  } else {
    request.is_compressed = is_to_compress(request);
    if (request.is_compressed) request.gzip = std::make_unique<GzipStream>();
    sender_.set_response(std::nullopt, request);
  }
  add_compression_headers(request);
  add_header(request, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream; charset=utf-8");
  add_header(request, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
}

bool ResponseMaker::is_to_compress(const Request& request) const {
  return options_.compressed && request.head.accepts_gzip();
}

void ResponseMaker::add_compression_headers(Request& request) {
  if (!request.is_compressed) return;
  add_header(request, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
  add_header(request, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
}

void ResponseMaker::set_error(const ApiError& error, Request& request) const {
  write_error(error, request.error_form, request.response_body);
  set(error.status, json_type, request.response_body, request);
}

void ResponseMaker::set_overloaded(Request& request) const {
  constexpr unsigned status_of_anthropic = 529;
  ApiError error = overloaded();
  if (request.error_form == ErrorForm::anthropic) error.status = status_of_anthropic;
  set_error(error, request);
  add_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "1");
}

bool ResponseMaker::set_fault(Request& request) const {
  if (request.fault == Fault::http_500) {
    set_error({.status = MHD_HTTP_INTERNAL_SERVER_ERROR,
               .message = "The server had an error while processing your request. Sorry about "
                          "that!",
               .type = "server_error"},
              request);
    return true;
  }
  if (request.fault != Fault::http_503) return false;
  set_overloaded(request);
  return true;
}

void ResponseMaker::set_options(const char* allow, Request& request) const {
  request.status = MHD_HTTP_NO_CONTENT;
  request.whole_body = {};
  request.response.reset(MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT));
  add_header(request, MHD_HTTP_HEADER_ALLOW, allow);
}

void ResponseMaker::add_header(Request& request, const char* name, const char* value) {
  if (request.response) MHD_add_response_header(request.response.get(), name, value);
}

void ResponseMaker::set_broken(std::optional<std::uint64_t> size, Request& request) const {
  sender_.set_response(request.broken_body.begin(*request.fault, options_.faults, size), request);
}

}  // namespace paceline::endpoint
