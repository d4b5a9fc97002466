#include <fmt/format.h>
#include <paceline/http/exchange.h>
#include <paceline/http/plain_connection.h>
#include <paceline/http/transfer.h>

#include <algorithm>
#include <utility>

namespace paceline {

Exchange::Exchange(std::size_t number, const ConnectionOptions& options,
                   const Client::OnPiece* on_piece)
    : number_(number),
      max_reply_(options.max_reply),
      timeout_(options.timeout),
      on_piece_(on_piece) {}

Exchange::~Exchange() = default;

std::optional<std::string_view> Exchange::header(const char* name) const {
  return is_plain_ ? connection_->header(name) : transfer_->header(name);
}

void Exchange::begin() {
  reply.transport = Transport::ok;
  reply.status = 0;
  reply.first_byte = TimePoint::max();
  reply.http_version = {};
  reply.body.clear();
  reply.error.clear();
}

bool Exchange::take(std::string_view piece, std::optional<TimePoint> received) {
  const bool is_first = reply.first_byte == TimePoint::max();
  if (is_first || request.is_streamed) {
    // The kernel's notes are of a clock that may be set: no piece comes before the one before.
    reply.done = std::max(received ? *received : Clock::now(), reply.done);
    if (is_first) reply.first_byte = reply.done;
    if (request.is_streamed && reply.status >= 200 && reply.status < 300) {
      return (*on_piece_)(*this, piece, reply.done);
    }
  }
  if (reply.body.size() + piece.size() > max_reply_) return false;
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
    why = fmt::format("the reply is longer than {} bytes, --paceline_max_reply", max_reply_);
  } else if (transport == Transport::timed_out && why.empty()) {
    why = fmt::format("no whole reply within {} ms, --paceline_timeout", timeout_.count());
  }
  reply.error = std::move(why);
}

}  // namespace paceline
