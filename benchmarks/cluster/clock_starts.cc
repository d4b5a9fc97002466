// An MPI program that agrees on the start of a run as often as its argument says. Rank 0 prints a
// line per run with "rank:start:error" for each rank: the start on the clock of that rank and its
// error, both in nanoseconds.

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <mpi/make_ranks.h>
#include <paceline/run/ranks.h>
#include <paceline/stats/run_tally.h>

int main(int argc, char** argv) {
  using namespace paceline;
  const int runs = argc > 1 ? std::stoi(argv[1]) : 1;
  const std::shared_ptr<run::Ranks> ranks = mpi::make_ranks();
  for (int i = 0; i < runs; ++i) {
    const TimePoint start = ranks->start({}).at;
    std::this_thread::sleep_until(start);
    const auto starts = ranks->exchange("starts", std::to_string(start.time_since_epoch().count()));
    const auto whole = ranks->gather({}, nullptr);
    if (!starts || !whole) continue;
    for (const stats::RankPart& part : whole->ranks) {
      fmt::print("{}:{}:{} ", part.rank, (*starts)[part.rank], part.clock_error.count());
    }
    fmt::print("\n");
  }
  return 0;
}
