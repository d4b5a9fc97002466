#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <paceline/error.h>
#include <paceline/http/authorities.h>
#include <paceline/http/client.h>
#include <paceline/http/curl/curl_headers.h>
#include <paceline/http/curl/curl_share.h>
#include <paceline/http/source_addresses.h>
#include <paceline/http/transport.h>
#include <paceline/message.h>

namespace paceline::http::curl {

class CurlSockets;

/// An exchange on one of libcurl's easy handles. The handle is reused for the next request.
class CurlTransfer : public ResponseHeaders {
 public:
  /// Shared by the transfers of one transport.
  struct Shared {
    const ConnectionOptions& options;
    ResponseSink& sink;
    CurlSockets& sockets;
    CurlShare& share;
    /// Whether the connections keep their TLS buffers while they are idle.
    bool keeps_buffers;
    CurlHeadersCache headers;
    Authorities authorities;
    Authorities proxy_authorities;
    SourceAddresses sources;
    /// The turn of the next connection among the sources, by the host and port of the server or
    /// proxy.
    std::map<std::string, std::size_t> next_turns{};
  };

  CurlTransfer(Exchange& exchange, Shared& shared);

  /// Sets the options that differ from the last request. `hosts`: as in Transport::send().
  void prepare(std::shared_ptr<const Target> target, std::span<const Resolver::Known> hosts);
  /// Whether the requests to the target share connections: the server's last response was in
  /// HTTP/2.
  bool shares_connections() const { return is_http_2_.value_or(false); }
  /// Whether a connection was made and sending the request has begun.
  bool was_sent() const;
  /// Call after libcurl's first work on the request. If libcurl has not sent the request by then,
  /// the request waits for a connection, and the wait counts as latency.
  void end_start() { is_starting_ = false; }
  /// Sets whether libcurl waits for the socket to accept more of the request.
  void set_sending(bool is_sending) { is_sending_ = is_sending; }
  /// Whether the response may be read late. True for HTTP/1.1 if the kernel timestamped the
  /// previous response.
  bool can_defer_read() const;
  /// Whether a socket was opened for the request and is not connected.
  bool is_connecting() const;
  /// The socket that was opened last for the request; CURL_SOCKET_BAD: none.
  curl_socket_t opened() const { return opened_; }
  /// The times of the connection that was opened for the request; nothing: none was.
  std::optional<ConnectTimes> connect_times() const;
  /// Sets whether the connection stays open after this request if it carries no other one. By
  /// default it does if connections are reused.
  void keep_connection(bool is_kept);
  /// Completes the response and returns how the transfer ended. `received` and `read`: as in
  /// CurlMulti::Owner::ended().
  TransportEnd finish(CURLcode code, std::optional<TimePoint> received, TimePoint read);
  std::optional<std::string_view> find(const char* name) const override;

  Exchange& exchange() const { return exchange_; }
  CURL* raw() { return easy_.get(); }

 private:
  struct Cleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  void set_common();
  void set_target(std::shared_ptr<const Target> target);
  void set_http_2(std::optional<bool> is_http_2);
  void set_trust();
  void set_signing(const std::shared_ptr<const AwsSigning>& signing);
  /// Passes the addresses of the route's hosts to libcurl, in the route's order.
  void set_addresses(std::span<const Resolver::Known> hosts);
  /// Whether the server has most likely not processed the request, so that it may be sent again.
  bool is_unprocessed(CURLcode code) const;
  /// Whether the request was sent after this time. libcurl may send a request and read its response
  /// in the call that reads the end of the handshake, whose bytes then have the last timestamp.
  bool is_before_request(TimePoint time) const;
  /// Records the version of HTTP in the response, and which one the server speaks.
  void note_version();
  bool differs_in_length() const;
  /// Whether an HTTP/2 server answered with an error status and then dropped the request's stream.
  bool is_early_response(CURLcode code) const;
  Error explain(CURLcode code, TransportError error) const;
  Error explain_unix_socket() const;
  bool has_certificate() const { return !shared_.options.cert_file.empty(); }
  std::string cannot_connect() const;
  std::string words_on(CURLcode code, TransportError error) const;
  /// The most bytes of headers and trailers. libcurl bounds only headers.
  static constexpr std::size_t most_header_bytes = 512U << 10U;
  /// For CURLOPT_SSL_CTX_FUNCTION.
  static CURLcode on_tls_context(CURL*, void* context, void* transfer) noexcept;
  /// For CURLOPT_PREREQFUNCTION: libcurl is about to write the request.
  static int on_request(void* transfer, char*, char*, int, int) noexcept;
  /// For CURLOPT_OPENSOCKETFUNCTION.
  static curl_socket_t on_open(void* transfer, curlsocktype, curl_sockaddr* address) noexcept;
  curl_socket_t open(const curl_sockaddr& address);
  /// The host to which the request's connection leads: the server, or its proxy.
  HostPort destination() const;
  static std::size_t on_body(char* data, std::size_t, std::size_t length, void* transfer) noexcept;
  static std::size_t on_header(char* data, std::size_t, std::size_t length,
                               void* transfer) noexcept;
  /// False if the headers and trailers are too long.
  bool take_header(std::string_view line);
  bool take(std::string_view piece);

  Exchange& exchange_;
  Shared& shared_;
  std::unique_ptr<CURL, Cleanup> easy_;
  std::array<char, CURL_ERROR_SIZE> why_{};
  std::shared_ptr<const Target> target_;
  /// The addresses passed to libcurl, in the order of the route's hosts.
  std::vector<std::shared_ptr<const Addresses>> addresses_;
  std::unique_ptr<curl_slist, Cleanup> address_list_;
  std::shared_ptr<const CurlHeaders> headers_;
  std::shared_ptr<const AwsSigning> signing_;
  Method method_ = Method::get;
  /// Whether the headers of the response, or of an interim response, have ended.
  bool has_head_ = false;
  /// Names of this response's trailers.
  std::vector<std::string> trailers_;
  /// Bytes of this response's headers and trailers so far.
  std::size_t header_bytes_ = 0;
  bool is_sending_ = false;
  /// Whether libcurl's first work on the request has not ended.
  bool is_starting_ = false;
  /// When the request was prepared.
  TimePoint started_{};
  /// The socket that was opened last for this request; CURL_SOCKET_BAD: none.
  curl_socket_t opened_ = CURL_SOCKET_BAD;
  /// Why the last socket for this request could not be opened; nothing: it was.
  std::optional<Error> open_error_{};
  /// The turn of this request's connection among the sources; nothing: it needed none yet.
  std::optional<std::size_t> turn_{};
  /// Where the socket that was opened last leaves from; nullptr: the system chooses.
  const Source* source_ = nullptr;
  /// Why the authorities could not be read; empty: they could.
  std::string authorities_error_;
  /// Whether the target's server speaks HTTP/2; nothing: not known yet.
  std::optional<bool> is_http_2_;
  /// Whether the kernel timestamped the last response over HTTP/1.1.
  bool has_receive_times_ = false;
};

}  // namespace paceline::http::curl
