#pragma once

#include <paceline/http/client.h>
#include <paceline/http/transport.h>

#include <functional>
#include <map>
#include <string>

#include "../unit/test_loop.h"
#include "transport_fixture.h"

namespace paceline::http {

/// A client with several requests at once, which have names.
class ManyRequests {
 public:
  ManyRequests(Variant variant, const ClientOptions& options)
      : client_(loop_, over(variant, options), transport_of(variant), [this](Exchange& exchange) {
          responses_[exchange.request.name] = exchange.response;
          client_.release(exchange);
          if (on_done_) on_done_();
        }) {}

  /// A GET, or with a body a POST.
  void send(const std::string& name, const std::string& url, std::string body = {}) {
    Exchange* exchange = client_.acquire();
    ASSERT_NE(exchange, nullptr);
    exchange->request = {};
    exchange->request.url = url;
    exchange->request.name = name;
    exchange->request.method = body.empty() ? Method::get : Method::post;
    exchange->request.body = std::move(body);
    client_.send(*exchange);
  }

  const Response& wait_for(const std::string& name) {
    while (!responses_.contains(name)) loop_.run_once();
    return responses_[name];
  }
  bool has_ended(const std::string& name) const { return responses_.contains(name); }
  std::size_t ended() const { return responses_.size(); }

 protected:
  TestLoop loop_;
  std::map<std::string, Response> responses_;
  std::function<void()> on_done_;
  Client client_;
};

}  // namespace paceline::http
