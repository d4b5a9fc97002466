#include <paceline/gbench/stage_rows.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <paceline/gbench/measure.h>
#include <paceline/gbench/report.h>
#include <paceline/pace/stages.h>
#include <paceline/pace/stages_text.h>
#include <paceline/run/verdict.h>
#include <paceline/text/numbers.h>

namespace paceline::gbench {
namespace {

/// A stage as a run of its own.
run::RunPlan plan_of_stage(const run::RunPlan& plan, const pace::StagedRate& rate,
                           std::size_t stage) {
  const Stage& asked = plan.stages[stage];
  run::RunPlan own = plan;
  own.stages = {asked};
  // 0 would be unpaced.
  own.rpm = std::max<std::uint64_t>(1, (asked.first_rpm + asked.last_rpm) / 2);
  own.requests = rate.slots_in(stage);
  return own;
}

std::string line_of(std::size_t number, const Stage& stage, const stats::RunTally& tally,
                    const Verdict& verdict) {
  std::string line =
      fmt::format("stage {}, {}: {} sent", number, pace::stages_text({stage}), tally.sent);
  if (tally.latency.count() > 0) {
    line += fmt::format(", p50 {}, p99 {}", text::time_text(tally.latency.quantile(0.5)),
                        text::time_text(tally.latency.quantile(0.99)));
  }
  if (tally.tokens.ttft.count() > 0) {
    line += fmt::format(", TTFT p99 {}", text::time_text(tally.tokens.ttft.quantile(0.99)));
  }
  return line + fmt::format(", {} errors, {}", tally.failed, name_of(verdict.bound));
}

}  // namespace

void report_stages(Context& context, const run::RunPlan& plan, const std::string& name,
                   const stats::RunTally& tally) {
  const pace::StagedRate rate(plan.stages);
  const std::string benchmark = benchmark_name(name, plan.stages, plan.replay, plan.users);
  std::vector<AddedRow> rows;
  // The stages of a salvaged run come from a file.
  const std::size_t stages = std::min(tally.stages.size(), plan.stages.size());
  for (std::size_t i = 0; i < stages; ++i) {
    const stats::RunTally& counted = tally.stages[i];
    if (counted.sent == 0) continue;
    const run::RunPlan own = plan_of_stage(plan, rate, i);
    const Verdict verdict =
        run::judge(counted, run::asked_rpm(own, counted), own.parallel, own.arrivals);
    context.console().say(line_of(i + 1, plan.stages[i], counted, verdict));
    if (counted.succeeded == 0) continue;
    AddedRow row = added_row(fmt::format("{}/stage:{}", benchmark, i + 1), own, counted);
    row.label = std::string(name_of(verdict.bound));
    rows.push_back(std::move(row));
  }
  context.added_rows().add(benchmark, std::move(rows));
}

}  // namespace paceline::gbench
