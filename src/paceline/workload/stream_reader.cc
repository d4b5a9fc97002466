#include <paceline/workload.h>

namespace paceline {

void TokenTimes::add(TimePoint when, bool is_answer) {
  if (is_answer && !first_answer) first_answer = when;
  if (events++ == 0) {
    first = when;
  } else {
    gaps.push_back(when - last);
  }
  last = when;
}

void TokenTimes::clear() {
  events = 0;
  first_answer.reset();
  gaps.clear();
}

}  // namespace paceline
