#pragma once

#include <cstddef>

#include <paceline/message.h>

namespace paceline {

/// One request with its response. A client makes exchanges, lends them out, and owns them.
struct Exchange {
  explicit Exchange(std::size_t exchange_number) : number(exchange_number) {}

  /// Counts a client's exchanges from 0, for those who keep a record beside each.
  const std::size_t number;
  /// What to send; filled between Client::acquire() and send().
  Request request;
  /// What came back; complete when the client calls on_done, and gone when the exchange is
  /// released.
  Response response;
};

}  // namespace paceline
