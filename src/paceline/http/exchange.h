#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <paceline/http/client.h>
#include <paceline/http/message.h>

namespace paceline {

/// One request with its reply, on one curl easy handle. A client makes them, and lends them out.
class Exchange {
 public:
  /// `number` counts a client's exchanges from 0, for those who keep a record beside each.
  Exchange(std::size_t number, const ClientOptions& options);

  std::size_t number() const { return number_; }
  /// A header of the reply, without regard to upper and lower case; nothing where it is not there.
  /// Valid until the exchange is sent again.
  std::optional<std::string_view> header(const char* name) const;

  /// What to send; filled between Client::acquire() and send().
  Request request;
  /// What came back; complete when the client calls on_done.
  Reply reply;

 private:
  friend class Client;
  struct Cleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
  };

  void set_common(const ClientOptions& options);
  /// Tells libcurl what differs from this exchange's last request.
  void prepare();
  void set_url();
  void finish(CURLcode code, TimePoint ended);
  /// A sentence on what went wrong.
  std::string explain(CURLcode code) const;
  static std::size_t on_body(char* data, std::size_t, std::size_t length, void* exchange) noexcept;
  bool take(std::string_view piece);

  std::size_t number_;
  std::size_t max_reply_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<CURL, Cleanup> easy_;
  std::array<char, CURL_ERROR_SIZE> why_{};
  std::string url_;
  std::unique_ptr<CURLU, Cleanup> parsed_;
  std::shared_ptr<const HeaderList> headers_;
  Method method_ = Method::get;
  Client::Shard* shard_ = nullptr;
  const Sockets* sockets_ = nullptr;
  const Client::OnPiece* on_piece_ = nullptr;
};

}  // namespace paceline
