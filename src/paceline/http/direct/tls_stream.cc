#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <paceline/http/direct/tls_stream.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace paceline::http::direct {
namespace {

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> binary;
  return inet_pton(AF_INET, host.c_str(), binary.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), binary.data()) == 1;
}

}  // namespace

TlsStream& TlsStream::self(BIO* bio) {
  return *static_cast<TlsStream*>(BIO_get_data(bio));
}

/// A BIO that reads from input_ and writes to output_.
const BIO_METHOD* TlsStream::memory() {
  struct Free {
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
  };
  static const std::unique_ptr<BIO_METHOD, Free> method = [] {
    std::unique_ptr<BIO_METHOD, Free> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "paceline"));
    if (made == nullptr) throw std::bad_alloc();
    BIO_meth_set_read_ex(made.get(), [](BIO* bio, char* into, std::size_t room, std::size_t* read) {
      BIO_clear_retry_flags(bio);
      *read = self(bio).read_input(into, room);
      if (*read > 0) return 1;
      BIO_set_retry_read(bio);
      return 0;
    });
    BIO_meth_set_write_ex(made.get(),
                          [](BIO* bio, const char* from, std::size_t length, std::size_t* written) {
                            try {
                              self(bio).output_.append(from, length);
                            } catch (...) {
                              return 0;  // No exception may pass through OpenSSL.
                            }
                            *written = length;
                            return 1;
                          });
    BIO_meth_set_ctrl(made.get(), [](BIO*, int command, long, void*) -> long {
      return command == BIO_CTRL_FLUSH ? 1 : 0;
    });
    BIO_meth_set_create(made.get(), [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return made;
  }();
  return method.get();
}

TlsStream::TlsStream(std::shared_ptr<TlsContext> context, std::string host, std::string origin)
    : context_(std::move(context)),
      host_(std::move(host)),
      origin_(std::move(origin)),
      tls_(SSL_new(context_->raw())) {
  BIO* bio = BIO_new(memory());
  if (tls_ == nullptr || bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  SSL_set_bio(tls_.get(), bio, bio);
  SSL_set_app_data(tls_.get(), this);
  SSL_set_connect_state(tls_.get());
  set_host();
  if (const auto session = context_->find_session(origin_)) {
    SSL_set_session(tls_.get(), session.get());
  }
}

// OpenSSL would not resume the session of a connection that was freed before it had ended.
TlsStream::~TlsStream() {
  if (!has_failed_) SSL_set_shutdown(tls_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void TlsStream::set_host() {
  if (is_address(host_)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), host_.c_str());
    return;
  }
  // Neither the server's name in the handshake nor a certificate has the dot of an absolute name.
  std::string name = host_.ends_with('.') ? host_.substr(0, host_.size() - 1) : host_;
  // OpenSSL takes an empty name for every name, and one with a dot in front for each name below it.
  // With a dot at its end it is no certificate's.
  if (name.empty() || name.starts_with('.')) name += '.';
  SSL_set_hostflags(tls_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  SSL_set1_host(tls_.get(), name.c_str());
  SSL_set_tlsext_host_name(tls_.get(), name.c_str());
}

std::size_t TlsStream::read_input(char* into, std::size_t room) {
  const bool is_kept = !kept_.empty();
  const std::string_view from = is_kept ? std::string_view(kept_) : input_;
  const std::size_t length = from.copy(into, std::min(room, from.size()));
  if (is_kept) {
    kept_.erase(0, length);
  } else {
    input_.remove_prefix(length);
  }
  return length;
}

TlsStream::State TlsStream::shake(std::string_view bytes) {
  input_ = bytes;
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  kept_.append(std::exchange(input_, {}));
  if (result == 1) return State::open;
  if (SSL_get_error(tls_.get(), result) == SSL_ERROR_WANT_READ) return State::reading;
  note_failure();
  return State::failed;
}

void TlsStream::note_failure() {
  has_failed_ = true;
  words_ = take_openssl_words();
  const long verified = SSL_get_verify_result(tls_.get());
  if (verified == X509_V_OK) return;
  const bool is_of_other_host =
      verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH;
  words_ = is_of_other_host ? fmt::format("none of its names matches '{}'", host_)
                            : X509_verify_cert_error_string(verified);
}

Error TlsStream::error() const {
  const long verified = SSL_get_verify_result(tls_.get());
  const TlsStep step = verified == X509_V_OK ? TlsStep::handshake : TlsStep::verification;
  return tls_error({step, verified, words_, context_->has_certificate()}, context_->authorities());
}

void TlsStream::take(std::string_view bytes) {
  input_ = bytes;
}

std::optional<std::size_t> TlsStream::read(std::span<char> into) {
  if (has_failed_) return std::nullopt;
  std::size_t length = 0;
  while (length < into.size()) {
    std::size_t read = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(tls_.get(), into.data() + length, into.size() - length, &read);
    length += read;
    if (result == 1) continue;
    // After the server's end or an error, bytes may be left, which are not the caller's any more.
    input_ = {};
    const int error = SSL_get_error(tls_.get(), result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_ZERO_RETURN) break;
    note_failure();
    // What was decrypted before the error counts.
    return length > 0 ? std::optional(length) : std::nullopt;
  }
  if (has_unwritten() && encrypt(unwritten_)) unwritten_.clear();
  return length;
}

void TlsStream::write(std::string_view text) {
  if (text.empty()) return;
  if (has_unwritten() || !encrypt(text)) unwritten_.append(text);
}

// In the middle of a message of the handshake, such as a ticket in several records or a
// renegotiation, OpenSSL takes no text. Without room for the output, the connection fails.
bool TlsStream::encrypt(std::string_view text) {
  std::size_t written = 0;
  ERR_clear_error();
  const int result = SSL_write_ex(tls_.get(), text.data(), text.size(), &written);
  return result == 1 || SSL_get_error(tls_.get(), result) != SSL_ERROR_WANT_READ;
}

void TlsStream::end() {
  ERR_clear_error();
  if (!has_failed_) SSL_shutdown(tls_.get());
}

bool TlsStream::chose_http2() const {
  const unsigned char* protocol = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(tls_.get(), &protocol, &length);
  return std::string_view(reinterpret_cast<const char*>(protocol), length) == "h2";
}

void TlsStream::keep_session(TlsContext::Session session) {
  context_->keep_session(origin_, std::move(session));
}

}  // namespace paceline::http::direct
