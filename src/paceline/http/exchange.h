#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/http/client.h>
#include <paceline/http/message.h>
#include <paceline/http/reply_memory.h>
#include <paceline/http/spare_bodies.h>

namespace paceline {

class ContentDecoder;
class PlainConnection;
class Transfer;

/// One request with its reply. A client makes them, lends them out, and has them carried by a
/// connection of its own or by libcurl.
class Exchange {
 public:
  /// What the exchanges of one client have together.
  struct Shared {
    std::size_t max_reply = 0;
    std::chrono::milliseconds timeout{0};
    ReplyMemory memory{0, 0};
    /// Takes the pieces of streamed replies.
    Client::OnPiece on_piece{};
    /// Called with the number of an exchange that takes too much memory, from within another one's
    /// reading.
    std::function<void(std::size_t number)> on_memory_full{};
    SpareBodies bodies{};
  };

  /// `number` counts a client's exchanges from 0, for those who keep a record beside each.
  Exchange(std::size_t number, Shared& shared);
  ~Exchange();

  std::size_t number() const { return number_; }
  /// A header of the reply, without regard to upper and lower case; nothing where it is not there.
  /// Valid until the exchange is released.
  std::optional<std::string_view> header(const char* name) const;

  /// What to send; filled between Client::acquire() and send().
  Request request;
  /// What came back; complete when the client calls on_done, and gone when it is released.
  Reply reply;

 private:
  friend class Client;
  friend class PlainConnection;
  friend class Transfer;

  /// Makes the reply empty.
  void begin();
  /// Lends what the reply was kept in to others.
  void drop_reply();
  /// A piece of the reply's body; `received` tells when it came in, where the kernel noted it.
  /// False where it makes the reply too large. Its status is in `reply` by then.
  bool take(std::string_view piece, std::optional<TimePoint> received);
  /// The whole reply is in.
  void finish(TimePoint ended);
  /// `why` is a sentence; where one is known for the kind of failure, it may be empty.
  void fail(Transport transport, std::string why, TimePoint ended);
  /// Drops what has come of the reply, which takes more memory than there is. It has failed.
  void give_up();
  bool is_refused() const { return refused_ != Transport::ok; }

  bool is_success() const { return reply.status >= 200 && reply.status < 300; }
  /// Looks how the body is encoded, before its first piece.
  bool begin_body();
  bool take_decoded(std::string_view piece);
  bool keep(std::string_view piece);
  /// Records the bytes that the reply holds in memory. Returns false when the memory bound is
  /// exceeded.
  bool hold(std::size_t bytes);
  bool refuse(Transport transport, std::string why);

  std::size_t number_;
  Shared& shared_;
  std::unique_ptr<Transfer> transfer_;
  std::unique_ptr<PlainConnection> connection_;
  std::unique_ptr<ContentDecoder> decoder_;
  /// Decoded bytes of the body so far.
  std::size_t length_ = 0;
  /// Why the reply is not read on; ok: it is.
  Transport refused_ = Transport::ok;
  std::string why_refused_;
  unsigned resends_ = 0;
  bool is_plain_ = false;
  bool is_urgent_ = false;
};

}  // namespace paceline
