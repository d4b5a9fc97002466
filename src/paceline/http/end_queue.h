#pragma once

#include <deque>

#include <paceline/http/transport.h>
#include <paceline/loop/loop.h>

namespace paceline::http {

/// Ends of exchanges that occur inside a call from the sink, where the sink must not be called
/// back. The queue passes them to the sink in the loop's next iteration.
class EndQueue {
 public:
  EndQueue(loop::Loop& loop, ResponseSink& sink) : sink_(sink), later_(loop, [this] { tell(); }) {}

  void add(Exchange& exchange, TransportEnd end);
  /// Removes the exchange's end. Returns whether there was one.
  bool cancel(const Exchange& exchange);

 private:
  struct Entry {
    Exchange* exchange;
    TransportEnd end;
  };

  void tell();

  ResponseSink& sink_;
  std::deque<Entry> entries_;
  loop::DeferredCall later_;
};

}  // namespace paceline::http
