#pragma once

#include <gtest/gtest.h>
#include <paceline/http/client.h>
#include <paceline/http/transport.h>
#include <paceline/run/run_stripe.h>

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

#include "../unit/test_certificate.h"
#include "../unit/test_loop.h"
#include "byte_server.h"

namespace paceline::http {

/// A variant of the suite: a transport, and the server's protocol.
enum class Variant {
  curl_http,
  curl_https_1,
  curl_https_2,
  direct,
  direct_https_1,
  direct_https_2
};

inline std::string name_of(Variant variant) {
  switch (variant) {
    case Variant::curl_http:
      return "curl_http";
    case Variant::curl_https_1:
      return "curl_https_1";
    case Variant::curl_https_2:
      return "curl_https_2";
    case Variant::direct:
      return "direct";
    case Variant::direct_https_1:
      return "direct_https_1";
    case Variant::direct_https_2:
      return "direct_https_2";
  }
  return {};
}

/// The variant's name in GoogleTest's messages.
inline void PrintTo(Variant variant, std::ostream* out) {
  *out << name_of(variant);
}

inline TransportKind kind_of(Variant variant) {
  switch (variant) {
    case Variant::curl_http:
    case Variant::curl_https_1:
    case Variant::curl_https_2:
      return TransportKind::curl;
    default:
      return TransportKind::direct;
  }
}

inline TransportFactory transport_of(Variant variant) {
  return run::transport_factory(kind_of(variant));
}

inline Wire wire_of(Variant variant) {
  switch (variant) {
    case Variant::curl_https_1:
    case Variant::direct_https_1:
      return Wire::tls_http_1;
    case Variant::curl_https_2:
    case Variant::direct_https_2:
      return Wire::tls_http_2;
    default:
      return Wire::http_1;
  }
}

/// The options with the variant's HTTP version and the certificate to trust.
inline ClientOptions over(Variant variant, ClientOptions options) {
  const Wire wire = wire_of(variant);
  if (wire == Wire::http_1) return options;
  options.connection.ca_file = TestCertificate::instance().file();
  options.connection.http = wire == Wire::tls_http_2 ? HttpVersion::automatic : HttpVersion::one;
  return options;
}

/// A client on a loop, whose requests are sent one after the other.
class ClientOnLoop {
 public:
  ClientOnLoop(Variant variant, const ClientOptions& options, Client::OnPiece on_piece = {})
      : client_(
            loop_, over(variant, options), transport_of(variant),
            [this](Exchange&) { done_ = true; }, std::move(on_piece)) {}

  /// Called with each response before its exchange and headers are released.
  using Look = std::function<void(const Response&)>;

  Response get(const std::string& url, const Look& look = {}) {
    Request request;
    request.url = url;
    return response_to(request, look);
  }

  Response post(const std::string& url, const std::string& body) {
    Request request;
    request.method = Method::post;
    request.url = url;
    request.body = body;
    return response_to(request);
  }

  Response response_to(const Request& request, const Look& look = {}) {
    Exchange* exchange = client_.acquire();
    exchange->request = request;
    done_ = false;
    client_.send(*exchange);
    while (!done_) loop_.run_once();
    Response response = exchange->response;
    if (look) look(response);
    client_.release(*exchange);
    return response;
  }

  void pass(std::chrono::milliseconds time) {
    loop::Timer wait(loop_, [this] { loop_.stop(); });
    wait.start(time);
    loop_.run();
  }

 protected:
  TestLoop loop_;
  bool done_ = false;
  Client client_;
};

/// A test of every transport.
class TransportTest : public testing::TestWithParam<Variant> {
 protected:
  static TransportFactory transport() { return transport_of(GetParam()); }
  static Wire wire() { return wire_of(GetParam()); }
  static bool is_tls() { return wire() != Wire::http_1; }
  static bool is_http_2() { return wire() == Wire::tls_http_2; }
  /// `url`, which begins with "http://", with the scheme of the variant.
  static std::string in_scheme(const std::string& url) {
    return is_tls() ? "https" + url.substr(url.find(':')) : url;
  }
  static ClientOptions over_wire(const ClientOptions& options) { return over(GetParam(), options); }
};

inline std::string name_of_param(const testing::TestParamInfo<Variant>& info) {
  return name_of(info.param);
}

/// Runs a TransportTest over these variants.
#define PACELINE_OVER(test, ...) \
  INSTANTIATE_TEST_SUITE_P(Over, test, testing::Values(__VA_ARGS__), name_of_param)

#define PACELINE_EVERY_VARIANT                                                       \
  Variant::curl_http, Variant::curl_https_1, Variant::curl_https_2, Variant::direct, \
      Variant::direct_https_1, Variant::direct_https_2

/// Runs a TransportTest over every transport.
#define PACELINE_OVER_EVERY_TRANSPORT(test) PACELINE_OVER(test, PACELINE_EVERY_VARIANT)

/// Runs a test of HTTP/1.1 framing over every variant of HTTP/1.1.
#define PACELINE_OVER_HTTP_1(test)                                                \
  PACELINE_OVER(test, Variant::curl_http, Variant::curl_https_1, Variant::direct, \
                Variant::direct_https_1)

/// Runs a test of HTTP/2 over every variant of HTTP/2.
#define PACELINE_OVER_HTTP_2(test) \
  PACELINE_OVER(test, Variant::curl_https_2, Variant::direct_https_2)

/// A test of every transport with a ClientOnLoop.
class ClientFixture : public TransportTest, protected ClientOnLoop {
 protected:
  explicit ClientFixture(const ClientOptions& options, Client::OnPiece on_piece = {})
      : ClientOnLoop(GetParam(), options, std::move(on_piece)) {}
};

}  // namespace paceline::http
