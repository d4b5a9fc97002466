// An MPI program whose ranks agree on the start of a run. The argument is the number of runs. Rank
// 0 prints a line for each run. The line has "RANK:START:ERROR" for each rank: when the run starts
// on that rank's clock, and how far that time may be wrong, both in nanoseconds.

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
  const std::shared_ptr<run::Ranks> ranks =
      mpi::make_ranks([](const Error& error) { return error.message; });
  for (int i = 0; i < runs; ++i) {
    const TimePoint start = ranks->start({}).at;
    std::this_thread::sleep_until(start);
    const auto starts = ranks->exchange("starts", std::to_string(start.time_since_epoch().count()));
    const auto whole = ranks->gather({});
    if (!starts || !whole) continue;
    for (const stats::RankPart& part : whole->ranks) {
      fmt::print("{}:{}:{} ", part.rank, (*starts)[part.rank],
                 part.clock_error.value_or(std::chrono::nanoseconds(0)).count());
    }
    fmt::print("\n");
  }
  return 0;
}
