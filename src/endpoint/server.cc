#include <endpoint/server.h>
#include <fmt/format.h>
#include <paceline/text/strings.h>

#include <limits>
#include <random>
#include <utility>

namespace paceline::endpoint {
namespace {

constexpr std::size_t no_record = std::numeric_limits<std::size_t>::max();

std::string random_prefix() {
  std::random_device random;
  return fmt::format("req_{:08x}{:08x}", random(), random());
}

void read_headers(MHD_Connection* connection, ReceivedHead& head) {
  const auto add = [](void* into, MHD_ValueKind, const char* name, std::size_t name_size,
                      const char* value, std::size_t value_size) {
    if (name == nullptr || value == nullptr) return MHD_YES;
    static_cast<ReceivedHead*>(into)->add({name, name_size}, {value, value_size});
    return MHD_YES;
  };
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, add, &head);
}

}  // namespace

RequestHandler::RequestHandler(const EndpointOptions& options, Connections& connections,
                               HeldRequests& held, ArrivalRecord& record,
                               const std::atomic<bool>& stopping)
    : options_(options),
      connections_(connections),
      held_(held),
      record_(record),
      stopping_(stopping),
      faults_(fault_dice(options)),
      admission_(options),
      generator_(options, held),
      body_sender_(held, generator_, record, metrics_, stopping),
      responses_(options, body_sender_),
      api_(options, generator_, responses_, metrics_,
           [this] {
             return Gauges{generator_.running(), generator_.waiting(), connections_.size(),
                           admission_.body_bytes()};
           }),
      id_prefix_(random_prefix()) {}

MHD_Result RequestHandler::on_request(void* self, MHD_Connection* connection, const char* path,
                                      const char* method, const char*, const char* upload,
                                      std::size_t* upload_size, void** request) noexcept {
  try {
    auto& handler = *static_cast<RequestHandler*>(self);
    if (*request == nullptr) {
      auto begun = handler.begin(connection, path);
      *request = begun.get();
      return handler.admit(path, method, *begun.release());
    }
    const std::string_view part(upload, *upload_size);
    *upload_size = 0;
    return handler.handle(path, method, part, *static_cast<Request*>(*request));
  } catch (...) {
    return MHD_NO;  // Closes the connection.
  }
}

void RequestHandler::on_completed(void* self, MHD_Connection*, void** of,
                                  MHD_RequestTerminationCode) noexcept {
  std::unique_ptr<Request> request(static_cast<Request*>(std::exchange(*of, nullptr)));
  if (!request) return;
  auto& handler = *static_cast<RequestHandler*>(self);
  handler.generator_.leave(*request);
  handler.connections_.end_request(*request);
  handler.admission_.drop_body(*request);
  handler.pool_.give_back(std::move(request));
}

std::unique_ptr<Request> RequestHandler::begin(MHD_Connection* connection, std::string_view path) {
  auto request = pool_.take();
  connections_.begin_request(connection, *request);
  request->due = request->arrived;
  request->record_place = no_record;
  request->error_form = Api::error_form(path);
  if (Api::is_about_server(path)) return request;
  requests_.store(requests_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  request->fault = faults_.next();
  request->first_token_time = generator_.draw_first_token_time();
  if (request->fault == Fault::delay) request->first_token_time += options_.faults.time;
  request->due += request->first_token_time;
  request->record_place = record_.arrived(request->arrived);
  return request;
}

MHD_Result RequestHandler::admit(std::string_view path, std::string_view method, Request& request) {
  read_headers(request.connection, request.head);
  set_id(request);
  const auto error = admission_.unread_body_error(path, method, request.head);
  if (!error) return MHD_YES;
  request.fault.reset();
  request.due = request.arrived;
  request.client->has_unread_body = true;
  responses_.set_error(*error, request);
  if (!request.response) return MHD_NO;
  ResponseMaker::add_header(request, MHD_HTTP_HEADER_CONNECTION, "close");
  record_.responded(request.record_place, request.due, Clock::now());
  return send(request);
}

MHD_Result RequestHandler::handle(std::string_view path, std::string_view method,
                                  std::string_view upload, Request& request) {
  if (stopping_.load(std::memory_order_relaxed) || request.has_gone) return MHD_NO;
  if (!upload.empty()) {
    admission_.take_body(upload, request);
    return MHD_YES;
  }
  if (request.fault == Fault::stall) {
    request.due = TimePoint::max();
    held_.hold(request);
    return MHD_YES;
  }
  if (!request.response) {
    prepare(path, method, request);
    if (!request.response) return MHD_NO;
    if (request.whole_body.data() != request.body.data()) admission_.drop_body(request);
  }
  const auto now = Clock::now();
  if (now < request.due) {
    held_.hold(request);
    return MHD_YES;
  }
  if (request.format == nullptr) {
    record_.responded(request.record_place, request.due, now);
    if (request.is_generated) {
      metrics_.generated_tokens += request.generation.all_tokens();
      metrics_.count_generated(request.generation.is_capped);
    }
    generator_.leave(request);
  }
  return ends_before_response(request) ? MHD_NO : send(request);
}

void RequestHandler::prepare(std::string_view path, std::string_view method, Request& request) {
  if (const auto error = admission_.key_error(path, method, request.head)) {
    return responses_.set_error(*error, request);
  }
  if (!responses_.set_fault(request)) api_.answer(path, method, request);
}

MHD_Result RequestHandler::send(Request& request) {
  const std::size_t status_class = request.status / 100;
  if (status_class < metrics_.responses_by_class.size()) {
    ++metrics_.responses_by_class[status_class];
  }
  ResponseMaker::add_header(request, "x-request-id", request.id.c_str());
  return MHD_queue_response(request.connection, request.status, request.response.get());
}

bool RequestHandler::ends_before_response(const Request& request) const {
  if (options_.faults.after > 0) return false;
  if (request.fault == Fault::reset) request.client->reset();
  return request.fault == Fault::reset || request.fault == Fault::close;
}

void RequestHandler::set_id(Request& request) {
  constexpr std::size_t width = 16;
  ++ids_;
  request.id.clear();
  if (const auto given = request.head.request_id()) {
    request.id += *given;
  } else {
    request.id += id_prefix_;
    text::append_number(ids_, request.id, width);
  }
}

Server::Server(loop::Loop& loop, EndpointOptions options, std::chrono::milliseconds handshake_limit)
    : options_(std::move(options)),
      record_(options_.record_arrivals),
      loop_(loop),
      wakeup_(loop_, [this] { loop_.stop(); }),
      connections_(loop_, options_, stopping_, handshake_limit),
      held_(loop_, connections_, stopping_),
      handler_(options_, connections_, held_, record_, stopping_) {}

// The daemons call the handler while they stop.
Server::~Server() {
  connections_.close();
}

Result<void> Server::listen() {
  if (auto opened = held_.open(); !opened) return opened;
  return connections_.listen(
      {.handler = &handler_,
       .on_request = &RequestHandler::on_request,
       .on_completed = &RequestHandler::on_completed,
       .on_served = [this] { held_.send_due(); },
       .on_hang_up = [this](Request& request) { return held_.abandon(request); }});
}

std::string Server::origin() const {
  const char* scheme = options_.cert_file.empty() ? "http" : "https";
  return fmt::format("{}://{}:{}", scheme, options_.address, port());
}

void Server::run() {
  loop_.run();
  held_.resume_all();
  connections_.close();
}

void Server::stop() {
  stopping_ = true;
  wakeup_.send();
}

}  // namespace paceline::endpoint
