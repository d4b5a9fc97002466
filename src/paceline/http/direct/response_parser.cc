#include <paceline/http/direct/response_parser.h>

#include <utility>

namespace paceline::http::direct {
namespace {

// Return values of callbacks of http_parser.
constexpr int go_on = 0;
constexpr int has_no_body = 1;
constexpr int give_up = -1;

/// Keeps exceptions out of the C library.
template <typename Action>
int guarded(Action action) noexcept {
  try {
    return action();
  } catch (...) {
    return give_up;
  }
}

}  // namespace

const http_parser_settings& ResponseParser::settings() {
  static const http_parser_settings settings = [] {
    http_parser_settings set;
    http_parser_settings_init(&set);
    set.on_message_begin = [](http_parser* parser) {
      return guarded([parser] { return self(parser).begin_message(); });
    };
    set.on_header_field = [](http_parser* parser, const char* data, std::size_t length) {
      return guarded([=] { return self(parser).read_name({data, length}); });
    };
    set.on_header_value = [](http_parser* parser, const char* data, std::size_t length) {
      return guarded([=] { return self(parser).read_value({data, length}); });
    };
    set.on_headers_complete = [](http_parser* parser) {
      return guarded([parser] { return self(parser).end_headers(); });
    };
    set.on_body = [](http_parser* parser, const char* data, std::size_t length) {
      return guarded([=] { return self(parser).read_body({data, length}); });
    };
    set.on_message_complete = [](http_parser* parser) {
      return guarded([parser] { return self(parser).end_message(); });
    };
    return set;
  }();
  return settings;
}

void ResponseParser::begin(HeaderBlock& headers, OnBody on_body) {
  headers_ = &headers;
  on_body_ = std::move(on_body);
  http_parser_init(&parser_, HTTP_RESPONSE);
  parser_.data = this;
  // As in libcurl, chunked encoding overrides a length, and a header may contain any byte.
  parser_.allow_chunked_length = 1;
  parser_.lenient_http_headers = 1;
  state_ = State::reading;
  keeps_connection_ = false;
  lengths_differ_ = false;
  headers_->clear();
}

ResponseParser::State ResponseParser::take(std::string_view bytes) {
  const std::size_t taken = http_parser_execute(&parser_, &settings(), bytes.data(), bytes.size());
  if (state_ == State::whole) {
    // The further bytes belong to no request.
    if (taken < bytes.size()) keeps_connection_ = false;
    return state_;
  }
  if (state_ == State::reading && taken < bytes.size()) state_ = State::broken;
  return state_;
}

ResponseParser::State ResponseParser::end() {
  http_parser_execute(&parser_, &settings(), nullptr, 0);
  return state_;
}

std::string_view ResponseParser::version() const {
  return parser_.http_major == 1 && parser_.http_minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

std::string ResponseParser::why() const {
  if (parser_.status_code == 101) return "it switches to another protocol, which was not requested";
  if (lengths_differ_) return "it has two Content-Length that differ";
  return http_errno_description(HTTP_PARSER_ERRNO(&parser_));
}

void ResponseParser::take_length() {
  if ((parser_.flags & F_CONTENTLENGTH) == 0) return;
  if (length_ && *length_ != parser_.content_length) lengths_differ_ = true;
  length_ = parser_.content_length;
  parser_.flags = parser_.flags & ~F_CONTENTLENGTH & 0xFFU;
}

int ResponseParser::begin_message() {
  headers_->clear();
  length_.reset();
  lengths_differ_ = false;
  in_headers_ = true;
  return go_on;
}

int ResponseParser::read_name(std::string_view piece) {
  // Trailers come through the same callbacks as headers.
  if (!in_headers_) return go_on;
  if (headers_->empty() || std::exchange(in_value_, false)) {
    take_length();
    headers_->begin();
  }
  headers_->add_to_name(piece);
  return go_on;
}

int ResponseParser::read_value(std::string_view piece) {
  if (!in_headers_) return go_on;
  in_value_ = true;
  headers_->add_to_value(piece);
  return go_on;
}

int ResponseParser::end_headers() {
  in_headers_ = false;
  in_value_ = false;
  take_length();
  if (status() == 101 || lengths_differ_) return give_up;
  const bool never_has_a_body = is_interim() || status() == 204 || status() == 304;
  return never_has_a_body ? has_no_body : go_on;
}

int ResponseParser::read_body(std::string_view piece) {
  if (on_body_(piece)) return go_on;
  state_ = State::refused;
  return give_up;
}

int ResponseParser::end_message() {
  if (is_interim()) return go_on;
  state_ = State::whole;
  keeps_connection_ = http_should_keep_alive(&parser_) != 0;
  http_parser_pause(&parser_, 1);
  return go_on;
}

}  // namespace paceline::http::direct
