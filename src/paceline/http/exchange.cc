#include <fmt/format.h>
#include <paceline/http/content_decoder.h>
#include <paceline/http/exchange.h>
#include <paceline/http/plain_connection.h>
#include <paceline/http/transfer.h>
#include <paceline/text/release_memory.h>

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
  reply.location.clear();
  reply.error.clear();
  length_ = 0;
  resends_ = 0;
  refused_ = Transport::ok;
  why_refused_.clear();
}

void Exchange::drop_reply() {
  if (connection_) connection_->drop_reply();
  decoder_.reset();
  shared_.memory.release(number_);
  if (reply.body.empty()) return;
  shared_.bodies.give(std::move(reply.body));
  reply.body.clear();
}

bool Exchange::take(std::string_view piece, std::optional<TimePoint> received) {
  const bool is_first = reply.first_byte == TimePoint::max();
  if (is_first || request.is_streamed) {
    // The kernel's notes are of a clock that may be set: no piece comes before the one before.
    reply.done = std::max(received ? *received : Clock::now(), reply.done);
    if (is_first) reply.first_byte = reply.done;
  }
  if (is_first && !begin_body()) return false;
  if (is_refused()) return false;
  if (!decoder_) return take_decoded(piece);
  const auto state =
      decoder_->take(piece, [this](std::string_view decoded) { return take_decoded(decoded); });
  if (state != ContentDecoder::State::broken) return state == ContentDecoder::State::reading;
  return refuse(Transport::malformed, "the reply's compressed body is broken");
}

bool Exchange::begin_body() {
  const std::string_view encoding = header("content-encoding").value_or("");
  if (ContentDecoder::is_none(encoding)) return true;
  decoder_ = ContentDecoder::make(encoding);
  if (decoder_ || !is_success() || !(request.keeps_response || request.is_streamed)) return true;
  return refuse(Transport::malformed,
                fmt::format("the reply is compressed ({}), which was not asked for; have the "
                            "server or its proxy send it as it is",
                            encoding.substr(0, 100)));
}

bool Exchange::take_decoded(std::string_view piece) {
  length_ += piece.size();
  if (length_ > shared_.max_reply) return refuse(Transport::too_large, {});
  if (!request.is_streamed || !is_success()) return keep(piece);
  const std::optional<std::size_t> held = shared_.on_piece(*this, piece, reply.done);
  return held && hold(*held);
}

bool Exchange::keep(std::string_view piece) {
  if (is_success()) {
    if (!request.keeps_response) return true;
  } else {
    // All that is read of a failure is what the server says of it.
    constexpr std::size_t most_of_failure = 64U << 10U;
    piece = piece.substr(0, most_of_failure - std::min(reply.body.size(), most_of_failure));
    if (piece.empty()) return true;
  }
  if (reply.body.empty()) reply.body = shared_.bodies.take();
  reply.body.append(piece);
  return hold(reply.body.capacity());
}

bool Exchange::hold(std::size_t bytes) {
  const std::optional<std::size_t> longest = shared_.memory.hold(number_, bytes);
  if (!longest) return true;
  if (*longest != number_) {
    shared_.on_memory_full(*longest);
    return true;
  }
  give_up();
  return false;
}

void Exchange::give_up() {
  release_memory(reply.body);
  shared_.memory.release(number_);
  refuse(Transport::too_large,
         fmt::format("the replies in flight take more than {} bytes together, --paceline_memory, "
                     "and this one is the longest",
                     shared_.memory.limit()));
}

bool Exchange::refuse(Transport transport, std::string why) {
  refused_ = transport;
  why_refused_ = std::move(why);
  return false;
}

void Exchange::finish(TimePoint ended) {
  if (decoder_ && !decoder_->is_whole() && !is_refused()) {
    refuse(Transport::malformed, "the reply's compressed body is cut short");
  }
  if (is_refused()) return fail(Transport::too_large, {}, ended);
  reply.done = std::max(ended, reply.done);
  if (reply.status / 100 == 3) reply.location = header("location").value_or("");
}

void Exchange::fail(Transport transport, std::string why, TimePoint ended) {
  reply.done = std::max(ended, reply.done);
  // The connection's part knows only that the reply was refused.
  if (transport == Transport::too_large) {
    if (is_refused()) transport = refused_;
    why = std::exchange(why_refused_, {});
  }
  reply.transport = transport;
  if (transport == Transport::too_large && why.empty()) {
    why = fmt::format("the reply is longer than {} bytes, --paceline_max_reply", shared_.max_reply);
  } else if (transport == Transport::timed_out && why.empty()) {
    why = fmt::format("no whole reply within {} ms, --paceline_timeout", shared_.timeout.count());
  }
  reply.error = std::move(why);
  refused_ = Transport::ok;
}

}  // namespace paceline
