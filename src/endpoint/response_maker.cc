#include <endpoint/response_maker.h>

namespace paceline::endpoint {

void ResponseMaker::set(unsigned status, const char* type, std::string_view body,
                        Request& request) const {
  request.status = status;
  request.whole_body = body;
  if (request.has_broken_body()) {
    set_broken(body.size(), request);
  } else {
    request.response.reset(MHD_create_response_from_buffer(
        body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_PERSISTENT));
  }
  add_header(request, MHD_HTTP_HEADER_CONTENT_TYPE, type);
}

void ResponseMaker::set_stream(const GenerationFormat& format, Request& request) const {
  request.status = MHD_HTTP_OK;
  request.whole_body = {};
  request.format = &format;
  if (request.has_broken_body()) {
    set_broken(std::nullopt, request);
  } else {
    sender_.set_response(std::nullopt, request);
  }
  add_header(request, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream; charset=utf-8");
  add_header(request, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
}

void ResponseMaker::set_error(const ApiError& error, Request& request) const {
  write_error(error, request.response_body);
  set(error.status, json_type, request.response_body, request);
}

void ResponseMaker::set_overloaded(Request& request) const {
  set_error({.status = MHD_HTTP_SERVICE_UNAVAILABLE,
             .message = "The engine is currently overloaded, please try again later",
             .type = "server_error"},
            request);
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
  sender_.set_response(request.broken_body.begin(*request.fault, faults_, size), request);
}

}  // namespace paceline::endpoint
