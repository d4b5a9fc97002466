#pragma once

#include <cstddef>

#include <paceline/message.h>

namespace paceline::http {

/// One request with its response. A client owns its exchanges.
struct Exchange {
  explicit Exchange(std::size_t exchange_number) : number(exchange_number) {}

  /// The index among the client's exchanges, for records beside each exchange.
  const std::size_t number;
  /// Filled between Client::acquire() and Client::send().
  Request request;
  /// Valid from the call of Client::OnDone until the exchange is released.
  Response response;
};

}  // namespace paceline::http
