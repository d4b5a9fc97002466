#include <programs/registration.h>

#include <benchmark/benchmark.h>

#include <string>

#include <paceline/gbench/context.h>
#include <paceline/gbench/measure.h>

namespace paceline::programs {
namespace {

Workload& workload_of(SelectedWorkload& selected, const benchmark::State& state) {
  return selected.of_thread(static_cast<std::size_t>(state.thread_index()));
}

/// A single thread is not part of the name.
void set_threads(benchmark::internal::Benchmark& runs, std::int64_t threads) {
  if (threads > 1) runs.Threads(static_cast<int>(threads));
}

}  // namespace

void register_runs(SelectedWorkload& selected, const std::vector<GridRow>& rows, bool is_repeated) {
  for (const GridRow& row : rows) {
    const gbench::CountedRequests counted{
        static_cast<std::uint64_t>(row.requests), selected.items,        row.stages, row.replay,
        static_cast<std::uint64_t>(row.users),    selected.earlier_turns};
    const std::string name =
        gbench::benchmark_name(selected.workload->describe().name, row.stages, row.replay,
                               static_cast<std::uint64_t>(row.users));
    auto* runs = benchmark::RegisterBenchmark(name.c_str(), [&selected,
                                                             counted](benchmark::State& state) {
      gbench::measure(state, *gbench::Context::current(), workload_of(selected, state), counted);
    });
    runs->ArgNames({"rpm", "parallel"})
        ->ArgsProduct({{row.rpm}, row.parallel})
        ->Iterations(row.requests / row.threads)
        ->Unit(benchmark::kMicrosecond)
        ->UseManualTime();
    set_threads(*runs, row.threads);
    if (!is_repeated) runs->Repetitions(1);
  }
}

void register_search(SelectedWorkload& selected, const gbench::FindMax& search,
                     const GridRow& row) {
  const std::string name = selected.workload->describe().name + "/find_max";
  auto* found = benchmark::RegisterBenchmark(
      name.c_str(), [&selected, &search, name](benchmark::State& state) {
        gbench::find_max(state, *gbench::Context::current(), name, workload_of(selected, state),
                         search);
      });
  found->ArgName("parallel")
      ->Arg(row.parallel.front())
      ->Iterations(1)
      ->Unit(benchmark::kMicrosecond)
      ->UseManualTime();
  set_threads(*found, row.threads);
}

}  // namespace paceline::programs
