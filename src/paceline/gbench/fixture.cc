#include <paceline/gbench/fixture.h>

#include <string>

#include <paceline/gbench/measure.h>
#include <paceline/gbench/objective.h>
#include <programs/session.h>

namespace paceline {

void Fixture::run(benchmark::State& state) {
  measure(state, workload_of(static_cast<std::size_t>(state.thread_index())));
}

Workload& Fixture::workload_of(std::size_t thread) {
  Session& session = Session::global();
  const std::lock_guard lock(mutex_);
  const bool first = workloads_.empty();
  if (workloads_.size() <= thread) workloads_.resize(thread + 1);
  std::unique_ptr<Workload>& workload = workloads_[thread];
  if (!workload) workload = make_workload(session.api());
  if (first && !session.stopped()) {
    std::string why;
    if (const auto& objective = session.options().objective) {
      why = why_never_measured(*objective, workload->describe());
    }
    if (why.empty()) why = check_api(*workload).failure;
    if (!why.empty() && !session.stopped()) {
      session.fail(why);
      session.stop();
    }
  }
  return *workload;
}

}  // namespace paceline
