// The first byte chooses the server. The rest is a script: steps of a letter, a length and, for
// some letters, so many bytes. A server speaks TLS as the script says, and the script changes the
// server's bytes on the way to the client. Whatever comes, the client reads only what the server
// wrote.

#include <paceline/http/direct/tls_context.h>
#include <paceline/http/direct/tls_stream.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../unit/paceline/http/direct/tls_pair.h"
#include "fuzz.h"

namespace paceline::http::direct {
namespace {

/// What the first byte chooses.
struct Choice {
  explicit Choice(unsigned bits) : server(bits % 4U), resumes((bits & 4U) != 0) {}

  static constexpr unsigned older = 1;
  static constexpr unsigned asking = 2;
  static constexpr unsigned of_other_host = 3;

  std::string host() const { return server == of_other_host ? "other.test" : "localhost"; }

  unsigned server;
  /// Whether the client resumes the session of an earlier connection.
  bool resumes;
};

/// The clients' contexts and the servers', made once.
struct Contexts {
  TestCertificate certificate;
  TlsPeerContext newest{{.certificate = &certificate, .protocol = "h2"}};
  TlsPeerContext older{{.certificate = &certificate, .most_version = TLS1_2_VERSION}};
  TlsPeerContext asking{{.certificate = &certificate, .client_authority = &certificate}};
  std::shared_ptr<TlsContext> resuming = client_context(trusting(certificate));
  std::shared_ptr<TlsContext> forgetting = [this] {
    ConnectionOptions options = trusting(certificate);
    options.reuses = false;
    return client_context(options);
  }();

  const TlsPeerContext& server(const Choice& choice) const {
    if (choice.server == Choice::older) return older;
    return choice.server == Choice::asking ? asking : newest;
  }
  std::shared_ptr<TlsContext> client(const Choice& choice) const {
    return choice.resumes ? resuming : forgetting;
  }
};

const Contexts& contexts() {
  static const Contexts made;
  return made;
}

class Play {
 public:
  explicit Play(const Choice& choice)
      : choice_(choice),
        peer_(contexts().server(choice)),
        stream_(contexts().client(choice), choice.host(), "https://" + choice.host()) {
    shake({});
  }

  void run(std::string_view script) {
    while (script.size() >= 2 && state_ != TlsStream::State::failed) {
      const char step = script[0];
      const std::size_t length = static_cast<unsigned char>(script[1]);
      script.remove_prefix(2);
      const bool has_bytes = step == 'i' || step == 'x';
      const std::string_view bytes = has_bytes ? script.substr(0, length) : std::string_view();
      script.remove_prefix(bytes.size());
      perform(step, length, bytes);
    }
  }

 private:
  /// The letters of the script.
  void perform(char step, std::size_t length, std::string_view bytes) {
    switch (step) {
      case 'a':  // All that the server has said.
        return give(take(said_.size()));
      case 'g':  // So many bytes of it.
        return give(take(length));
      case 'd':  // So many bytes of it are lost.
        take(length);
        return;
      case 'i':  // Bytes that the server has not said.
        return give(std::string(bytes));
      case 'x': {  // As many bytes of it, changed.
        std::string changed = take(bytes.size());
        for (std::size_t i = 0; i < changed.size(); ++i) {
          changed[i] = static_cast<char>(changed[i] ^ bytes[i]);
        }
        return give(changed);
      }
      case 'w': {  // The server writes a text.
        if (!peer_.is_open()) return;
        const std::string text(length + 1, static_cast<char>('a' + written_.size() % 26));
        written_ += text;
        SSL_write(peer_.raw(), text.data(), static_cast<int>(text.size()));
        return hear();
      }
      case 'c':  // The client writes a text.
        if (state_ != TlsStream::State::open) return;
        stream_.write(std::string(length * 100 + 1, 'c'));
        return hear();
      case 'k':  // The server takes a new key, or begins a new handshake.
        if (!peer_.is_open()) return;
        SSL_version(peer_.raw()) == TLS1_3_VERSION
            ? SSL_key_update(peer_.raw(), SSL_KEY_UPDATE_REQUESTED)
            : SSL_renegotiate(peer_.raw());
        SSL_do_handshake(peer_.raw());
        return hear();
      case 'e':  // The server ends.
        if (peer_.is_open()) peer_.end();
        return hear();
      default:
        return;
    }
  }

  std::string take(std::size_t length) {
    std::string taken = said_.substr(0, length);
    said_.erase(0, length);
    is_heard_ = is_heard_ || !taken.empty();
    return taken;
  }

  void give(const std::string& bytes) {
    // A copy of its own size: reading beyond it is an error.
    const std::vector<char> own(bytes.begin(), bytes.end());
    const std::string_view given(own.data(), own.size());
    if (state_ == TlsStream::State::reading) {
      shake(given);
      if (state_ == TlsStream::State::open) read({});
    } else {
      read(given);
    }
    hear();
  }

  void shake(std::string_view bytes) {
    state_ = stream_.shake(bytes);
    if (state_ == TlsStream::State::open) {
      require(is_heard_, "no handshake is complete without the server");
      require(choice_.server != Choice::of_other_host, "no server takes the place of another one");
    }
    if (state_ == TlsStream::State::failed) {
      require(stream_.has_failed(), "a failed handshake is a failed stream");
      require(!stream_.error().message.empty(), "an error says why");
    }
    hear();
  }

  void read(std::string_view bytes) {
    stream_.take(bytes);
    std::array<char, 100> room;
    while (true) {
      const std::optional<std::size_t> length = stream_.read(room);
      if (!length) {
        require(stream_.has_failed(), "only a failed stream has nothing to read");
        require(!stream_.read(room), "a failed stream stays so");
        state_ = TlsStream::State::failed;
        return;
      }
      const std::string_view unread = std::string_view(written_).substr(read_);
      require(unread.starts_with(std::string_view(room.data(), *length)),
              "what is read is what the server wrote");
      read_ += *length;
      if (*length < room.size() && !stream_.has_failed()) return;
    }
  }

  /// The server hears the client, and what it says waits for the script.
  void hear() {
    require(stream_.output().size() < most_output, "little waits for the server");
    peer_.take(std::exchange(stream_.output(), {}));
    if (peer_.is_open()) peer_.read();
    said_ += peer_.give();
  }

  static constexpr std::size_t most_output = 1U << 20U;

  Choice choice_;
  TlsPeer peer_;
  TlsStream stream_;
  TlsStream::State state_ = TlsStream::State::reading;
  /// The server's bytes on their way.
  std::string said_;
  std::string written_;
  /// How much of it the client has read.
  std::size_t read_ = 0;
  /// Whether the client has received any of the server's text.
  bool is_heard_ = false;
};

}  // namespace
}  // namespace paceline::http::direct

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace paceline::http::direct;
  if (size < 1) return 0;
  const std::string script(bytes + 1, bytes + size);
  const Choice choice(bytes[0]);
  // A whole handshake, whose session is the newest.
  if (choice.resumes) Play(choice).run(std::string_view("a\0a\0w\5a\0", 8));
  Play(choice).run(script);
  return 0;
}
