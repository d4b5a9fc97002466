#include <paceline/workload/workload.h>

#include <fmt/format.h>

#include <string>
#include <utility>

#include <paceline/text/utf8.h>

namespace paceline {
namespace {

Failure failure_of(Transport transport) {
  switch (transport) {
    case Transport::connect_failed:
    case Transport::tls_failed:
      return Failure::connect;
    case Transport::timed_out:
      return Failure::timeout;
    case Transport::reset:
      return Failure::reset;
    case Transport::too_large:
    case Transport::malformed:
      return Failure::bad_reply;
    default:
      return Failure::other;
  }
}

Failure failure_of(long status) {
  if (status == 429) return Failure::http_429;
  if (status >= 500) return Failure::http_5xx;
  if (status >= 400) return Failure::http_4xx;
  return Failure::bad_reply;
}

}  // namespace

Outcome failed(Failure failure, std::string why) {
  Outcome outcome;
  outcome.failure = failure;
  outcome.why = std::move(why);
  return outcome;
}

Outcome read_status(const Reply& reply) {
  if (reply.transport != Transport::ok) {
    return failed(failure_of(reply.transport), reply.error);
  }
  if (reply.status >= 200 && reply.status < 300) return {};
  std::string why = fmt::format("the server answered HTTP {}", reply.status);
  if (reply.status >= 300 && reply.status < 400 && !reply.location.empty()) {
    constexpr std::size_t longest_url = 300;
    why += fmt::format(" and redirects to {}", cut_utf8(reply.location, longest_url));
  }
  return failed(failure_of(reply.status), std::move(why));
}

}  // namespace paceline
