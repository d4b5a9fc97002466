#include <fmt/format.h>
#include <paceline/endpoint/server.h>

#include <algorithm>
#include <array>

namespace paceline {
namespace {

constexpr const char* json_type = "application/json";

struct Route {
  std::string_view path;
  std::string_view method;

  bool takes(std::string_view asked) const {
    return asked == method || (asked == "HEAD" && method == "GET");
  }
  const char* allow_header() const { return method == "GET" ? "GET, HEAD" : "POST"; }
};

constexpr std::array<Route, 4> routes = {
    {{"/v1/chat/completions", "POST"}, {"/v1/models", "GET"}, {"/", "GET"}, {"/echo", "POST"}}};

const Route* route_of(std::string_view path) {
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [path](const Route& route) { return route.path == path; });
  return found == routes.end() ? nullptr : &*found;
}

}  // namespace

void Server::prepare(MHD_Connection* connection, std::string_view path, std::string_view method,
                     Request& request) {
  const bool under_v1 = path.substr(0, 4) == "/v1/";
  if (under_v1 && !allowed(connection, request)) return;
  const Route* route = route_of(path);
  if (route == nullptr) {
    return answer_error(
        {MHD_HTTP_NOT_FOUND, fmt::format("Invalid URL ({} {})", method, path), {}, "unknown_url"},
        request);
  }
  if (!route->takes(method)) {
    answer_error({MHD_HTTP_METHOD_NOT_ALLOWED,
                  fmt::format("Only {} requests are accepted.", route->method),
                  {},
                  "method_not_supported"},
                 request);
    if (request.response) {
      MHD_add_response_header(request.response.get(), MHD_HTTP_HEADER_ALLOW, route->allow_header());
    }
    return;
  }
  if (request.too_long) {
    return answer_error(
        {MHD_HTTP_CONTENT_TOO_LARGE, "The request body is longer than 16 MB: send a shorter one."},
        request);
  }
  if (path == "/v1/chat/completions") {
    const unsigned status = chat_.answer(request.body, request.reply);
    return answer(status, json_type, request.reply, request);
  }
  if (path == "/v1/models") return answer(MHD_HTTP_OK, json_type, models_, request);
  if (path == "/echo") {
    return answer(MHD_HTTP_OK, "application/octet-stream", request.body, request);
  }
  answer(MHD_HTTP_OK, "text/plain", "ok", request);
}

bool Server::allowed(MHD_Connection* connection, Request& request) const {
  if (options_.required_key.empty()) return true;
  const char* given =
      MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
  if (given == nullptr) {
    answer_error({MHD_HTTP_UNAUTHORIZED,
                  "You didn't provide an API key. You need to provide your API key in an "
                  "Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."},
                 request);
    return false;
  }
  if (given == demanded_) return true;
  answer_error({MHD_HTTP_UNAUTHORIZED, "Incorrect API key provided.", {}, "invalid_api_key"},
               request);
  return false;
}

void Server::answer_error(const ApiError& error, Request& request) const {
  write_error(error, request.reply);
  answer(error.status, json_type, request.reply, request);
}

// The body stays in the request or the server, both of which outlive the reply.
void Server::answer(unsigned status, const char* type, std::string_view body,
                    Request& request) const {
  request.status = status;
  request.response.reset(MHD_create_response_from_buffer(
      body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_PERSISTENT));
  if (request.response) {
    MHD_add_response_header(request.response.get(), MHD_HTTP_HEADER_CONTENT_TYPE, type);
  }
}

}  // namespace paceline
