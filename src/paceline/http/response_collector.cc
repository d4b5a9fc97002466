#include <fmt/format.h>
#include <paceline/http/response_collector.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <utility>

namespace paceline::http {

std::optional<std::size_t> ResponseMemory::hold(std::size_t number, std::size_t bytes) {
  total_ += bytes - held_[number];
  held_[number] = bytes;
  if (total_ <= limit_) return std::nullopt;
  const auto longest = std::max_element(held_.begin(), held_.end());
  return static_cast<std::size_t>(longest - held_.begin());
}

std::string BodyPool::take() {
  if (bodies_.empty()) return {};
  std::string body = std::move(bodies_.back());
  bodies_.pop_back();
  bytes_ -= body.capacity();
  return body;
}

void BodyPool::give(std::string body) {
  if (bytes_ + body.capacity() > most_bytes) return;
  body.clear();
  bytes_ += body.capacity();
  bodies_.push_back(std::move(body));
}

namespace {

bool is_success(const Response& response) {
  return response.status >= 200 && response.status < 300;
}

}  // namespace

ResponseCollector::ResponseCollector(const Options& options, OnPiece on_piece,
                                     OnMemoryFull on_memory_full)
    : options_(options),
      on_piece_(std::move(on_piece)),
      on_memory_full_(std::move(on_memory_full)),
      memory_(options.memory, options.exchanges),
      states_(options.exchanges) {}

void ResponseCollector::begin(Exchange& exchange) {
  drop(exchange);
  Response& response = exchange.response;
  response.error = TransportError::ok;
  response.status = 0;
  response.first_byte = TimePoint::max();
  response.http_version = {};
  response.location.clear();
  response.connect.reset();
  response.error_text.clear();
  response.headers = nullptr;
  State& state = state_of(exchange);
  state.length = 0;
  state.kept = 0;
  state.refused = TransportError::ok;
  state.why = {};
}

bool ResponseCollector::take(Exchange& exchange, std::string_view piece,
                             std::optional<TimePoint> received) {
  Response& response = exchange.response;
  State& state = state_of(exchange);
  const bool is_first = response.first_byte == TimePoint::max();
  if (is_first || exchange.request.is_streamed) {
    // The kernel's timestamps come from the calendar clock, which may be set. Keep the times in
    // order.
    response.done = std::max(received ? *received : Clock::now(), response.done);
    if (is_first) response.first_byte = response.done;
  }
  if (is_first && !begin_body(exchange)) return false;
  if (is_refused(exchange)) return false;
  if (!state.decoder) return take_decoded(exchange, piece);
  const auto decoded = state.decoder->take(
      piece, [&](std::string_view part) { return take_decoded(exchange, part); });
  if (decoded == ContentDecoder::State::reading) return hold_all(exchange);
  if (decoded == ContentDecoder::State::refused) return false;
  return refuse(exchange, TransportError::malformed,
                {ErrorCode::malformed_response, "the response's compressed body is broken"});
}

bool ResponseCollector::begin_body(Exchange& exchange) {
  const std::string_view encoding = exchange.response.header("content-encoding").value_or("");
  if (ContentDecoder::is_none(encoding)) return true;
  State& state = state_of(exchange);
  state.decoder = ContentDecoder::make(encoding);
  const Request& request = exchange.request;
  if (state.decoder || !is_success(exchange.response) ||
      !(request.keeps_response || request.is_streamed)) {
    return true;
  }
  return refuse(
      exchange, TransportError::malformed,
      {ErrorCode::unwanted_encoding,
       fmt::format("the response's Content-Encoding is {}, which paceline does not decode",
                   encoding.substr(0, 100))});
}

bool ResponseCollector::take_decoded(Exchange& exchange, std::string_view piece) {
  State& state = state_of(exchange);
  state.length += piece.size();
  if (state.length > options_.max_response) return refuse(exchange, TransportError::too_large, {});
  if (!exchange.request.is_streamed || !is_success(exchange.response)) return keep(exchange, piece);
  const std::optional<std::size_t> held = on_piece_(exchange, piece, exchange.response.done);
  if (!held) return refuse(exchange, TransportError::too_large, {});
  return hold(exchange, *held);
}

bool ResponseCollector::keep(Exchange& exchange, std::string_view piece) {
  Response& response = exchange.response;
  if (is_success(response)) {
    if (!exchange.request.keeps_response) return true;
  } else {
    // Only the server's error message is read from a failed response.
    constexpr std::size_t most_of_failure = 64U << 10U;
    piece = piece.substr(0, most_of_failure - std::min(response.body.size(), most_of_failure));
    if (piece.empty()) return true;
  }
  if (response.body.empty()) response.body = bodies_.take();
  response.body.append(piece);
  return hold(exchange, response.body.capacity());
}

bool ResponseCollector::hold(Exchange& exchange, std::size_t bytes) {
  state_of(exchange).kept = bytes;
  return hold_all(exchange);
}

bool ResponseCollector::hold_all(Exchange& exchange) {
  const State& state = state_of(exchange);
  const std::size_t of_decoder = state.decoder ? state.decoder->held() : 0;
  const std::optional<std::size_t> longest = memory_.hold(exchange.number, state.kept + of_decoder);
  if (!longest) return true;
  refuse_for_memory(*longest);
  if (*longest == exchange.number) {
    text::release_memory(exchange.response.body);
    return false;
  }
  states_[*longest].decoder.reset();
  on_memory_full_(*longest);
  return true;
}

void ResponseCollector::refuse_for_memory(std::size_t number) {
  memory_.release(number);
  states_[number].refused = TransportError::too_large;
  states_[number].why = {
      ErrorCode::memory_exceeded,
      fmt::format("the responses in flight take more than {} bytes together, and this one is the "
                  "longest",
                  memory_.limit())};
}

bool ResponseCollector::refuse(const Exchange& exchange, TransportError error, Error why) {
  State& state = state_of(exchange);
  state.refused = error;
  state.why = std::move(why);
  return false;
}

bool ResponseCollector::is_refused(const Exchange& exchange) const {
  return states_[exchange.number].refused != TransportError::ok;
}

void ResponseCollector::end(Exchange& exchange, TransportEnd end) {
  Response& response = exchange.response;
  State& state = state_of(exchange);
  response.done = std::max(end.when, response.done);
  if (end.error == TransportError::ok && state.decoder && !state.decoder->is_whole() &&
      !is_refused(exchange)) {
    refuse(exchange, TransportError::malformed,
           {ErrorCode::malformed_response, "the response's compressed body is cut short"});
  }
  // The transport does not know why the response was refused.
  if (is_refused(exchange) &&
      (end.error == TransportError::ok || end.error == TransportError::too_large)) {
    end.error = state.refused;
    end.why = std::exchange(state.why, {});
  }
  state.refused = TransportError::ok;
  response.error = end.error;
  if (end.error == TransportError::ok) {
    if (response.status / 100 == 3) response.location = response.header("location").value_or("");
    return;
  }
  if (end.error == TransportError::too_large && end.why.message.empty()) {
    end.why = {ErrorCode::response_too_large,
               fmt::format("the response is longer than {} bytes", options_.max_response)};
  } else if (end.error == TransportError::timed_out && end.why.message.empty()) {
    end.why = {ErrorCode::timed_out,
               fmt::format("no whole response within {} ms", options_.timeout.count())};
  }
  response.error_code = end.why.code;
  response.error_text = std::move(end.why.message);
}

void ResponseCollector::drop(Exchange& exchange) {
  state_of(exchange).decoder.reset();
  memory_.release(exchange.number);
  if (exchange.response.body.empty()) return;
  bodies_.give(std::move(exchange.response.body));
  exchange.response.body.clear();
}

}  // namespace paceline::http
