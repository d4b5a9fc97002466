#pragma once

#include <deque>

#include <paceline/http/transport.h>
#include <paceline/loop/loop.h>

namespace paceline {

/// Ends of exchanges that come about inside a call, where the sink must not be called. The sink is
/// told from the loop, in its next turn.
class EndQueue {
 public:
  EndQueue(Loop& loop, ResponseSink& sink) : sink_(sink), later_(loop, [this] { tell(); }) {}

  void add(Exchange& exchange, TransportEnd end);
  /// Forgets the exchange's end. Returns whether there was one.
  bool cancel(const Exchange& exchange);

 private:
  struct Entry {
    Exchange* exchange;
    TransportEnd end;
  };

  void tell();

  ResponseSink& sink_;
  std::deque<Entry> entries_;
  DeferredCall later_;
};

}  // namespace paceline
