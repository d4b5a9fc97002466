#include "faulty_server.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

#include "../unit/started_endpoint.h"

namespace paceline::http {
namespace {

constexpr int most_connections = 16;

std::string event(std::string_view content) {
  return R"(data: {"choices":[{"index":0,"delta":{"content":")" + std::string(content) +
         "\"}}]}\n\n";
}

std::string good_body(bool is_streamed) {
  std::string body;
  for (int i = 0; i < 100; ++i) body += is_streamed ? event("word ") : "word ";
  return is_streamed ? body + "data: [DONE]\n\n"
                     : R"({"choices":[{"message":{"content":")" + body + "\"}}]}";
}

/// The ways in which the endpoint breaks a response that has begun.
ResponseScript broken_script(const FaultOptions& faults, bool is_streamed) {
  constexpr std::size_t far_too_long = std::size_t{1} << 40U;
  std::string body = good_body(is_streamed);
  const std::size_t size = body.size();
  const std::string good = body.substr(0, is_streamed ? faults.after : size / 2);
  ResponseScript script{.has_length = !is_streamed};
  switch (faults.shares.front().fault) {
    case Fault::reset:
    case Fault::close:
      if (faults.after == 0) script.status = 0;
      script.body = {{good}};
      script.length = size;
      script.end =
          faults.shares.front().fault == Fault::reset ? ResponseEnd::reset : ResponseEnd::closed;
      break;
    case Fault::half_event:
      script.body = {{good}};
      break;
    case Fault::bad_json:
      std::replace(body.begin(), body.end(), '}', ' ');
      script.body = {{body}};
      break;
    case Fault::wrong_length:
      script.body = {{body}};
      script.has_length = true;
      script.length = is_streamed ? far_too_long : size + 1;
      script.end = ResponseEnd::closed;
      break;
    case Fault::slow_drip:
      for (const char byte : body) {
        script.body.push_back(
            {std::string(1, byte), std::chrono::ceil<std::chrono::milliseconds>(faults.time)});
      }
      script.body.front().pause = {};
      break;
    case Fault::huge_body:
      script.body = {{good}, {std::string(1U << 20U, 'a')}};
      script.has_length = false;
      script.end = ResponseEnd::held;
      break;
    default:
      break;
  }
  return script;
}

void play_fault(ScriptedConnection& connection, const FaultOptions& faults, bool is_streamed) {
  switch (faults.shares.front().fault) {
    case Fault::http_500:
      return connection.play(response_with(500, R"({"error":{"type":"server_error"}})"));
    case Fault::http_503:
      return connection.play(
          response_with(503, R"({"error":{"type":"overloaded"}})", {{"retry-after", "1"}}));
    case Fault::delay:
      connection.pause(std::chrono::ceil<std::chrono::milliseconds>(faults.time));
      return connection.play(response_with(200, good_body(is_streamed)));
    case Fault::stall:
      return connection.wait_for_cancel();
    default:
      connection.play(broken_script(faults, is_streamed));
      if (faults.shares.front().fault == Fault::huge_body) connection.wait_for_cancel();
  }
}

std::unique_ptr<Endpoint> endpoint_with(const FaultOptions& faults) {
  EndpointOptions options = at_once();
  options.faults = faults;
  options.response_tokens = 100;
  return started(std::move(options));
}

}  // namespace

FaultyServer::FaultyServer(Wire wire, const FaultOptions& faults) {
  if (wire == Wire::tls_http_2) {
    script_server_.emplace(
        wire, most_connections, [this, faults](int, ScriptedConnection& connection) {
          while (const auto request = connection.hear()) {
            if (request->path == "/health") {
              connection.play(ok_script());
            } else {
              ++scripted_requests_;
              play_fault(connection, faults, request->body.find("stream") != std::string::npos);
            }
          }
        });
    return;
  }
  endpoint_ = endpoint_with(faults);
  if (wire == Wire::tls_http_1) relay_.emplace(endpoint_->port());
}

std::string FaultyServer::root() const {
  if (endpoint_ && !relay_) return "http://127.0.0.1:" + std::to_string(endpoint_->port());
  std::string url = relay_ ? relay_->url() : script_server_->url();
  url.pop_back();
  return url;
}

std::uint64_t FaultyServer::requests() const {
  return endpoint_ ? endpoint_->requests() : scripted_requests_.load();
}

}  // namespace paceline::http
