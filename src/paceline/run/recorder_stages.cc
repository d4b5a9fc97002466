// The part of the recorder that counts each stage of a run in stages.

#include <paceline/run/recorder.h>

#include <utility>

namespace paceline::run {

void Recorder::add_stages() {
  RunPlan plan = options_;
  plan.stages.clear();
  plan.groups = nullptr;
  plan.has_timeline = false;
  plan.log = {};
  stage_options_ = std::make_shared<const RunPlan>(std::move(plan));
  stages_.reserve(options_.stages.size());
  for (std::size_t i = 0; i < options_.stages.size(); ++i) stages_.emplace_back(*stage_options_, 0);
}

void Recorder::begin(TimePoint start) {
  start_ = start;
  for (Recorder& stage : stages_) stage.begin(start);
}

Recorder* Recorder::stage_of(const PendingRequest& pending) {
  return pending.stage < stages_.size() ? &stages_[pending.stage] : nullptr;
}

void Recorder::enter_stage(std::size_t stage, Nanoseconds cpu_time) {
  leave_stage(cpu_time);
  stage_ = stage;
  stage_cpu_ = cpu_time;
}

void Recorder::leave_stage(Nanoseconds cpu_time) {
  if (stage_) stages_[*stage_].tally_.cpu_time += cpu_time - stage_cpu_;
  stage_.reset();
}

}  // namespace paceline::run
