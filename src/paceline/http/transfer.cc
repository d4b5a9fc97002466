#include <fcntl.h>
#include <fmt/format.h>
#include <paceline/http/exchange.h>
#include <paceline/http/transfer.h>
#include <paceline/http/user_agent.h>

#include <algorithm>
#include <new>

namespace paceline {
namespace {

constexpr std::size_t most_header_bytes = 512U << 10U;

/// For CURLOPT_CAPATH, so that libcurl does not trust the system's folder beside a file. Newer ones
/// take nullptr for the system's; OpenSSL takes a folder that is none, and other libraries do not.
const char* no_certificates() {
  const char* library = curl_version_info(CURLVERSION_NOW)->ssl_version;
  const bool is_openssl =
      library != nullptr && std::string_view(library).find("OpenSSL") != std::string_view::npos;
  return is_openssl ? "/dev/null" : nullptr;
}

}  // namespace

Transfer::Transfer(Exchange& exchange, const Shared& shared)
    : exchange_(exchange), shared_(shared), easy_(curl_easy_init()) {
  if (easy_ == nullptr) throw std::bad_alloc();
  set_common();
}

std::optional<std::string_view> Transfer::header(const char* name) const {
  curl_header* found = nullptr;
  if (curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) {
    return std::nullopt;
  }
  return std::string_view(found->value);
}

void Transfer::set_common() {
  CURL* easy = easy_.get();
  const ConnectionOptions& options = shared_.options;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, no_certificates());
  }
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, user_agent().c_str());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why_.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  // HTTP/2 by ALPN over TLS only: without encryption it breaks in libcurl 7.88.
  const bool is_one = options.http == HttpVersion::one;
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   static_cast<long>(is_one ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
  // libcurl would look for these in the environment before every request.
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Sockets::open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &shared_.sockets);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Sockets::close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &shared_.sockets);
}

void Transfer::prepare() {
  CURL* easy = easy_.get();
  const Request& request = exchange_.request;
  why_[0] = '\0';
  header_bytes_ = 0;
  set_only_connects(false);
  set_url();
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

void Transfer::prepare_connection() {
  why_[0] = '\0';
  set_only_connects(true);
  set_url();
}

void Transfer::set_only_connects(bool only_connects) {
  if (only_connects == only_connects_) return;
  only_connects_ = only_connects;
  curl_easy_setopt(easy_.get(), CURLOPT_CONNECT_ONLY, only_connects ? 1L : 0L);
}

// As text, libcurl would take the URL apart and write it out anew for each request: a sixth of its
// instructions. What it cannot take apart it gets as text, since it then says why.
void Transfer::set_url() {
  if (exchange_.request.url == url_) return;
  url_ = exchange_.request.url;
  CURL* easy = easy_.get();
  // Wait for ALPN to say whether a connection can be shared. Without TLS nothing says so before
  // the first reply, and every first request would take twice its time.
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, url_.starts_with("https:") ? 1L : 0L);
  parsed_.reset(curl_url());
  route_.clear();
  addresses_.clear();
  if (parsed_ && curl_url_set(parsed_.get(), CURLUPART_URL, url_.c_str(), 0) == CURLUE_OK) {
    set_route();
    curl_easy_setopt(easy, CURLOPT_CURLU, parsed_.get());
    return;
  }
  curl_easy_setopt(easy, CURLOPT_CURLU, nullptr);
  curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
}

void Transfer::set_route() {
  // As it is looked up; where libcurl knows no such names, it says so.
  const std::string host = url_part(parsed_, CURLUPART_HOST, CURLU_PUNYCODE);
  const std::string port = url_part(parsed_, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const Proxy* proxy = shared_.proxies.find(url_part(parsed_, CURLUPART_SCHEME), host);
  if (proxy == nullptr || proxy->wants_address) route_.push_back({host, port});
  if (proxy != nullptr) route_.push_back(proxy->at);
  std::erase_if(route_, [](const HostPort& at) { return !needs_lookup(at.host); });
  curl_easy_setopt(easy_.get(), CURLOPT_PROXY, proxy != nullptr ? proxy->url.c_str() : "");
}

void Transfer::use_addresses(std::span<const Resolver::Known> known) {
  for (const Resolver::Known& host : known) {
    if (host.moves == 0) continue;
    // Kept connections that are older than the move lead to where the host was.
    const auto age = std::chrono::floor<std::chrono::seconds>(Clock::now() - host.last_move);
    curl_easy_setopt(easy_.get(), CURLOPT_MAXLIFETIME_CONN,
                     std::max<long>(1, static_cast<long>(age.count())));
  }
  const auto is_same = [](const std::shared_ptr<const Addresses>& one,
                          const Resolver::Known& other) { return one == other.addresses; };
  if (std::equal(addresses_.begin(), addresses_.end(), known.begin(), known.end(), is_same)) return;
  addresses_.clear();
  curl_slist* list = nullptr;
  for (std::size_t i = 0; i < known.size(); ++i) {
    addresses_.push_back(known[i].addresses);
    if (addresses_.back()->empty()) continue;
    const std::string entry =
        fmt::format("{}:{}:{}", route_[i].host, route_[i].port, fmt::join(*addresses_.back(), ","));
    curl_slist* longer = curl_slist_append(list, entry.c_str());
    if (longer != nullptr) list = longer;
  }
  curl_easy_setopt(easy_.get(), CURLOPT_RESOLVE, list);
  address_list_.reset(list);
}

// libcurl closes its descriptor when it forgets the connection, which then lives on in a copy.
void Transfer::end(CURLcode code) {
  if (!only_connects_ || code != CURLE_OK) return;
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
  if (socket != CURL_SOCKET_BAD) connection_ = Descriptor(fcntl(socket, F_DUPFD_CLOEXEC, 0));
}

// libcurl keeps trailers as it keeps headers, and bounds only those.
std::size_t Transfer::on_header(char*, std::size_t, std::size_t length, void* transfer) noexcept {
  auto& self = *static_cast<Transfer*>(transfer);
  self.header_bytes_ += length;
  if (self.header_bytes_ <= most_header_bytes) return length;
  try {
    self.exchange_.refuse(Transport::malformed, "the reply's headers are too long");
  } catch (...) {
    // The exchange ends all the same.
  }
  return 0;
}

std::size_t Transfer::on_body(char* data, std::size_t, std::size_t length,
                              void* transfer) noexcept {
  try {
    return static_cast<Transfer*>(transfer)->take({data, length}) ? length : 0;
  } catch (...) {
    return 0;  // Nothing may be thrown through libcurl; it ends the exchange.
  }
}

bool Transfer::take(std::string_view piece) {
  if (exchange_.reply.status == 0) {
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &exchange_.reply.status);
  }
  return exchange_.take(piece, shared_.sockets.received());
}

}  // namespace paceline
