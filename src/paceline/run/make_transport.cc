#include <paceline/http/curl/curl_transport.h>
#include <paceline/http/direct/direct_transport.h>
#include <paceline/run/make_transport.h>

#include <memory>

namespace paceline {

TransportFactory transport_factory(TransportKind kind) {
  return [kind](Loop& loop, const ConnectionOptions& options, std::size_t exchanges,
                ResponseSink& sink) -> std::unique_ptr<Transport> {
    if (kind == TransportKind::direct) {
      return std::make_unique<DirectTransport>(loop, options, exchanges, sink);
    }
    return std::make_unique<CurlTransport>(loop, options, exchanges, sink);
  };
}

std::size_t descriptors_for(TransportKind kind, std::size_t parallel) {
  // A loop and its timers, and lookups.
  constexpr std::size_t of_loop = 16;
  return of_loop + (kind == TransportKind::direct ? DirectTransport::descriptors_for(parallel)
                                                  : CurlTransport::descriptors_for(parallel));
}

}  // namespace paceline
