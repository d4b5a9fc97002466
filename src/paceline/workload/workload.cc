#include <paceline/workload.h>

#include <fmt/format.h>

#include <string>
#include <utility>

#include <paceline/text/strings.h>

namespace paceline {
namespace {

Failure failure_of(TransportError error) {
  switch (error) {
    case TransportError::connect_failed:
    case TransportError::tls_failed:
      return Failure::connect;
    case TransportError::timed_out:
      return Failure::timeout;
    case TransportError::reset:
      return Failure::reset;
    case TransportError::too_large:
    case TransportError::malformed:
      return Failure::bad_response;
    default:
      return Failure::other;
  }
}

Failure failure_of(long status) {
  if (status == 429) return Failure::http_429;
  if (status >= 500) return Failure::http_5xx;
  if (status >= 400) return Failure::http_4xx;
  return Failure::bad_response;
}

ErrorCode code_of(Failure failure) {
  switch (failure) {
    case Failure::connect:
      return ErrorCode::connect_failed;
    case Failure::timeout:
      return ErrorCode::timed_out;
    case Failure::reset:
      return ErrorCode::connection_reset;
    case Failure::http_4xx:
      return ErrorCode::request_refused;
    case Failure::http_429:
      return ErrorCode::rate_limited;
    case Failure::http_5xx:
      return ErrorCode::server_failed;
    case Failure::bad_response:
      return ErrorCode::unexpected_response;
    case Failure::other:
      return ErrorCode::request_failed;
  }
  return ErrorCode::request_failed;
}

}  // namespace

Outcome failed(Failure failure, Error error) {
  Outcome outcome;
  outcome.failure = failure;
  outcome.error = std::move(error);
  return outcome;
}

Outcome failed(Failure failure, std::string message) {
  return failed(failure, Error{code_of(failure), std::move(message)});
}

Outcome read_status(const Response& response) {
  if (response.error != TransportError::ok) {
    return failed(failure_of(response.error), Error{response.error_code, response.error_text});
  }
  if (response.status >= 200 && response.status < 300) return {};
  std::string why = fmt::format("the server answered HTTP {}", response.status);
  if (response.status >= 300 && response.status < 400 && !response.location.empty()) {
    constexpr std::size_t longest_url = 300;
    why += fmt::format(" and redirects to {}", text::cut_utf8(response.location, longest_url));
  }
  return failed(failure_of(response.status), std::move(why));
}

void TokenTimes::add(TimePoint when, bool is_answer, std::uint64_t tokens) {
  if (is_answer && !first_answer) first_answer = when;
  if (events++ == 0) {
    first = when;
  } else {
    gaps.insert(gaps.end(), tokens, (when - last) / tokens);
  }
  last = when;
}

void TokenTimes::clear() {
  events = 0;
  first_answer.reset();
  gaps.clear();
}

}  // namespace paceline
