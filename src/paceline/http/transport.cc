#include <paceline/http/transport.h>

#include <cstddef>
#include <utility>

namespace paceline::http {

void EndQueue::add(Exchange& exchange, TransportEnd end) {
  entries_.push_back({&exchange, std::move(end)});
  later_.ask();
}

bool EndQueue::cancel(const Exchange& exchange) {
  return std::erase_if(entries_, [&](const Entry& entry) { return entry.exchange == &exchange; }) >
         0;
}

// The sink may send and cancel other exchanges. Ends that are added meanwhile wait for the next
// iteration, so that the loop handles events even if every request fails at once.
void EndQueue::tell() {
  for (std::size_t left = entries_.size(); left > 0 && !entries_.empty(); --left) {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    sink_.end(*entry.exchange, std::move(entry.end));
  }
}

}  // namespace paceline::http
