#include <endpoint/server.h>
#include <paceline/text/release_memory.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace paceline::endpoint {
namespace {

constexpr std::size_t longest_body = 16u << 20;
constexpr std::size_t no_record = std::numeric_limits<std::size_t>::max();
// A pooled request keeps its buffers, unless one long body would hold on to the memory for ever.
constexpr std::size_t kept_buffer = 64u << 10;

}  // namespace

MHD_Result Server::on_request(void* self, MHD_Connection* connection, const char* path,
                              const char* method, const char*, const char* upload,
                              std::size_t* upload_size, void** request) noexcept {
  try {
    auto& server = *static_cast<Server*>(self);
    if (*request == nullptr) {
      auto begun = server.begin(connection, path);
      *request = begun.get();
      return server.admit(path, method, *begun.release());
    }
    const std::string_view part(upload, *upload_size);
    *upload_size = 0;
    return server.handle(path, method, part, *static_cast<Request*>(*request));
  } catch (...) {
    return MHD_NO;  // Closes the connection; nothing may be thrown through libmicrohttpd.
  }
}

ssize_t Server::on_read(void* of, std::uint64_t, char* buffer, std::size_t room) noexcept {
  try {
    auto& request = *static_cast<Request*>(of);
    return request.server->read(request, {buffer, room});
  } catch (...) {
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
}

void Server::on_completed(void* self, MHD_Connection* connection, void** request,
                          MHD_RequestTerminationCode) noexcept {
  std::unique_ptr<Request> done(static_cast<Request*>(*request));
  *request = nullptr;
  if (!done) return;
  auto& server = *static_cast<Server*>(self);
  done->peer->request = nullptr;
  done->peer->came.when.reset();  // It may be of the request's body.
  server.leave(*done);
  server.idle_connections_.add(descriptor_of(connection));
  server.keep(std::move(done));
}

std::unique_ptr<Server::Request> Server::begin(MHD_Connection* connection, std::string_view path) {
  std::unique_ptr<Request> request;
  if (idle_.empty()) {
    request = std::make_unique<Request>();
    idle_.reserve(++requests_alive_);
  } else {
    request = std::move(idle_.back());
    idle_.pop_back();
  }
  request->server = this;
  request->connection = connection;
  request->peer = static_cast<Peer*>(
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
  request->peer->request = request.get();
  idle_connections_.remove(descriptor_of(connection));
  const auto& came = request->peer->came.when;
  request->arrived = came ? *came : Clock::now();
  request->due = request->arrived;
  request->recorded = no_record;
  request->fault.reset();
  request->has_gone = false;
  request->is_generated = false;
  request->refusal.reset();
  request->head = {};
  // Who looks after the server leaves no trace in what is measured.
  if (is_about_server(path)) return request;
  requests_.store(requests_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  request->fault = faults_.next();
  request->first_token_time = latency_.next();
  if (request->fault == Fault::delay) request->first_token_time += options_.faults.time;
  request->due += request->first_token_time;
  request->recorded = record_.arrived(request->arrived);
  return request;
}

// Refuses a body before it is read. The connection ends with that: where the next request would
// begin is not known, or only after all of the body.
MHD_Result Server::admit(std::string_view path, std::string_view method, Request& request) {
  const auto add = [](void* head, MHD_ValueKind, const char* name, std::size_t name_size,
                      const char* value, std::size_t value_size) {
    if (name == nullptr || value == nullptr) return MHD_YES;
    static_cast<ReceivedHead*>(head)->add({name, name_size}, {value, value_size});
    return MHD_YES;
  };
  ReceivedHead& head = request.head;
  MHD_get_connection_values_n(request.connection, MHD_HEADER_KIND, add, &head);
  set_id(head, id_prefix_, ++ids_, request.id);
  if (!head.has_body()) return MHD_YES;
  auto refusal = head.framing_error();
  if (!refusal && needs_key(path, method)) refusal = key_refusal(head);
  if (!refusal) refusal = body_refusal(0, head.content_length());
  if (!refusal) return MHD_YES;
  request.fault.reset();
  request.due = request.arrived;
  request.peer->has_unread_body = true;
  answer_error(*refusal, request);
  if (!request.response) return MHD_NO;
  MHD_add_response_header(request.response.get(), MHD_HTTP_HEADER_CONNECTION, "close");
  record_.responded(request.recorded, request.due, Clock::now());
  return send(request);
}

MHD_Result Server::handle(std::string_view path, std::string_view method, std::string_view upload,
                          Request& request) {
  if (stopping_.load(std::memory_order_relaxed) || request.has_gone) return MHD_NO;
  if (!upload.empty()) {
    take_body(upload, request);
    return MHD_YES;
  }
  if (request.fault == Fault::stall) {
    request.due = TimePoint::max();
    hold(request);
    return MHD_YES;
  }
  if (!request.response) {
    prepare(path, method, request);
    if (!request.response) return MHD_NO;
    if (request.whole.data() != request.body.data()) drop_body(request);
  }
  const auto now = Clock::now();
  if (now < request.due) {
    hold(request);
    return MHD_YES;
  }
  if (request.format == nullptr) {
    record_.responded(request.recorded, request.due, now);
    if (request.is_generated) {
      metrics_.generated_tokens += request.generation.all_tokens();
      finish(request);
    }
    leave(request);
  }
  if (ends_before_response(request)) return MHD_NO;
  return send(request);
}

MHD_Result Server::send(Request& request) {
  const std::size_t status_class = request.status / 100;
  if (status_class < metrics_.responses_by_class.size())
    ++metrics_.responses_by_class[status_class];
  MHD_add_response_header(request.response.get(), "x-request-id", request.id.c_str());
  return MHD_queue_response(request.connection, request.status, request.response.get());
}

void Server::take_body(std::string_view part, Request& request) {
  if (request.refusal) return;
  request.refusal = body_refusal(request.body.size(), part.size());
  if (request.refusal) return drop_body(request);
  request.body += part;
  body_bytes_ += part.size();
}

// A pooled request keeps a small buffer.
void Server::drop_body(Request& request) {
  body_bytes_ -= request.body.size();
  request.body.clear();
  if (request.body.capacity() > kept_buffer) release_memory(request.body);
}

// `new_bytes` more than the `own_bytes` that this request has already.
std::optional<ApiError> Server::body_refusal(std::uint64_t own_bytes,
                                             std::uint64_t new_bytes) const {
  if (new_bytes > longest_body || own_bytes + new_bytes > longest_body) {
    return ApiError{MHD_HTTP_CONTENT_TOO_LARGE,
                    "The request body is longer than 16 MiB: send a shorter one."};
  }
  if (body_bytes_ + new_bytes > options_.max_body_bytes) {
    return ApiError{.status = MHD_HTTP_SERVICE_UNAVAILABLE,
                    .message =
                        "The endpoint has as many request bodies in memory as it keeps: "
                        "send the request again later.",
                    .type = "server_error"};
  }
  return std::nullopt;
}

// Begins the response, or puts the request into the queue.
void Server::enter(Request& request) {
  request.due = TimePoint::max();
  capacity_.enter(request, request.place);
  if (request.place.is_served()) generate(request, request.arrived);
}

// The request is served from then on.
void Server::generate(Request& request, TimePoint from) {
  const auto& response = request.generation;
  auto due = from + request.first_token_time;
  if (response.streams) {
    request.stream.start(response, *request.format, due, token_time_);
  } else if (options_.token_time) {
    due += token_time_.sum(response.tokens - 1);
  }
  set_due(request, due);
}

ssize_t Server::read(Request& request, std::span<char> room) {
  if (stopping_.load(std::memory_order_relaxed) || request.has_gone) {
    return break_off(request, room);
  }
  return has_broken_body(request) ? read_broken(request, room) : read_stream(request, room);
}

// Ends the connection: what is written next fails. Told of an error instead, libmicrohttpd closes
// the descriptor of a client that has gone only when something happens on it, which is never.
ssize_t Server::break_off(const Request& request, std::span<char> room) {
  shutdown(descriptor_of(request.connection), SHUT_RDWR);
  room.front() = ' ';
  return 1;
}

ssize_t Server::read_stream(Request& request, std::span<char> room) {
  auto& stream = request.stream;
  if (stream.has_ended()) return MHD_CONTENT_READER_END_OF_STREAM;
  const auto now = Clock::now();
  const auto step = stream.read(room, now);
  if (step.tokens > 0) record_.content(request.recorded, now, step.tokens);
  metrics_.generated_tokens += step.tokens;
  if (stream.has_all_tokens()) leave(request);
  if (stream.has_ended()) finish(request);
  if (stream.has_ended()) record_.responded(request.recorded, stream.due(), now);
  if (step.bytes == 0) {
    request.due = stream.due();
    hold(request);
  }
  return static_cast<ssize_t>(step.bytes);
}

// If the request was served, the next in the queue is served instead.
void Server::leave(Request& request) {
  if (Request* next = capacity_.leave(request.place)) generate(*next, Clock::now());
}

void Server::finish(const Request& request) {
  ++(request.generation.is_capped ? metrics_.capped : metrics_.stopped);
}

void Server::keep(std::unique_ptr<Request> request) {
  drop_body(*request);
  const std::size_t longest =
      std::max({request->body.capacity(), request->response_body.capacity(), request->stream.kept(),
                request->generation.json.capacity()});
  if (longest > kept_buffer) {
    --requests_alive_;
    return;
  }
  request->format = nullptr;
  request->generation.echoes = {};
  request->response.reset();
  // begin() has made room, so this cannot throw.
  idle_.push_back(std::move(request));
}

}  // namespace paceline::endpoint
