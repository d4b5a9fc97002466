#include <paceline/fixture.h>

#include <cstdint>
#include <utility>
#include <vector>

#include <paceline/gbench/context.h>
#include <paceline/gbench/measure.h>
#include <paceline/gbench/objective.h>
#include <paceline/workload/mix.h>

namespace paceline {
namespace {

/// Tries the API with the workload's first request. If that fails, the program sends no more.
/// Returns the outcomes that the workload was adapted to.
std::vector<Outcome> try_api(gbench::Context& context, Workload& workload) {
  Result<void> checked;
  if (const auto& objective = context.settings().run.objective) {
    checked = gbench::check_measured(*objective, workload.describe());
  }
  if (checked) {
    auto api = gbench::check_api(context, workload);
    if (api) return std::move(api->adapted_to);
    checked = tl::unexpected(std::move(api.error()));
  }
  if (!context.stopped()) context.fail(checked.error());
  context.stop();
  return {};
}

}  // namespace

void Fixture::run(benchmark::State& state) {
  gbench::Context* context = gbench::Context::current();
  if (context == nullptr) {
    // Inside the loop, since Google Benchmark 1.7 aborts after an error before the loop of a
    // later repetition.
    while (state.KeepRunningBatch(state.max_iterations)) {
      state.SkipWithError("not run by paceline's main; link paceline::main, or call run_program()");
      break;
    }
    return;
  }
  Workload* workload = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const bool is_first = workloads_.empty();
    const auto thread = static_cast<std::size_t>(state.thread_index());
    if (workloads_.size() <= thread) workloads_.resize(thread + 1);
    std::unique_ptr<Workload>& own = workloads_[thread];
    if (!own) {
      std::vector<workload::MixTurn> turns;
      for (const Api& api : context->apis()) {
        turns.emplace_back().push_back({make_workload(api), 1, api.url});
      }
      own = workload::make_mix(std::move(turns));
      for (const Outcome& outcome : adapted_to_) own->adapt(outcome);
    }
    if (is_first && !context->stopped()) adapted_to_ = try_api(*context, *own);
    workload = own.get();
  }
  gbench::measure(state, *context, *workload,
                  {static_cast<std::uint64_t>(state.max_iterations) *
                   static_cast<std::uint64_t>(state.threads())});
}

}  // namespace paceline
