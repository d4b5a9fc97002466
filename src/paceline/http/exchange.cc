#include <paceline/http/exchange.h>

#include <fmt/format.h>
#include <paceline/http/sockets.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace paceline {
namespace {

Transport transport_of(CURLcode code) {
  switch (code) {
    case CURLE_OK:
      return Transport::ok;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return Transport::connect_failed;
    case CURLE_OPERATION_TIMEDOUT:
      return Transport::timed_out;
    case CURLE_WRITE_ERROR:
      return Transport::too_large;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return Transport::tls_failed;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Transport::reset;
    default:
      return Transport::other;
  }
}

std::string_view http_version_name(long version) {
  switch (version) {
    case CURL_HTTP_VERSION_1_0:
      return "HTTP/1.0";
    case CURL_HTTP_VERSION_1_1:
      return "HTTP/1.1";
    case CURL_HTTP_VERSION_2_0:
      return "HTTP/2";
    case CURL_HTTP_VERSION_3:
      return "HTTP/3";
    default:
      return {};
  }
}

/// Whether the environment names a proxy, in the variables that libcurl reads.
bool environment_names_proxy() {
  constexpr std::array variables{"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                 "ALL_PROXY"};
  return std::any_of(variables.begin(), variables.end(), [](const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
  });
}

}  // namespace

HeaderList::HeaderList(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) append(line);
  // Sends nothing. Without it libcurl asks before a body of more than a megabyte, and waits a
  // second for those servers that do not answer that.
  append("Expect:");
}

void HeaderList::append(const std::string& line) {
  curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list_.release());
  list_.reset(longer);
}

void HeaderList::Free::operator()(curl_slist* list) const {
  curl_slist_free_all(list);
}

Exchange::Exchange(std::size_t number, const ClientOptions& options)
    : number_(number),
      max_reply_(options.connection.max_reply),
      timeout_(options.connection.timeout),
      easy_(curl_easy_init()) {
  if (easy_ == nullptr) throw std::bad_alloc();
  set_common(options);
}

std::optional<std::string_view> Exchange::header(const char* name) const {
  curl_header* found = nullptr;
  if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) {
    return std::nullopt;
  }
  return std::string_view(found->value);
}

void Exchange::set_common(const ClientOptions& options) {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (!options.connection.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.connection.ca_file.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why_.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Exchange::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  // HTTP/2 by ALPN over TLS only: without encryption it breaks in libcurl 7.88.
  const bool is_one = options.connection.http == HttpVersion::one;
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   static_cast<long>(is_one ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
  // libcurl looks for one before every request.
  if (!environment_names_proxy()) curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

void Exchange::prepare() {
  CURL* easy = easy_.get();
  reply.transport = Transport::ok;
  reply.status = 0;
  reply.first_byte = TimePoint::max();
  reply.http_version = {};
  reply.body.clear();
  reply.error.clear();
  why_[0] = '\0';
  if (request.url != url_) {
    url_ = request.url;
    set_url();
    // Wait for ALPN to say whether a connection can be shared. Without TLS nothing says so before
    // the first reply, and every first request would take twice its time.
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, url_.starts_with("https:") ? 1L : 0L);
  }
  if (request.headers != headers_) {
    headers_ = request.headers;
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_ ? headers_->raw() : nullptr);
  }
  if (request.method != method_) {
    method_ = request.method;
    if (method_ == Method::get) curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  if (method_ == Method::post) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  }
}

// As text, libcurl would take the URL apart and write it out anew for each request: a sixth of its
// instructions. What it cannot take apart it gets as text, since it then says why.
void Exchange::set_url() {
  CURL* easy = easy_.get();
  parsed_.reset(curl_url());
  if (parsed_ && curl_url_set(parsed_.get(), CURLUPART_URL, url_.c_str(), 0) == CURLUE_OK) {
    curl_easy_setopt(easy, CURLOPT_CURLU, parsed_.get());
    return;
  }
  curl_easy_setopt(easy, CURLOPT_CURLU, nullptr);
  curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
}

void Exchange::finish(CURLcode code, TimePoint ended) {
  reply.done = std::max(ended, reply.done);
  reply.transport = transport_of(code);
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  long version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_VERSION, &version);
  reply.http_version = http_version_name(version);
  if (reply.transport != Transport::ok) reply.error = explain(code);
}

std::string Exchange::explain(CURLcode code) const {
  if (reply.transport == Transport::too_large) {
    return fmt::format("the reply is longer than {} bytes, --paceline_max_reply", max_reply_);
  }
  if (why_[0] == '\0' && reply.transport == Transport::timed_out) {
    return fmt::format("no whole reply within {} ms, --paceline_timeout", timeout_.count());
  }
  std::string why = why_[0] != '\0' ? why_.data() : curl_easy_strerror(code);
  if (reply.transport == Transport::tls_failed) {
    why +=
        ": its certificate is not one for this host that is trusted and valid now; name "
        "the right host, or its authority's certificate with --paceline_ca";
  }
  return why;
}

std::size_t Exchange::on_body(char* data, std::size_t, std::size_t length,
                              void* exchange) noexcept {
  try {
    return static_cast<Exchange*>(exchange)->take({data, length}) ? length : 0;
  } catch (...) {
    return 0;  // Nothing may be thrown through libcurl; it ends the exchange.
  }
}

bool Exchange::take(std::string_view piece) {
  const bool is_first = reply.first_byte == TimePoint::max();
  if (is_first || request.is_streamed) {
    const std::optional<TimePoint> received = sockets_->received();
    // The kernel's notes are of a clock that may be set: no piece comes before the one before.
    reply.done = std::max(received ? *received : Clock::now(), reply.done);
    if (is_first) {
      reply.first_byte = reply.done;
      curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &reply.status);
    }
    if (request.is_streamed && reply.status >= 200 && reply.status < 300) {
      return (*on_piece_)(*this, piece, reply.done);
    }
  }
  if (reply.body.size() + piece.size() > max_reply_) return false;
  reply.body.append(piece);
  return true;
}

}  // namespace paceline
