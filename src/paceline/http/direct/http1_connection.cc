#include <fmt/format.h>
#include <paceline/http/direct/http1_connection.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace paceline::http::direct {
namespace {

iovec bytes_of(std::string_view text) {
  return {const_cast<char*>(text.data()), text.size()};
}

void skip(std::size_t bytes, std::span<iovec> parts) {
  for (iovec& part : parts) {
    const std::size_t of_part = std::min(bytes, part.iov_len);
    part.iov_base = static_cast<char*>(part.iov_base) + of_part;
    part.iov_len -= of_part;
    bytes -= of_part;
  }
}

}  // namespace

Http1Connection::Http1Connection(Opened opened, Shared& shared)
    : shared_(shared), wire_(std::move(opened), shared.wire, *this) {}

void Http1Connection::start(Exchange& exchange, std::shared_ptr<const RequestHead> head) {
  exchange_ = &exchange;
  head_ = std::move(head);
  has_response_ = false;
  is_sent_ = false;
  written_ = 0;
  write();
}

void Http1Connection::cancel(Exchange&, CancelReason) {
  exchange_ = nullptr;
  close();
}

bool Http1Connection::can_defer_read(const Exchange& exchange) const {
  return is_sent_ && received_.has_value() && !exchange.request.is_streamed;
}

void Http1Connection::write() {
  if (exchange_ == nullptr || is_sent_) return;
  const std::string_view head = head_->text;
  std::array<char, 32> length_line;
  std::size_t length_size = 0;
  std::string_view body;
  if (exchange_->request.method == Method::post) {
    body = exchange_->request.body;
    length_size =
        fmt::format_to_n(length_line.data(), length_line.size(), "{}\r\n\r\n", body.size()).size;
  }
  std::array<iovec, 3> parts{bytes_of(head), bytes_of({length_line.data(), length_size}),
                             bytes_of(body)};
  std::size_t left = head.size() + length_size + body.size() - written_;
  skip(written_, parts);
  while (left > 0) {
    const std::size_t taken = wire_.write(parts);
    if (taken == 0) return;
    skip(taken, parts);
    written_ += taken;
    left -= taken;
  }
  is_sent_ = true;
}

void Http1Connection::received(std::string_view bytes, std::optional<TimePoint> when) {
  // An unrequested response.
  if (exchange_ == nullptr) {
    close();
    return shared_.owner.changed(*this);
  }
  received_ = when;
  if (!has_response_) begin_response();
  switch (parser_.take(bytes)) {
    case ResponseParser::State::reading:
      return;
    case ResponseParser::State::whole:
      return finish();
    case ResponseParser::State::refused:
      return fail({TransportError::too_large, {}, received_.value_or(Clock::now())});
    case ResponseParser::State::broken:
      return fail({TransportError::malformed,
                   {ErrorCode::malformed_response,
                    fmt::format("the response is not HTTP/1.1: {}", parser_.why())},
                   received_.value_or(Clock::now())});
  }
}

void Http1Connection::begin_response() {
  has_response_ = true;
  parser_.begin(shared_.responses.of(*exchange_),
                [this](std::string_view piece) { return take(piece); });
}

bool Http1Connection::take(std::string_view piece) {
  exchange_->response.status = parser_.status();
  exchange_->response.headers = &shared_.responses.of(*exchange_);
  return shared_.owner.take(*exchange_, piece, received_);
}

void Http1Connection::lost(Loss loss) {
  if (exchange_ == nullptr) return shared_.owner.changed(*this);
  if (!has_response_ && is_kept_) {
    return fail({TransportError::reset,
                 {ErrorCode::connection_reset, "the server closed the kept connection"},
                 Clock::now(),
                 true});
  }
  received_.reset();
  // The end of the connection completes a response without a length.
  if (has_response_ && !loss.is_cut && parser_.end() == ResponseParser::State::whole) {
    return finish();
  }
  fail(loss_end(loss, has_response_));
}

void Http1Connection::finish() {
  is_kept_ = true;
  // After an early response, the server would take the next request for the unsent rest of this
  // one.
  if (!is_sent_ || !wire_.is_drained() || !parser_.keeps_connection() || !shared_.reuses) close();
  end({TransportError::ok, {}, received_.value_or(Clock::now())});
}

void Http1Connection::fail(TransportEnd end_of_exchange) {
  close();
  end(std::move(end_of_exchange));
}

void Http1Connection::end(TransportEnd end_of_exchange) {
  Exchange& exchange = *std::exchange(exchange_, nullptr);
  if (has_response_) {
    exchange.response.status = parser_.status();
    exchange.response.http_version = parser_.version();
    exchange.response.headers = &shared_.responses.of(exchange);
  }
  shared_.owner.ended(*this, exchange, std::move(end_of_exchange));
}

}  // namespace paceline::http::direct
