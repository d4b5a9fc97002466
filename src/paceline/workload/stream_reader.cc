#include <paceline/workload/stream_reader.h>

namespace paceline {

void TokenTimes::add(TimePoint when) {
  if (events++ == 0) {
    first = when;
  } else {
    gaps.push_back(when - last);
  }
  last = when;
}

void TokenTimes::clear() {
  events = 0;
  gaps.clear();
}

}  // namespace paceline
