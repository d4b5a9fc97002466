#include <paceline/gbench/fixture.h>

#include <string>

#include <paceline/gbench/measure.h>
#include <paceline/gbench/session.h>

namespace paceline {

void Fixture::run(benchmark::State& state) {
  Session& session = Session::global();
  if (!workload_) {
    workload_ = make_workload(session.api());
    const std::string why = session.stopped() ? std::string() : check(*workload_);
    if (!why.empty()) {
      session.fail(why);
      session.stop();
    }
  }
  measure(state, *workload_);
}

}  // namespace paceline
