#include "http2_violation.h"

#include <paceline/http/client.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "byte_server.h"
#include "http2_peer.h"
#include "transport_fixture.h"

namespace paceline::http {

void expect_outcome(const Http2Violation& violation) {
  constexpr std::uint32_t unheard = 1'000;
  std::atomic<std::uint32_t> told = unheard;
  std::atomic<int> resets = 0;
  std::atomic<int> connections = 0;
  {
    ByteServer server(Wire::tls_http_2, 2, [&](int number, ByteStream& stream) {
      ++connections;
      Http2Peer peer(stream, number == 0 ? violation.first : frames::settings());
      const std::int32_t first = peer.hear();
      peer.send(number == 0 ? violation.answer(first) : frames::response(first));
      while (const std::int32_t next = peer.hear()) peer.send(frames::response(next));
      if (number > 0) return;
      resets = peer.count[frames::reset_type];
      told = peer.errors.contains(0) ? peer.errors[0] : peer.errors[first];
    });
    {
      ClientOnLoop client(
          Variant::direct_https_2,
          {.parallel = 1,
           .connection = {.timeout = std::chrono::seconds(5), .max_response = 100'000}});
      const Response response = client.get(server.url());
      EXPECT_EQ(response.error, violation.error) << response.error_text;
      EXPECT_EQ(response.error_code, violation.error == TransportError::reset
                                         ? ErrorCode::connection_reset
                                         : ErrorCode::malformed_response);
      EXPECT_EQ(response.status, violation.status);
      EXPECT_NE(response.error_text.find(violation.words), std::string::npos)
          << response.error_text;
      const Response next = client.get(server.url());
      EXPECT_EQ(next.body, "ok") << next.error_text;
    }
    // The server has heard all when the client has closed its connection.
    while (told == unheard) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(told, violation.told);
  // A stream is reset once, and a connection that ends needs no reset.
  EXPECT_EQ(resets, violation.ends_connection ? 0 : 1);
  EXPECT_EQ(connections, violation.is_kept && !violation.ends_connection ? 1 : 2);
}

}  // namespace paceline::http
