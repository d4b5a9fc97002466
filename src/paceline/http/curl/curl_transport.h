#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <paceline/http/curl/curl_multi.h>
#include <paceline/http/curl/curl_transfer.h>
#include <paceline/http/transport.h>

namespace paceline::http::curl {

/// Carries exchanges by libcurl's multi interface: http and https, HTTP/1.1 and HTTP/2, proxies.
/// The transfers are sharded over several multi handles. For the loop's thread only.
class CurlTransport : public Transport, private CurlMulti::Owner {
 public:
  /// The most descriptors of a transport with so many exchanges, where its hosts are addresses.
  static std::size_t descriptors_for(std::size_t exchanges);

  CurlTransport(loop::Loop& loop, const ConnectionOptions& options, std::size_t exchanges,
                ResponseSink& sink);
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  void send(Exchange& exchange, std::shared_ptr<const Target> target,
            std::span<const Resolver::Known> hosts) override;
  bool cancel(Exchange& exchange) override;
  void release(Exchange&) override {}
  bool can_defer_reads() const override { return undeferrable_ == 0; }

 private:
  /// An exchange's transfer, made for the exchange's first request.
  struct State {
    std::unique_ptr<CurlTransfer> transfer{};
    bool is_running = false;
    /// Whether the response has to be read as soon as it arrives.
    bool is_undeferrable = false;
  };

  void ended(CurlTransfer& transfer, CURLcode code, std::optional<TimePoint> received,
             TimePoint read) override;
  CurlMulti& multi_of(const Exchange& exchange) {
    return *multis_[exchange.number / CurlMulti::most_transfers];
  }
  void set_undeferrable(State& state, bool is_undeferrable);

  ResponseSink& sink_;
  CurlSockets sockets_;
  CurlTransfer::Shared shared_;
  std::size_t undeferrable_ = 0;
  // Destroying the multis closes connections, so they are destroyed before the sockets, and the
  // transfers before the multis.
  std::vector<std::unique_ptr<CurlMulti>> multis_;
  std::vector<State> states_;
};

}  // namespace paceline::http::curl
