#include <mpi/realtime.h>
#include <sys/timex.h>

#include <paceline/clock.h>

namespace paceline::mpi {

using std::chrono::nanoseconds;

nanoseconds realtime_ahead() {
  constexpr int readings = 5;
  nanoseconds shortest = nanoseconds::max();
  nanoseconds ahead{0};
  for (int i = 0; i < readings; ++i) {
    const TimePoint before = Clock::now();
    const nanoseconds realtime = std::chrono::system_clock::now().time_since_epoch();
    const TimePoint after = Clock::now();
    if (after - before >= shortest) continue;
    shortest = after - before;
    ahead = realtime - (before + shortest / 2).time_since_epoch();
  }
  return ahead;
}

std::optional<nanoseconds> realtime_error() {
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0) return std::nullopt;
  return std::chrono::microseconds(state.maxerror);
}

}  // namespace paceline::mpi
