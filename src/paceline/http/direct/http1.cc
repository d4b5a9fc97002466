#include <fmt/format.h>
#include <paceline/http/direct/http1.h>
#include <paceline/http/target.h>
#include <paceline/http/transport.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace paceline::http::direct {
namespace {

/// Whether a header line has a name and a value and does not change how the request is sent.
bool is_plain(std::string_view line) {
  constexpr std::array<std::string_view, 7> special{
      "Connection", "Content-Length", "Expect", "TE", "Trailer", "Transfer-Encoding", "Upgrade"};
  const std::string_view name = text::name_of_header(line);
  if (name.size() == line.size()) return false;
  const std::string_view value = line.substr(name.size() + 1);
  return value.find_first_not_of(" \t") != std::string_view::npos &&
         std::none_of(special.begin(), special.end(), [name](std::string_view other) {
           return text::equals_ignoring_case(name, other);
         });
}

/// Whether a host is an ASCII name or an address. Other hosts have different forms in the header
/// and in the URL.
bool is_plain_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char letter) {
    return letter > ' ' && letter < '\x7f' && letter != '%';
  });
}

Result<void> check_carried(const Target& target, const HeaderList& lines) {
  const auto refuse = [](std::string why) { return fail(ErrorCode::not_carried, std::move(why)); };
  if (!target.parsed) return fail(ErrorCode::invalid_value, "the URL is not valid");
  if (target.scheme != "http") {
    return refuse(fmt::format("the direct transport does not support {}", target.scheme));
  }
  if (target.proxy != nullptr) {
    return refuse(
        "the direct transport does not use proxies, and the environment names one for this host");
  }
  if (target.has_userinfo) {
    return refuse("the direct transport does not send the user and password of a URL");
  }
  if (!is_plain_host(target.host) || !url_part(target.parsed, CURLUPART_ZONEID).empty()) {
    return refuse("the direct transport does not support this kind of host");
  }
  const auto special = std::find_if_not(lines.begin(), lines.end(), is_plain);
  if (special == lines.end()) return {};
  return refuse(fmt::format("the direct transport does not support the header {}",
                            text::name_of_header(*special)));
}

Addresses addresses_of(const std::string& host) {
  if (needs_lookup(host)) return {};
  if (host.starts_with('[')) return {host.substr(1, host.size() - 2)};
  return host.ends_with("localhost") ? Addresses{"127.0.0.1", "::1"} : Addresses{host};
}

}  // namespace

Result<RequestHead> request_head(Method method, std::shared_ptr<const Target> target,
                                 const HeaderList* headers, const ConnectionOptions& options) {
  static const HeaderList none;
  if (auto carried = check_carried(*target, headers != nullptr ? *headers : none); !carried) {
    return tl::unexpected(std::move(carried).error());
  }
  const HeaderList lines = headers_with(headers, options);
  const std::string query = url_part(target->parsed, CURLUPART_QUERY);
  RequestHead head;
  head.origin = target->host + ':' + target->port;
  head.addresses = addresses_of(target->host);
  head.text =
      fmt::format("{} {}{}{} HTTP/1.1\r\n", method == Method::get ? "GET" : "POST",
                  url_part(target->parsed, CURLUPART_PATH), query.empty() ? "" : "?", query);
  if (!has_header(lines, "Host")) {
    head.text += fmt::format("Host: {}\r\n", target->port == "80" ? target->host : head.origin);
  }
  if (!has_header(lines, "User-Agent"))
    head.text += fmt::format("User-Agent: {}\r\n", user_agent());
  if (!has_header(lines, "Accept")) head.text += "Accept: */*\r\n";
  for (const std::string& line : lines) head.text += line + "\r\n";
  head.target = std::move(target);
  if (method == Method::get) {
    head.text += "\r\n";
    return head;
  }
  if (!has_header(lines, "Content-Type")) {
    head.text += "Content-Type: application/x-www-form-urlencoded\r\n";
  }
  head.text += "Content-Length: ";
  return head;
}

Result<std::shared_ptr<const RequestHead>> RequestHeadCache::find(
    const Request& request, const std::shared_ptr<const Target>& target) {
  if (request.signing) {
    return fail(ErrorCode::not_carried, "the direct transport does not sign requests");
  }
  if (last_ && last_->target == target && request.headers == headers_ &&
      request.method == method_) {
    return last_;
  }
  auto made = request_head(request.method, target, request.headers.get(), options_);
  if (!made) return tl::unexpected(std::move(made).error());
  last_ = std::make_shared<const RequestHead>(*std::move(made));
  headers_ = request.headers;
  method_ = request.method;
  return last_;
}

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

void ResponseParser::begin(OnBody on_body) {
  on_body_ = std::move(on_body);
  http_parser_init(&parser_, HTTP_RESPONSE);
  parser_.data = this;
  // As in libcurl, chunked encoding overrides a length, and a header may contain any byte.
  parser_.allow_chunked_length = 1;
  parser_.lenient_http_headers = 1;
  state_ = State::reading;
  keeps_connection_ = false;
  lengths_differ_ = false;
  text_.clear();
  headers_.clear();
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

std::optional<std::string_view> ResponseParser::header(std::string_view name) const {
  const auto found = std::find_if(headers_.begin(), headers_.end(), [&](const Header& header) {
    return text::equals_ignoring_case(
        std::string_view(text_).substr(header.name, header.value - header.name), name);
  });
  if (found == headers_.end()) return std::nullopt;
  const auto value = std::string_view(text_).substr(found->value, found->end - found->value);
  return value.substr(0, value.find_last_not_of(" \t") + 1);
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
  text_.clear();
  headers_.clear();
  length_.reset();
  lengths_differ_ = false;
  in_headers_ = true;
  return go_on;
}

int ResponseParser::read_name(std::string_view piece) {
  // Trailers come through the same callbacks as headers.
  if (!in_headers_) return go_on;
  if (headers_.empty() || std::exchange(in_value_, false)) {
    take_length();
    headers_.push_back({text_.size(), text_.size(), text_.size()});
  }
  text_.append(piece);
  headers_.back().value = headers_.back().end = text_.size();
  return go_on;
}

int ResponseParser::read_value(std::string_view piece) {
  if (!in_headers_) return go_on;
  in_value_ = true;
  text_.append(piece);
  headers_.back().end = text_.size();
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
