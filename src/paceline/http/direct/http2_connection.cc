#include <fmt/format.h>
#include <paceline/http/direct/http2_connection.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace paceline::http::direct {
namespace {

/// The limit on streams until the server has announced its own.
constexpr std::size_t usual_streams = 100;

/// How far a server may send ahead, per response and for all responses of the connection. Responses
/// are read as they come, so the windows bound no memory here.
constexpr std::uint32_t stream_window = 4U << 20U;
constexpr std::int32_t connection_window = 64 << 20;

/// What is written to the socket at once: one TLS record.
constexpr std::size_t written_at_once = 16'384;

std::uint8_t* octets_of(std::string_view text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

nghttp2_nv field_of(std::string_view name, std::string_view value) {
  return {octets_of(name), octets_of(value), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

nghttp2_session* new_session(const nghttp2_session_callbacks* callbacks, void* self) {
  nghttp2_option* raw = nullptr;
  if (nghttp2_option_new(&raw) != 0) throw std::bad_alloc();
  const std::unique_ptr<nghttp2_option, decltype(&nghttp2_option_del)> option(raw,
                                                                              &nghttp2_option_del);
  // As libcurl does: some servers send values with spaces around them.
  nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(raw, 1);
  nghttp2_session* session = nullptr;
  if (nghttp2_session_client_new2(&session, callbacks, self, raw) != 0) throw std::bad_alloc();
  return session;
}

}  // namespace

Http2Connection::Http2Connection(Opened opened, Shared& shared, std::optional<std::size_t> streams)
    : shared_(shared),
      limit_(streams.value_or(usual_streams)),
      wire_(std::move(opened), shared.wire, *this),
      session_(new_session(callbacks(), this)) {
  const std::array<nghttp2_settings_entry, 2> settings{
      {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window}}};
  nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0, connection_window);
}

void Http2Connection::begin() {
  wire_.begin();
  flush();
}

std::size_t Http2Connection::room() const {
  if (!is_open() || is_going_away_ || (is_used_ && !shared_.reuses) ||
      nghttp2_session_check_request_allowed(session_.get()) == 0) {
    return 0;
  }
  return capacity() - std::min(capacity(), active_.size());
}

void Http2Connection::start(Exchange& exchange, std::shared_ptr<const RequestHead> head) {
  std::unique_ptr<Stream> stream;
  if (free_.empty()) {
    stream = std::make_unique<Stream>();
  } else {
    stream = std::move(free_.back());
    free_.pop_back();
  }
  stream->exchange = &exchange;
  stream->head = std::move(head);
  stream->place = active_.size();
  stream->sent = 0;
  stream->status = 0;
  stream->has_head = false;
  stream->header_bytes = 0;
  stream->has_begun = false;
  stream->is_reset_here = false;
  stream->reads_before = reads_;
  stream->refusal.reset();
  is_used_ = true;
  submit(*stream);
  active_.push_back(std::move(stream));
}

// The fields are not copied: the head and the length live as long as the stream.
void Http2Connection::submit(Stream& stream) {
  fields_.clear();
  for (const HeaderField& field : stream.head->fields) {
    fields_.push_back(field_of(field.name, field.value));
  }
  nghttp2_data_provider body{};
  const bool has_body = stream.exchange->request.method == Method::post;
  if (has_body) {
    stream.length = fmt::format_int(stream.exchange->request.body.size()).str();
    fields_.push_back(field_of("content-length", stream.length));
    body.read_callback = [](nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t room,
                            std::uint32_t* flags, nghttp2_data_source*, void* self) -> ssize_t {
      auto& connection = *static_cast<Http2Connection*>(self);
      Stream* sending = connection.find(id);
      if (sending == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
      return connection.give_body(*sending, {into, room}, *flags);
    };
  }
  stream.id = nghttp2_submit_request(session_.get(), nullptr, fields_.data(), fields_.size(),
                                     has_body ? &body : nullptr, &stream);
  // Further requests are not allowed when the numbers of streams run out; see room().
  if (stream.id < 0) throw std::bad_alloc();
}

ssize_t Http2Connection::give_body(Stream& stream, std::span<std::uint8_t> into,
                                   std::uint32_t& flags) {
  const std::string_view rest = std::string_view(stream.exchange->request.body).substr(stream.sent);
  const std::size_t length = std::min(rest.size(), into.size());
  std::copy_n(rest.begin(), length, into.begin());
  stream.sent += length;
  if (length == rest.size()) flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(length);
}

void Http2Connection::flush() {
  while (is_open() && wire_.is_drained()) {
    output_.clear();
    while (output_.size() < written_at_once) {
      const std::uint8_t* bytes = nullptr;
      const ssize_t length = nghttp2_session_mem_send(session_.get(), &bytes);
      if (length <= 0) break;
      output_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
    }
    if (output_.empty()) return;
    const iovec part{output_.data(), output_.size()};
    wire_.write({&part, 1});
  }
}

void Http2Connection::cancel(Exchange& exchange, CancelReason why) {
  const auto found = std::find_if(active_.begin(), active_.end(), [&](const auto& stream) {
    return stream->exchange == &exchange;
  });
  if (found != active_.end()) {
    // If nothing has come meanwhile, the connection may be dead.
    const bool is_silent = (*found)->reads_before == reads_;
    if (why == CancelReason::overdue && is_silent) is_going_away_ = true;
    forget(**found, true);
    // A connection that carries one exchange ends with it.
    if (!shared_.reuses) close();
    return;
  }
  std::erase_if(ended_, [&](const Ended& ended) { return ended.exchange == &exchange; });
}

void Http2Connection::forget(Stream& stream, bool is_to_be_reset) {
  nghttp2_session_set_stream_user_data(session_.get(), stream.id, nullptr);
  if (is_to_be_reset) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_CANCEL);
  }
  std::unique_ptr<Stream> forgotten = std::move(active_[stream.place]);
  if (forgotten->place + 1 < active_.size()) {
    active_[forgotten->place] = std::move(active_.back());
    active_[forgotten->place]->place = forgotten->place;
  }
  active_.pop_back();
  forgotten->exchange = nullptr;
  forgotten->head.reset();
  free_.push_back(std::move(forgotten));
}

void Http2Connection::end(Stream& stream, TransportEnd end, bool is_to_be_reset) {
  Exchange& exchange = *stream.exchange;
  if (stream.status != 0) exchange.response.http_version = "HTTP/2";
  if (end.error == TransportError::ok) is_kept_ = true;
  forget(stream, is_to_be_reset);
  ended_.push_back({&exchange, std::move(end)});
}

void Http2Connection::tell_ended() {
  while (!ended_.empty()) {
    Ended ended = std::move(ended_.front());
    ended_.pop_front();
    if (!shared_.reuses) close();
    shared_.owner.ended(*this, *ended.exchange, std::move(ended.end));
  }
}

void Http2Connection::received(std::string_view bytes, std::optional<TimePoint> when) {
  received_ = when;
  ++reads_;
  const std::size_t room_before = room();
  const ssize_t taken = nghttp2_session_mem_recv(session_.get(), octets_of(bytes), bytes.size());
  if (taken < 0) violation_ = nghttp2_strerror(static_cast<int>(taken));
  tell_ended();
  flush();
  // nghttp2 ends a stream that violates HTTP/2 when the reset has been sent.
  tell_ended();
  if (!is_open()) return;
  if (taken < 0 || nghttp2_session_want_read(session_.get()) == 0) {
    const TransportEnd end{
        TransportError::malformed,
        {ErrorCode::malformed_response, fmt::format("the response is not HTTP/2: {}", violation_)},
        now()};
    return end_all(end, end);
  }
  if (room() != room_before) shared_.owner.changed(*this);
}

void Http2Connection::lost(Loss loss) {
  received_.reset();
  TransportEnd unanswered = loss_end(loss, false);
  unanswered.is_unprocessed = is_kept_ && !has_goaway_ && unanswered.error == TransportError::reset;
  end_all(loss_end(loss, true), unanswered);
}

void Http2Connection::end_all(const TransportEnd& end_of_begun, const TransportEnd& end_of_others) {
  close();
  const bool has_ended_any = !active_.empty();
  while (!active_.empty()) {
    Stream& stream = *active_.back();
    TransportEnd of_stream = stream.status != 0 ? end_of_begun : end_of_others;
    // Another connection may take a request that has not left.
    if (!stream.has_begun && of_stream.error != TransportError::tls_failed) {
      of_stream.is_unprocessed = true;
    }
    end(stream, std::move(of_stream), false);
  }
  tell_ended();
  if (!has_ended_any) shared_.owner.changed(*this);
}

}  // namespace paceline::http::direct
