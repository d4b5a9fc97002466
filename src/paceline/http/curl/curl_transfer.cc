#include <fmt/format.h>
#include <paceline/http/curl/curl_tls.h>
#include <paceline/http/curl/curl_transfer.h>
#include <paceline/http/curl/curl_transport.h>
#include <paceline/http/transport.h>
#include <paceline/text/strings.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

namespace paceline::http::curl {

namespace {

/// A CURLOPT_CAPATH without certificates, so that libcurl trusts only the given file. Newer
/// versions take nullptr for the system's folder.
const char* no_certificates() {
  const char* library = curl_version_info(CURLVERSION_NOW)->ssl_version;
  const bool is_openssl =
      library != nullptr && std::string_view(library).find("OpenSSL") != std::string_view::npos;
  return is_openssl ? no_folder : nullptr;
}

/// `file` and `folder` are the options of libcurl to set.
void trust(CURL* easy, const Authorities& trusted, CURLoption file, CURLoption folder) {
  // Beside a folder, libcurl would still read its own file, and fail without one.
  const bool is_libcurls = trusted.source == AuthoritySource::libcurl && !trusted.file.empty();
  if (is_libcurls || trusted.source == AuthoritySource::none) return;
  if (trusted.file.empty()) {
    curl_easy_setopt(easy, file, nullptr);
    curl_easy_setopt(easy, folder, trusted.folder.c_str());
    return;
  }
  curl_easy_setopt(easy, file, trusted.file.c_str());
  curl_easy_setopt(easy, folder, no_certificates());
}

bool is_tls_proxy(const Proxy* proxy) {
  constexpr std::string_view tls = "https://";
  return proxy != nullptr &&
         text::equals_ignoring_case(std::string_view(proxy->url).substr(0, tls.size()), tls);
}

// HTTP/2 is negotiated by ALPN over TLS only. Without TLS it breaks in libcurl 7.88.
long libcurls(HttpVersion version) {
  switch (version) {
    case HttpVersion::one:
      return CURL_HTTP_VERSION_1_1;
    case HttpVersion::three:
      return CURL_HTTP_VERSION_3ONLY;
    case HttpVersion::two:
    case HttpVersion::automatic:
      break;
  }
  return CURL_HTTP_VERSION_2TLS;
}

}  // namespace

CurlTransfer::CurlTransfer(Exchange& exchange, Shared& shared)
    : exchange_(exchange), shared_(shared), easy_(curl_easy_init()) {
  if (easy_ == nullptr) throw std::bad_alloc();
  set_common();
}

void CurlTransfer::set_common() {
  CURL* easy = easy_.get();
  const ConnectionOptions& options = shared_.options;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_SHARE, shared_.share.raw());
  // The file of the options is for servers.
  trust(easy, shared_.proxy_authorities, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH);
  if (!options.cert_file.empty()) {
    const std::string& key = options.key_file.empty() ? options.cert_file : options.key_file;
    curl_easy_setopt(easy, CURLOPT_SSLCERT, options.cert_file.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, key.c_str());
    // Without a password, OpenSSL would ask for one on the terminal.
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
  }
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, user_agent().c_str());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why_.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  if (!options.reuses) {
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  }
  if (!options.unix_socket.empty()) {
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
  // Otherwise libcurl would look for proxies in the environment before every request.
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &CurlTransfer::on_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlSockets::close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &shared_.sockets);
}

void CurlTransfer::keep_connection(bool is_kept) {
  const bool is_reused = is_kept && shared_.options.reuses;
  curl_easy_setopt(easy_.get(), CURLOPT_FORBID_REUSE, is_reused ? 0L : 1L);
}

void CurlTransfer::prepare(std::shared_ptr<const Target> target,
                           std::span<const Resolver::Known> hosts) {
  CURL* easy = easy_.get();
  const Request& request = exchange_.request;
  why_[0] = '\0';
  authorities_error_.clear();
  has_head_ = false;
  trailers_.clear();
  header_bytes_ = 0;
  is_sending_ = false;
  is_starting_ = true;
  opened_ = CURL_SOCKET_BAD;
  open_error_.reset();
  turn_.reset();
  source_ = nullptr;
  started_ = Clock::now();
  set_target(std::move(target));
  set_addresses(hosts);
  if (request.signing != signing_) set_signing(request.signing);
  if (auto headers = shared_.headers.find(request); headers != headers_) {
    headers_ = std::move(headers);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_->raw());
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

// Passes the parsed URL, because libcurl would parse and format a text for each request, which
// takes a sixth of its instructions. A URL that cannot be parsed is passed as text, so that libcurl
// reports why.
void CurlTransfer::set_target(std::shared_ptr<const Target> target) {
  if (target == target_) return;
  target_ = std::move(target);
  CURL* easy = easy_.get();
  set_http_2(target_->scheme == "https" ? shared_.share.speaks_http_2(*target_) : false);
  if (target_->scheme == "https") set_trust();
  curl_easy_setopt(easy, CURLOPT_PROXY,
                   target_->proxy != nullptr ? target_->proxy->url.c_str() : "");
  addresses_.clear();
  curl_easy_setopt(easy, CURLOPT_CURLU, target_->parsed.get());
  if (!target_->parsed) curl_easy_setopt(easy, CURLOPT_URL, target_->url.c_str());
}

void CurlTransfer::set_http_2(std::optional<bool> is_http_2) {
  CURL* easy = easy_.get();
  is_http_2_ = is_http_2;
  // With TLS, ALPN shows whether a connection can be shared. Without TLS only the first response
  // shows that, so waiting would double the time of every first request.
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, is_http_2.value_or(true) ? 1L : 0L);
  // A request that may speak HTTP/2 is not sent by libcurl 8.14 on a connection that was opened
  // ahead: the connection might be upgraded after its first response.
  const bool is_one = is_http_2 == false && shared_.options.http != HttpVersion::three;
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   is_one ? long{CURL_HTTP_VERSION_1_1} : libcurls(shared_.options.http));
}

// The TLS contexts of a proxy and of its server are not told apart in on_tls_context(), and the
// contexts of HTTP/3 are others. libcurl then reads the authorities itself.
void CurlTransfer::set_trust() {
  CURL* easy = easy_.get();
  const bool has_store = TrustedStore::is_usable() && !is_tls_proxy(target_->proxy) &&
                         shared_.options.http != HttpVersion::three &&
                         shared_.authorities.source != AuthoritySource::none;
  if (!has_store) {
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, nullptr);
    trust(easy, shared_.authorities, CURLOPT_CAINFO, CURLOPT_CAPATH);
    return;
  }
  curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(easy, CURLOPT_CAPATH, no_folder);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &CurlTransfer::on_tls_context);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, this);
}

CURLcode CurlTransfer::on_tls_context(CURL*, void* context, void* transfer) noexcept {
  auto& self = *static_cast<CurlTransfer*>(transfer);
  try {
    auto* tls = static_cast<SSL_CTX*>(context);
    const Result<void> applied = self.shared_.share.trusted().apply(tls, self.shared_.authorities);
    if (!applied) {
      self.authorities_error_ = applied.error().message;
      return CURLE_SSL_CACERT_BADFILE;
    }
    keep_sessions(tls);
    if (self.shared_.keeps_buffers) SSL_CTX_clear_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    return CURLE_OK;
  } catch (...) {
    return CURLE_OUT_OF_MEMORY;  // No exception may pass through libcurl.
  }
}

void CurlTransfer::set_signing(const std::shared_ptr<const AwsSigning>& signing) {
  signing_ = signing;
  CURL* easy = easy_.get();
  if (!signing_) {
    curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, nullptr);
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, nullptr);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, nullptr);
    return;
  }
  const std::string scope = fmt::format("aws:amz:{}:{}", signing_->region, signing_->service);
  curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, scope.c_str());
  curl_easy_setopt(easy, CURLOPT_USERNAME, signing_->access_key_id.c_str());
  curl_easy_setopt(easy, CURLOPT_PASSWORD, signing_->secret.c_str());
  // Signed requests cannot suppress "Expect: 100-continue" (see CurlHeaders). Wait at most 1 ms for
  // the server's answer.
  curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
}

void CurlTransfer::set_addresses(std::span<const Resolver::Known> hosts) {
  for (const Resolver::Known& host : hosts) {
    if (host.moves == 0) continue;
    // Kept connections that are older than the move lead to the host's old address.
    const auto age = std::chrono::floor<std::chrono::seconds>(Clock::now() - host.last_move);
    curl_easy_setopt(easy_.get(), CURLOPT_MAXLIFETIME_CONN,
                     std::max<long>(1, static_cast<long>(age.count())));
  }
  const auto is_same = [](const std::shared_ptr<const Addresses>& one,
                          const Resolver::Known& other) { return one == other.addresses; };
  if (std::equal(addresses_.begin(), addresses_.end(), hosts.begin(), hosts.end(), is_same)) return;
  addresses_.clear();
  curl_slist* list = nullptr;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    addresses_.push_back(hosts[i].addresses);
    if (addresses_.back()->empty()) continue;
    const HostPort& at = target_->route[i];
    const std::string entry =
        fmt::format("{}:{}:{}", at.host, at.port, fmt::join(*addresses_.back(), ","));
    curl_slist* longer = curl_slist_append(list, entry.c_str());
    if (longer != nullptr) list = longer;
  }
  curl_easy_setopt(easy_.get(), CURLOPT_RESOLVE, list);
  address_list_.reset(list);
}

std::size_t CurlTransfer::on_header(char* data, std::size_t, std::size_t length,
                                    void* transfer) noexcept {
  try {
    return static_cast<CurlTransfer*>(transfer)->take_header({data, length}) ? length : 0;
  } catch (...) {
    return 0;  // No exception may pass through libcurl. 0 ends the transfer.
  }
}

bool CurlTransfer::take_header(std::string_view line) {
  // libcurl bounds the size of headers but not of trailers, which it keeps too.
  header_bytes_ += line.size();
  if (header_bytes_ > most_header_bytes) return false;
  if (line.starts_with("HTTP/")) {
    has_head_ = false;
  } else if (line == "\r\n" || line == "\n") {
    has_head_ = true;
  } else if (has_head_) {
    trailers_.emplace_back(line.substr(0, line.find(':')));
  }
  return true;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t, std::size_t length,
                                  void* transfer) noexcept {
  try {
    return static_cast<CurlTransfer*>(transfer)->take({data, length}) ? length : 0;
  } catch (...) {
    return 0;  // No exception may pass through libcurl. 0 ends the transfer.
  }
}

bool CurlTransfer::take(std::string_view piece) {
  if (exchange_.response.status == 0) {
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &exchange_.response.status);
    exchange_.response.headers = this;
  }
  return shared_.sink.take(exchange_, piece, shared_.sockets.received());
}

}  // namespace paceline::http::curl
