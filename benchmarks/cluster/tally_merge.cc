// Times the merge of the tallies of many ranks on one thread, and prints the bytes of one tally and
// the times per tally as JSON.

#include <fmt/format.h>
#include <paceline/stats/tally_bytes.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace {

using paceline::stats::RunTally;
using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

/// The tally of a rank that has streamed `requests` responses of 32 tokens: 50 ms to the first
/// token and 10 ms to each further one in the median, with a lognormal spread.
RunTally tally_of_rank(std::uint64_t rank, std::uint64_t requests) {
  constexpr double sigma = 0.3;
  constexpr int gaps = 31;
  std::mt19937_64 random(rank + 1);
  const auto spread = [&](double median_ms) {
    std::lognormal_distribution<double> time(std::log(median_ms * 1e6), sigma);
    return nanoseconds(std::llround(time(random)));
  };
  RunTally tally;
  tally.timeline.emplace();
  for (std::uint64_t i = 0; i < requests; ++i) {
    const nanoseconds sent(static_cast<std::int64_t>(i) * 600'000);
    const nanoseconds first = spread(50);
    nanoseconds latency = first;
    for (int token = 0; token < gaps; ++token) {
      const nanoseconds gap = spread(10);
      tally.tokens.itl.record(gap);
      latency += gap;
    }
    tally.tokens.ttft.record(first);
    tally.tokens.tpot.record((latency - first) / gaps);
    tally.latency.record(latency);
    tally.due_latency.record(latency + spread(0.02));
    tally.late.record(spread(0.02));
    tally.course.record(sent, latency);
    tally.levels.record(1 + i % 600, latency);
    tally.ended_by_second.add(sent + latency);
    tally.timeline->depart(sent, sent);
    tally.timeline->land(sent + latency);
    tally.timeline->end(sent + latency, false, latency);
  }
  tally.planned = tally.sent = tally.succeeded = requests;
  return tally;
}

double microseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: tally_merge TALLIES REQUESTS_OF_EACH\n", stderr);
    return 1;
  }
  const auto tallies = std::strtoull(argv[1], nullptr, 10);
  const auto requests = std::strtoull(argv[2], nullptr, 10);
  // The ranks take turns with a few tallies: making thousands would take longer than the merge.
  constexpr std::uint64_t different = 8;
  std::vector<std::string> bytes;
  double written_us = 0;
  for (std::uint64_t rank = 0; rank < different; ++rank) {
    const RunTally tally = tally_of_rank(rank, requests);
    const Clock::time_point begin = Clock::now();
    bytes.push_back(bytes_of(tally));
    written_us += microseconds_since(begin) / different;
  }
  RunTally whole;
  whole.timeline.emplace();
  const Clock::time_point begin = Clock::now();
  for (std::uint64_t rank = 0; rank < tallies; ++rank) {
    const auto tally = paceline::stats::tally_of(bytes[rank % different]);
    if (!tally) return 1;
    whole.merge(*tally);
  }
  const double merged_us = microseconds_since(begin);
  if (whole.sent != tallies * requests) return 1;
  fmt::print(R"({{"bytes": {}, "write_us": {:.1f}, "merge_us": {:.1f}, "seconds": {:.3f}}})"
             "\n",
             bytes.front().size(), written_us, merged_us / static_cast<double>(tallies),
             merged_us / 1e6);
}
