#include <endpoint/connections.h>
#include <endpoint/tls.h>
#include <fmt/format.h>
#include <gnutls/x509.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

namespace paceline::endpoint {
namespace {

tl::unexpected<Error> unusable(std::string message) {
  return fail(ErrorCode::endpoint_certificate_unusable, std::move(message));
}

Result<std::string> read_pem(const std::string& path) {
  constexpr std::size_t longest = 1U << 20U;
  std::ifstream file(path, std::ios::binary);
  std::string text(longest, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(longest));
  if (!file.is_open() || file.bad()) {
    return unusable(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

gnutls_datum_t datum_of(const std::string& text) {
  return {const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

struct FreeCredentials {
  void operator()(gnutls_certificate_credentials_t all) const {
    gnutls_certificate_free_credentials(all);
  }
};
using Credentials =
    std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>, FreeCredentials>;

/// GnuTLS's code: 0 or more, or why the certificates cannot be used.
int check_certificates(const std::string& certificates) {
  gnutls_x509_crt_t* list = nullptr;
  unsigned count = 0;
  const gnutls_datum_t text = datum_of(certificates);
  const int code = gnutls_x509_crt_list_import2(&list, &count, &text, GNUTLS_X509_FMT_PEM, 0);
  if (code < 0) return code;
  for (unsigned i = 0; i < count; ++i) gnutls_x509_crt_deinit(list[i]);
  gnutls_free(list);
  return code;
}

/// GnuTLS's code for a certificate and its key: 0, or why they cannot be used. GnuTLS 3.7 leaks
/// memory here if check_certificates() fails.
int check_pair(const std::string& certificates, const std::string& key) {
  gnutls_certificate_credentials_t made = nullptr;
  if (const int code = gnutls_certificate_allocate_credentials(&made); code < 0) return code;
  const Credentials credentials(made);
  const gnutls_datum_t certificate_text = datum_of(certificates);
  const gnutls_datum_t key_text = datum_of(key);
  return gnutls_certificate_set_x509_key_mem(credentials.get(), &certificate_text, &key_text,
                                             GNUTLS_X509_FMT_PEM);
}

}  // namespace

Result<std::unique_ptr<TlsIdentity>> TlsIdentity::load(const std::string& cert_file,
                                                       const std::string& key_file) {
  if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
    return fail(ErrorCode::endpoint_tls_missing,
                fmt::format("libmicrohttpd {} of this system has no TLS", MHD_get_version()));
  }
  auto certificates = read_pem(cert_file);
  if (!certificates) return tl::unexpected(std::move(certificates.error()));
  if (!has(*certificates, "CERTIFICATE-----")) {
    return unusable(fmt::format("{} contains no certificate in PEM", cert_file));
  }
  const std::string& key_from = key_file.empty() ? cert_file : key_file;
  auto key = read_pem(key_from);
  if (!key) return tl::unexpected(std::move(key.error()));
  if (!has(*key, "PRIVATE KEY-----")) {
    return unusable(fmt::format("{} contains no private key in PEM", key_from));
  }
  if (has(*key, "ENCRYPTED")) return unusable(fmt::format("the key in {} is encrypted", key_from));
  if (const int code = check_certificates(*certificates); code < 0) {
    return unusable(fmt::format("GnuTLS cannot read the certificates in {}: {}", cert_file,
                                gnutls_strerror(code)));
  }
  const int code = check_pair(*certificates, *key);
  if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
    return unusable(
        fmt::format("the key in {} is not that of the certificate in {}", key_from, cert_file));
  }
  if (code < 0) {
    return unusable(
        fmt::format("GnuTLS cannot use the key in {}: {}", key_from, gnutls_strerror(code)));
  }
  return std::unique_ptr<TlsIdentity>(new TlsIdentity(std::move(*certificates), std::move(*key)));
}

TlsIdentity::TlsIdentity(std::string certificates, std::string key)
    : certificates_(std::move(certificates)), key_(std::move(key)) {
  gnutls_session_ticket_key_generate(&ticket_key_);
}

TlsIdentity::~TlsIdentity() {
  gnutls_memset(key_.data(), 0, key_.size());
  if (ticket_key_.data != nullptr) gnutls_memset(ticket_key_.data, 0, ticket_key_.size);
  gnutls_free(ticket_key_.data);
}

std::vector<MHD_OptionItem> TlsIdentity::daemon_options() {
  static std::string versions = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1";
  return {{MHD_OPTION_HTTPS_PRIORITIES, 0, versions.data()},
          {MHD_OPTION_HTTPS_MEM_CERT, 0, certificates_.data()},
          {MHD_OPTION_HTTPS_MEM_KEY, 0, key_.data()},
          {MHD_OPTION_END, 0, nullptr}};
}

void TlsIdentity::allow_tickets(gnutls_session_t session) const {
  if (ticket_key_.data != nullptr) gnutls_session_ticket_enable_server(session, &ticket_key_);
}

TlsReader::TlsReader(gnutls_session_t session, ReceiveNote& note) : session_(session), note_(note) {
  // libmicrohttpd has set the descriptor for both directions.
  gnutls_transport_ptr_t receiver = nullptr;
  gnutls_transport_ptr_t sender = nullptr;
  gnutls_transport_get_ptr2(session, &receiver, &sender);
  gnutls_transport_set_ptr2(session, this, sender);
  gnutls_transport_set_pull_function(session, &TlsReader::pull);
  gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST,
                                     &TlsReader::on_finished);
}

int TlsReader::on_finished(gnutls_session_t session, unsigned, unsigned, unsigned incoming,
                           const gnutls_datum_t*) noexcept {
  if (incoming != 0) {
    static_cast<TlsReader*>(gnutls_transport_get_ptr(session))->has_finished_ = true;
  }
  return 0;
}

std::uint32_t TlsReader::awaited() const {
  return gnutls_record_get_direction(session_) == 0 ? EPOLLIN : EPOLLOUT;
}

ssize_t TlsReader::pull(void* self, void* into, std::size_t size) noexcept {
  return static_cast<TlsReader*>(self)->read(static_cast<char*>(into), size);
}

ssize_t TlsReader::read(char* into, std::size_t size) {
  if (begin_ == end_) {
    if (size >= bytes_.size()) return receive(into, size);
    const ssize_t length = receive(bytes_.data(), bytes_.size());
    if (length <= 0) return length;
    begin_ = 0;
    end_ = static_cast<std::size_t>(length);
  }
  const std::size_t given = std::min(size, end_ - begin_);
  std::memcpy(into, bytes_.data() + begin_, given);
  begin_ += given;
  return static_cast<ssize_t>(given);
}

ssize_t TlsReader::receive(char* into, std::size_t size) {
  const loop::Received received = loop::receive(note_.descriptor, {into, size});
  if (received.length > 0) note_.when = received.when;
  return received.length;
}

Handshakes::Handshakes(loop::Loop& loop, std::chrono::milliseconds limit,
                       std::function<void(Client&)> serve)
    : loop_(loop), serve_(std::move(serve)), limits_(loop, limit) {}

Result<void> Handshakes::open() {
  epoll_ = loop::Descriptor(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.is_open()) return loop::fail_to_open("TLS handshakes", errno);
  watch_ = std::make_unique<loop::Poll>(loop_, epoll_.get(), [this](int, int) { resume_one(); });
  watch_->want(UV_READABLE);
  return {};
}

void Handshakes::add(Client& client) {
  limits_.add(client.descriptor());
  running_.push_back(&client);
}

void Handshakes::remove(Client& client) {
  limits_.remove(client.descriptor());
  std::erase(running_, &client);
  if (waiting_.erase(&client) > 0) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, client.descriptor(), nullptr);
  }
}

void Handshakes::suspend_waiting() {
  for (Client* client : std::exchange(running_, {})) {
    if (client->tls->has_finished()) {
      limits_.remove(client->descriptor());
      continue;
    }
    epoll_event event{};
    event.events = client->tls->awaited();
    event.data.ptr = client;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, client->descriptor(), &event) != 0) {
      client->shut();  // The system cannot watch it. libmicrohttpd reads the end.
      running_.push_back(client);
      continue;
    }
    waiting_.insert(client);
    MHD_suspend_connection(client->connection);
  }
}

// Only one, because `serve_` may end others of the same epoll_wait().
void Handshakes::resume_one() {
  epoll_event event{};
  if (epoll_wait(epoll_.get(), &event, 1, 0) < 1) return;
  Client& client = *static_cast<Client*>(event.data.ptr);
  waiting_.erase(&client);
  resume(client);
  running_.push_back(&client);
  serve_(client);
}

void Handshakes::resume_all() {
  for (Client* client : std::exchange(waiting_, {})) resume(*client);
}

void Handshakes::resume(Client& client) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, client.descriptor(), nullptr);
  MHD_resume_connection(client.connection);
}

}  // namespace paceline::endpoint
