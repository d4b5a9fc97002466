// The first byte says what the client does, the second how the rest, a server's bytes, is cut into
// pieces. The server hangs up after the bytes. Each exchange then has ended, once.

#include <paceline/http/direct/http2_connection.h>
#include <paceline/http/target.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../unit/test_loop.h"
#include "fuzz.h"

namespace paceline::http::direct {
namespace {

constexpr std::size_t most_exchanges = 4;
/// How many requests begin when others have ended.
constexpr int most_further = 8;
constexpr std::size_t wanted_bytes = 1'000;
/// More than a server's window.
constexpr std::size_t request_bytes = 100'000;

/// What the client does.
struct Client {
  explicit Client(unsigned bits)
      : exchanges(bits % most_exchanges + 1),
        reuses((bits & 4U) == 0),
        posts((bits & 8U) != 0),
        sends_further((bits & 16U) != 0),
        cancels((bits & 32U) != 0),
        is_heard((bits & 64U) == 0) {}

  std::size_t exchanges;
  bool reuses;
  bool posts;
  /// Whether the end of an exchange begins it again.
  bool sends_further;
  /// Whether the end of an exchange cancels another one.
  bool cancels;
  /// Whether the server reads what the client sends.
  bool is_heard;
};

struct Outcome {
  TransportError error = TransportError::ok;
  bool is_unprocessed = false;
  long status = 0;
  std::string body{};
  std::string header{};
  bool operator==(const Outcome&) const = default;
};

using Outcomes = std::array<Outcome, most_exchanges>;

/// Whether a server's bytes have the same outcomes in pieces.
bool agree(const Outcomes& whole, const Outcomes& cut) {
  for (std::size_t i = 0; i < most_exchanges; ++i) {
    // A violation that ends the connection ends the streams that are about to be reset. In pieces,
    // they have been reset before.
    if (whole[i].error != TransportError::malformed && whole[i] != cut[i]) return false;
  }
  return true;
}

std::shared_ptr<const RequestHead> head_of(Method method) {
  auto head = request_head(method, Targets({}).find("https://localhost/"), nullptr);
  return std::make_shared<const RequestHead>(std::move(*head));
}

TestLoop& the_loop() {
  static TestLoop loop;
  return loop;
}

void turn() {
  uv_run(static_cast<loop::Loop&>(the_loop()).raw(), UV_RUN_NOWAIT);
}

class Play : private Connection::Owner {
 public:
  explicit Play(const Client& client) : client_(client) {
    std::array<int, 2> ends{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0,
            "there is a socket");
    server_ = loop::Descriptor(ends[0]);
    connection_ = std::make_unique<Http2Connection>(
        Opened{.socket = loop::Descriptor(ends[1]), .tls = nullptr, .times = {}}, shared_,
        std::nullopt);
    connection_->begin();
    for (std::size_t i = 0; i < client.exchanges; ++i) {
      exchanges_.push_back(std::make_unique<Exchange>(i));
      if (connection_->room() > 0) start(i);
    }
    connection_->flush();
  }

  /// Sends the bytes in pieces of `longest`, of 1, 2, 3, … and again.
  Outcomes run(std::string_view bytes, std::size_t longest) {
    for (std::size_t length = longest; !bytes.empty(); length = length % longest + 1) {
      const std::string_view piece = bytes.substr(0, length);
      if (send(server_.get(), piece.data(), piece.size(), MSG_NOSIGNAL) < 0) break;
      bytes.remove_prefix(piece.size());
      turn();
      if (client_.is_heard) hear();
      require(connection_->room() <= connection_->capacity(), "room is a part of the capacity");
    }
    server_.reset();
    constexpr int turns = 10;
    for (int i = 0; i < turns && connection_->is_open(); ++i) turn();
    require(!connection_->is_open(), "a connection closes when the server has hung up");
    require(connection_->exchanges() == 0, "a closed connection has no exchanges");
    require(std::none_of(active_.begin(), active_.end(), [](bool is_active) { return is_active; }),
            "every exchange ends");
    return outcomes_;
  }

 private:
  void start(std::size_t number) {
    static const std::shared_ptr<const RequestHead> get = head_of(Method::get);
    static const std::shared_ptr<const RequestHead> post = head_of(Method::post);
    Exchange& exchange = *exchanges_[number];
    exchange.response = {};
    if (client_.posts) {
      exchange.request.method = Method::post;
      exchange.request.body.resize(request_bytes);
    }
    outcomes_[number] = {};
    active_[number] = true;
    connection_->start(exchange, client_.posts ? post : get);
  }

  void hear() {
    std::array<char, 65'536> buffer;
    while (recv(server_.get(), buffer.data(), buffer.size(), 0) > 0) {
    }
  }

  bool take(Exchange& exchange, std::string_view piece, std::optional<TimePoint>) override {
    require(active_[exchange.number], "only an exchange that has not ended takes a body");
    require(exchange.response.status >= 200, "a body follows the head of a response");
    require(exchange.response.headers != nullptr, "a body follows headers");
    std::string& body = outcomes_[exchange.number].body;
    body += piece;
    return body.size() <= wanted_bytes;
  }

  void ended(Connection&, Exchange& exchange, TransportEnd end) override {
    require(active_[exchange.number], "an exchange ends once");
    active_[exchange.number] = false;
    const Response& response = exchange.response;
    const bool is_whole = end.error == TransportError::ok;
    const bool is_long = end.error == TransportError::too_large;
    require(!is_whole || (response.status >= 200 && response.http_version == "HTTP/2"),
            "an exchange without an error has a response");
    require(is_whole || is_long || !end.why.message.empty(), "an error says why");
    require(!end.is_unprocessed || (!is_whole && response.status == 0),
            "no request with a response is sent again");
    Outcome& outcome = outcomes_[exchange.number];
    require(is_long == (outcome.body.size() > wanted_bytes), "what is wanted is taken");
    outcome.error = end.error;
    outcome.is_unprocessed = end.is_unprocessed;
    outcome.status = response.status;
    outcome.header = response.header("retry-after").value_or("");
    // Of a body that is not wanted, or longer than its length, how much has come depends on the
    // pieces.
    if (!is_whole || response.status >= 400) outcome.body.clear();
    shared_.responses.release(exchange);
    follow(exchange.number);
  }

  void changed(Connection&) override {}

  void follow(std::size_t number) {
    if (client_.cancels) {
      const std::size_t other = (number + 1) % client_.exchanges;
      if (active_[other]) {
        connection_->cancel(*exchanges_[other], CancelReason::unwanted);
        active_[other] = false;
        shared_.responses.release(*exchanges_[other]);
      }
    }
    if (client_.sends_further && further_ < most_further && connection_->room() > 0) {
      ++further_;
      start(number);
    }
  }

  Client client_;
  Connection::Shared shared_{.owner = *this,
                             .wire = Wire::Shared(the_loop()),
                             .responses = ResponseBlocks(most_exchanges),
                             .reuses = client_.reuses};
  loop::Descriptor server_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;
  std::array<bool, most_exchanges> active_{};
  Outcomes outcomes_;
  int further_ = 0;
  std::unique_ptr<Http2Connection> connection_;
};

}  // namespace
}  // namespace paceline::http::direct

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace paceline::http::direct;
  if (size < 2) return 0;
  const std::string server(bytes + 2, bytes + size);
  const Client client(bytes[0]);
  const Outcomes whole = Play(client).run(server, server.size() + 1);
  const Outcomes cut = Play(client).run(server, bytes[1] % 64U + 1U);
  turn();
  // Which stream a further request gets depends on what the server has sent by then.
  if (client.sends_further || client.cancels) return 0;
  paceline::require(agree(whole, cut),
                    "a frame that arrives in pieces has the same outcome as a whole frame");
  return 0;
}
