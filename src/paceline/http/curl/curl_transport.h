#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <paceline/http/curl/curl_multi.h>
#include <paceline/http/curl/curl_openings.h>
#include <paceline/http/curl/curl_share.h>
#include <paceline/http/curl/curl_transfer.h>
#include <paceline/http/transport.h>
#include <paceline/loop/loop.h>

namespace paceline::http::curl {

/// Carries exchanges by libcurl's multi interface: http and https, HTTP/1.1 and HTTP/2, proxies.
///
/// The transfers are sharded over several multi handles, each with its own connections: few
/// connections each over HTTP/1.1, and about one connection each over HTTP/2. For the loop's thread
/// only.
class CurlTransport : public Transport, private CurlMulti::Owner {
 public:
  /// The most descriptors of a transport with that many exchanges, if its hosts are addresses.
  static std::size_t descriptors_for(std::size_t exchanges);

  CurlTransport(loop::Loop& loop, const ConnectionOptions& options, std::size_t exchanges,
                ResponseSink& sink, std::shared_ptr<CurlShare> share);
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  void send(Exchange& exchange, std::shared_ptr<const Target> target,
            std::span<const Resolver::Known> hosts) override;
  void flush() override;
  bool cancel(Exchange& exchange, CancelReason why) override;
  void release(Exchange&) override {}
  bool can_defer_reads() const override { return undeferrable_.empty() && openings_.is_empty(); }
  void open_ahead(const Exchange& exchange, std::shared_ptr<const Target> target,
                  std::span<const Resolver::Known> hosts, std::size_t exchanges) override;
  bool is_opening_ahead() const override { return !openings_.is_empty(); }
  std::chrono::nanoseconds cpu_time() const override { return std::chrono::nanoseconds(0); }

 private:
  /// An exchange's transfer, made for the exchange's first request.
  struct State {
    std::unique_ptr<CurlTransfer> transfer{};
    /// The multi handle of the running transfer; nullptr: the transfer does not run.
    CurlMulti* multi = nullptr;
  };

  void ended(CurlTransfer& transfer, CURLcode code, std::optional<TimePoint> received,
             TimePoint read) override;
  CurlMulti& multi_for(const CurlTransfer& transfer);

  ResponseSink& sink_;
  // Destroyed last: libcurl's handles refer to it.
  std::shared_ptr<CurlShare> share_;
  CurlSockets sockets_;
  CurlTransfer::Shared shared_;
  UndeferrableReads undeferrable_;
  // Destroying the multis closes connections, so they are destroyed before the sockets, and the
  // transfers before the multis.
  std::vector<std::unique_ptr<CurlMulti>> multis_;
  std::vector<State> states_;
  CurlOpenings openings_;
  /// Exchanges that wait for flush().
  std::vector<const Exchange*> added_;
  loop::DeferredCall flush_later_;
};

}  // namespace paceline::http::curl
