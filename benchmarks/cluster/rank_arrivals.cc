// Simulates ranks that share one schedule, each on a clock of its own, and prints the most arrivals
// of all ranks together in any 1 ms, 10 ms and 1 s as JSON. The schedule and the pacers are the
// real ones.

#include <fmt/format.h>
#include <paceline/pace/pacer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

namespace {

using namespace std::chrono_literals;
using paceline::pace::Pacer;
using paceline::pace::Rate;
using std::chrono::nanoseconds;

struct Model {
  std::uint64_t ranks = 1;
  std::uint64_t rpm = 1;
  /// Each rank's clock has a constant error, evenly distributed from minus this to plus this.
  nanoseconds clock_error{0};
  /// The mean of the delays on the way to the server, which are distributed exponentially.
  nanoseconds jitter{0};
  /// How often a rank cannot send for 1 to 4 ms, as often as the services of a machine take its
  /// core.
  double stalls_per_second = 0;
  nanoseconds duration{0};
};

using Random = std::mt19937_64;

/// The CPU time that a rank takes for each request with its response.
constexpr nanoseconds time_of_request = 10us;

/// When one rank sends, by the clock of the server.
class Rank {
 public:
  Rank(const Model& model, std::uint64_t index)
      : model_(model),
        random_(index + 1),
        pacer_(make_schedule(paceline::constant_arrivals, *Rate::per_minute(model.rpm), 1),
               paceline::pace::usual_bounds(model.ranks), {index, model.ranks}),
        offset_(from(-model.clock_error, model.clock_error)),
        stall_(next_stall(0ns)) {}

  void send(std::vector<nanoseconds>& arrivals) {
    for (nanoseconds now{0}; now < model_.duration;) {
      now = awake_at(now);
      pacer_.depart(now);
      arrivals.push_back(now + offset_ + delay());
      now += time_of_request;
    }
  }

 private:
  nanoseconds from(nanoseconds low, nanoseconds high) {
    std::uniform_int_distribution<std::int64_t> even(low.count(), high.count());
    return nanoseconds(even(random_));
  }

  nanoseconds delay() {
    if (model_.jitter == 0ns) return 0ns;
    std::exponential_distribution<double> delays(1 / static_cast<double>(model_.jitter.count()));
    return nanoseconds(std::llround(delays(random_)));
  }

  /// A thread that sleeps wakes late: by 23 us in the median and 60 us at p99, close to the `late`
  /// of `curl` in docs/results.md. After a short wait the thread is assumed to be late by at most
  /// the time of that wait.
  nanoseconds lateness(nanoseconds wait) {
    constexpr double median_ns = 23'000;
    constexpr double sigma = 0.41;
    std::lognormal_distribution<double> late(std::log(median_ns), sigma);
    return std::min(wait, nanoseconds(std::llround(late(random_))));
  }

  nanoseconds next_stall(nanoseconds after) {
    if (model_.stalls_per_second == 0) return nanoseconds::max();
    std::exponential_distribution<double> gaps(model_.stalls_per_second);
    return after + nanoseconds(std::llround(gaps(random_) * 1e9));
  }

  nanoseconds awake_at(nanoseconds now) {
    const nanoseconds due = pacer_.next_departure();
    if (due > now) now = due + lateness(due - now);
    while (now >= stall_) {
      now = std::max(now, stall_ + from(1ms, 4ms));
      stall_ = next_stall(now);
    }
    return now;
  }

  const Model& model_;
  Random random_;
  Pacer pacer_;
  nanoseconds offset_;
  nanoseconds stall_;
};

std::size_t most_in(const std::vector<nanoseconds>& arrivals, nanoseconds window) {
  std::size_t most = 0;
  std::size_t begin = 0;
  for (std::size_t end = 0; end < arrivals.size(); ++end) {
    while (arrivals[end] - arrivals[begin] >= window) ++begin;
    most = std::max(most, end - begin + 1);
  }
  return most;
}

[[noreturn]] void give_up() {
  std::fputs("usage: rank_arrivals RANKS RPM CLOCK_ERROR_US JITTER_US STALLS_PER_SECOND SECONDS\n",
             stderr);
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int values = 6;
  if (argc != values + 1) give_up();
  std::array<double, values> given{};
  for (int i = 0; i < values; ++i) given[static_cast<std::size_t>(i)] = std::atof(argv[i + 1]);
  const auto microseconds = [](double us) { return nanoseconds(std::llround(us * 1e3)); };
  const Model model{.ranks = static_cast<std::uint64_t>(given[0]),
                    .rpm = static_cast<std::uint64_t>(given[1]),
                    .clock_error = microseconds(given[2]),
                    .jitter = microseconds(given[3]),
                    .stalls_per_second = given[4],
                    .duration = microseconds(given[5] * 1e6)};
  if (model.ranks == 0 || model.rpm == 0) give_up();
  std::vector<nanoseconds> arrivals;
  for (std::uint64_t index = 0; index < model.ranks; ++index) Rank(model, index).send(arrivals);
  std::sort(arrivals.begin(), arrivals.end());
  fmt::print("[{}, {}, {}]\n", most_in(arrivals, 1ms), most_in(arrivals, 10ms),
             most_in(arrivals, 1s));
}
