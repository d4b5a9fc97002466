#include <curl/curl.h>
#include <paceline/http/curl/curl_multi.h>
#include <paceline/http/libcurl.h>
#include <paceline/loop/sockets.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace paceline::http::curl {
namespace {

/// Shuts an idle HTTP/1 connection down if the server has sent bytes. The bytes are an unrequested
/// response, such as 408, which libcurl would take for the response to the next request, or a
/// close_notify of TLS.
void drop_unasked_response(int socket) {
  std::array<char, 4096> heard;
  if (recv(socket, heard.data(), heard.size(), MSG_DONTWAIT) <= 0) return;
  while (recv(socket, heard.data(), heard.size(), MSG_DONTWAIT) > 0) {
  }
  shutdown(socket, SHUT_RDWR);
}

}  // namespace

curl_socket_t CurlSockets::add(loop::Descriptor socket) {
  loop::note_receive_times(socket.get());
  entry(socket.get()).ours = true;
  return socket.release();
}

int CurlSockets::close(void* sockets, curl_socket_t descriptor) noexcept {
  auto& self = *static_cast<CurlSockets*>(sockets);
  if (Owner* owner = self.entry(descriptor).owner) owner->closed(descriptor);
  self.retired_.add(std::exchange(self.entry(descriptor), Entry{}).watch,
                    loop::Descriptor(descriptor));
  return 0;
}

void CurlSockets::keep(curl_socket_t descriptor, bool is_http_1) {
  Entry& socket = entry(descriptor);
  if (!socket.ours) return forget(descriptor);
  socket.idle = true;
  socket.is_http_1 = is_http_1;
}

void CurlSockets::want(Owner& owner, curl_socket_t descriptor, int what) {
  Entry& socket = entry(descriptor);
  socket.idle = false;
  socket.owner = &owner;
  if (!socket.watch) {
    socket.watch = std::make_unique<loop::Poll>(
        loop_, descriptor,
        [this, descriptor](int status, int events) { happened(descriptor, status, events); });
  }
  socket.watch->want(((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                     ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0));
}

CurlSockets::Entry& CurlSockets::entry(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= entries_.size()) entries_.resize(index + 1);
  return entries_[index];
}

void CurlSockets::happened(int descriptor, int status, int events) {
  Entry& socket = entry(descriptor);
  if (socket.idle) {
    // The server closed a kept connection, or sent an unrequested response. libcurl finds out when
    // it next takes the connection. Until then the loop must not report the event again.
    socket.watch->want(0);
    if (socket.ours && socket.is_http_1) drop_unasked_response(descriptor);
    return;
  }
  // With the error alone, libcurl gives up. If libcurl also reads, it recognises a reset, and sends
  // the request again on a new connection if a kept connection was just closed.
  int action = status < 0 ? CURL_CSELECT_ERR | CURL_CSELECT_IN | CURL_CSELECT_OUT : 0;
  if ((events & UV_WRITABLE) != 0) action |= CURL_CSELECT_OUT;
  if ((events & UV_READABLE) != 0) {
    action |= CURL_CSELECT_IN;
    received_ = loop::receive_time(descriptor);
  }
  socket.owner->act(descriptor, action);
}

namespace {

/// Holds back what is sent on sockets. libcurl sends each frame of HTTP/2 by itself.
class Held {
 public:
  explicit Held(const std::vector<curl_socket_t>& sockets) : sockets_(sockets) { set(true); }
  ~Held() { set(false); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  void set(bool is_held) const {
    for (const curl_socket_t socket : sockets_) loop::hold_back(socket, is_held);
  }

  const std::vector<curl_socket_t>& sockets_;
};

bool had_http_1(CURL* easy) {
  long version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  return version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1;
}

}  // namespace

CurlMulti::CurlMulti(loop::Loop& loop, CurlSockets& sockets, Owner& owner)
    : sockets_(sockets),
      owner_(owner),
      timer_(loop, [this] { act(CURL_SOCKET_TIMEOUT, 0); }),
      collect_later_(loop, [this] { collect(); }) {
  CURLM* multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(2 * most_streams));
}

void CurlMulti::add(CurlTransfer& transfer) {
  curl_multi_add_handle(multi_.get(), transfer.raw());
  ++transfers_;
  has_added_ = true;
}

void CurlMulti::cancel(CurlTransfer& transfer) {
  remove(transfer);
  advance();
}

void CurlMulti::remove(CurlTransfer& transfer) {
  // libcurl 7.88 does not call CURLOPT_CLOSESOCKETFUNCTION for a socket that is not connected.
  // Another thread may get the socket's number before libcurl reports CURL_POLL_REMOVE.
  if (transfer.is_connecting()) sockets_.forget(transfer.opened());
  curl_multi_remove_handle(multi_.get(), transfer.raw());
  --transfers_;
}

void CurlMulti::advance() {
  {
    const Held held(shared_);
    perform(CURL_SOCKET_TIMEOUT, 0);
  }
  if (running_ == transfers_) return;
  ended_ = Clock::now();
  collect_later_.ask();
}

void CurlMulti::act(curl_socket_t socket, int events) {
  perform(socket, events);
  ended_ = Clock::now();
  collect();
}

void CurlMulti::perform(curl_socket_t socket, int events) {
  due_now_ = false;
  has_added_ = false;
  curl_multi_socket_action(multi_.get(), socket, events, &running_);
  // libcurl asks for a timeout of 0 while it sets up a connection. A timer of a millisecond would
  // add to the latency. The bound on rounds keeps libcurl from blocking the loop.
  for (int round = 0; due_now_ && round < 8; ++round) {
    due_now_ = false;
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running_);
  }
  if (due_now_) timer_.start(std::chrono::milliseconds(1));
}

int CurlMulti::on_socket(CURL* easy, curl_socket_t socket, int what, void* multi, void*) {
  auto& self = *static_cast<CurlMulti*>(multi);
  void* pointer = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &pointer);
  auto* transfer = static_cast<CurlTransfer*>(pointer);
  if (transfer != nullptr) self.note(socket, what, *transfer);
  if (what != CURL_POLL_REMOVE) {
    self.sockets_.want(self, socket, what);
  } else if (transfer != nullptr && transfer->is_connecting()) {
    // libcurl may have closed the socket already, as in remove().
    self.sockets_.forget(socket);
  } else {
    self.sockets_.keep(socket, had_http_1(easy));
  }
  return 0;
}

void CurlMulti::note(curl_socket_t socket, int what, CurlTransfer& transfer) {
  transfer.set_sending((what & CURL_POLL_OUT) != 0);
  if (!transfer.shares_connections() || what == CURL_POLL_REMOVE) return;
  if (std::find(shared_.begin(), shared_.end(), socket) == shared_.end()) shared_.push_back(socket);
}

void CurlMulti::closed(curl_socket_t socket) {
  std::erase(shared_, socket);
}

int CurlMulti::on_timer(CURLM*, long timeout_ms, void* multi) {
  auto& self = *static_cast<CurlMulti*>(multi);
  self.due_now_ = timeout_ms == 0;
  if (timeout_ms > 0) {
    self.timer_.start(std::chrono::milliseconds(timeout_ms));
  } else if (timeout_ms < 0) {
    self.timer_.stop();
  }
  return 0;
}

void CurlMulti::collect() {
  const std::optional<TimePoint> received = sockets_.take_received();
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    void* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    curl_multi_remove_handle(multi_.get(), message->easy_handle);
    --transfers_;
    owner_.ended(*static_cast<CurlTransfer*>(transfer), code, received, ended_);
  }
}

}  // namespace paceline::http::curl
