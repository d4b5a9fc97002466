#include <fmt/format.h>
#include <paceline/http/exchange.h>
#include <paceline/http/plain_connection.h>
#include <paceline/http/transfer.h>

#include <algorithm>
#include <utility>

namespace paceline {

Exchange::Exchange(std::size_t number, Shared& shared) : number_(number), shared_(shared) {}

Exchange::~Exchange() = default;

std::optional<std::string_view> Exchange::header(const char* name) const {
  return is_plain_ ? connection_->header(name) : transfer_->header(name);
}

void Exchange::begin() {
  drop_reply();
  reply.transport = Transport::ok;
  reply.status = 0;
  reply.first_byte = TimePoint::max();
  reply.http_version = {};
  reply.error.clear();
}

void Exchange::drop_reply() {
  if (connection_) connection_->drop_reply();
  if (reply.body.empty()) return;
  reply.body.clear();
  shared_.bodies.give(std::move(reply.body));
}

bool Exchange::take(std::string_view piece, std::optional<TimePoint> received) {
  const bool is_first = reply.first_byte == TimePoint::max();
  if (is_first || request.is_streamed) {
    // The kernel's notes are of a clock that may be set: no piece comes before the one before.
    reply.done = std::max(received ? *received : Clock::now(), reply.done);
    if (is_first) reply.first_byte = reply.done;
    if (request.is_streamed && reply.status >= 200 && reply.status < 300) {
      return shared_.on_piece(*this, piece, reply.done);
    }
  }
  if (reply.body.size() + piece.size() > shared_.max_reply) return false;
  if (reply.body.empty()) reply.body = shared_.bodies.take();
  reply.body.append(piece);
  return true;
}

void Exchange::finish(TimePoint ended) {
  reply.done = std::max(ended, reply.done);
}

void Exchange::fail(Transport transport, std::string why, TimePoint ended) {
  finish(ended);
  reply.transport = transport;
  if (transport == Transport::too_large) {
    why = fmt::format("the reply is longer than {} bytes, --paceline_max_reply", shared_.max_reply);
  } else if (transport == Transport::timed_out && why.empty()) {
    why = fmt::format("no whole reply within {} ms, --paceline_timeout", shared_.timeout.count());
  }
  reply.error = std::move(why);
}

}  // namespace paceline
