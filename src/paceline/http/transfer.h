#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/http/client.h>
#include <paceline/http/message.h>
#include <paceline/http/proxy.h>
#include <paceline/http/resolver.h>
#include <paceline/http/route.h>
#include <paceline/http/sockets.h>
#include <paceline/http/url_parts.h>
#include <paceline/loop/descriptor.h>

namespace paceline {

/// libcurl's part in an exchange, on one easy handle that is used again and again: the whole of a
/// request and its reply, or only a connection.
class Transfer {
 public:
  /// What the transfers of one client have together.
  struct Shared {
    const ConnectionOptions& options;
    Sockets& sockets;
    Proxies proxies;
  };

  Transfer(Exchange& exchange, const Shared& shared);

  /// Tells libcurl what differs from the last request.
  void prepare();
  /// Has libcurl do no more than connect to where the request goes.
  void prepare_connection();
  bool only_connects() const { return only_connects_; }
  /// What is to be looked up before it can connect; libcurl would stop the loop for it.
  const Route& route() const { return route_; }
  /// Gives libcurl the addresses of the route's hosts, in its order.
  void use_addresses(std::span<const Resolver::Known> known);
  /// Whether a connection was there, so that the request went out.
  bool was_sent() const;

  /// To be called before the easy handle leaves its multi.
  void end(CURLcode code);
  /// The connection that was asked for, once, where it could be made.
  Descriptor take_connection() { return std::move(connection_); }
  /// Whether the server refused the request's HTTP/2 stream before it did anything, so that the
  /// request may be sent again.
  bool was_refused(CURLcode code) const;
  /// Fills the exchange's reply with how it ended.
  void finish(CURLcode code, TimePoint ended);
  std::optional<std::string_view> header(const char* name) const;

  Exchange& exchange() const { return exchange_; }
  CURL* raw() { return easy_.get(); }

 private:
  struct Cleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  void set_common();
  void set_only_connects(bool only_connects);
  void set_url();
  /// Finds the route to the request's URL, and sets libcurl's proxy from the route.
  void set_route();
  bool differs_in_length() const;
  /// Whether an HTTP/2 server answered with an error status and then dropped the request's stream.
  bool is_early_response(CURLcode code) const;
  /// A sentence on what went wrong.
  std::string explain(CURLcode code, Transport transport) const;
  static std::size_t on_body(char* data, std::size_t, std::size_t length, void* transfer) noexcept;
  static std::size_t on_header(char* data, std::size_t, std::size_t length,
                               void* transfer) noexcept;
  bool take(std::string_view piece);

  Exchange& exchange_;
  const Shared& shared_;
  std::unique_ptr<CURL, Cleanup> easy_;
  std::array<char, CURL_ERROR_SIZE> why_{};
  std::string url_;
  Url parsed_;
  Route route_;
  /// Those that libcurl knows, by the route's hosts.
  std::vector<std::shared_ptr<const Addresses>> addresses_;
  std::unique_ptr<curl_slist, Cleanup> address_list_;
  std::shared_ptr<const HeaderList> headers_;
  Method method_ = Method::get;
  bool only_connects_ = false;
  /// Of this reply's headers and trailers so far.
  std::size_t header_bytes_ = 0;
  Descriptor connection_;
};

}  // namespace paceline
