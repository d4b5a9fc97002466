#include <programs/trace_flags.h>

#include <CLI/CLI.hpp>
#include <utility>

#include <programs/agreement.h>
#include <programs/flags.h>
#include <programs/help.h>

namespace paceline::programs {
namespace {

tl::unexpected<Error> contradiction(std::string message) {
  return fail(ErrorCode::invalid_value, std::move(message));
}

}  // namespace

void add_flags(CLI::App& app, TraceFlags& flags) {
  app.option_defaults()->group(load_group);
  workload::TraceOptions& options = flags.options;
  auto* trace = app.add_option(
      "--paceline_trace", flags.file,
      "Replays the requests of this trace at their recorded times, such as trace.jsonl: JSON lines "
      "with timestamp, input_length, output_length and hash_ids as in Mooncake's traces, the CSV "
      "of Azure's and BurstGPT's traces, or due times alone. Prompts and responses of language "
      "models get the recorded lengths. --paceline_rpm becomes the highest rate [none]");
  trace->type_name("FILE");
  add_number_flag(app, "--paceline_speed", options.speed, 0.001, 1e6,
                  "How many times faster than recorded the trace is replayed, such as 60 [1]")
      ->type_name("NUMBER")
      ->needs(trace);
  add_duration_flag(app, "--paceline_trace_from", options.from,
                    "Replays the trace from this time on, counted from its first request, such as "
                    "10m [0]")
      ->needs(trace);
  add_duration_flag(app, "--paceline_trace_to", options.to,
                    "Replays the trace up to this time, counted from its first request, such as "
                    "20m [its end]")
      ->needs(trace);
  add_number_flag(app, "--paceline_trace_block", options.block_tokens, std::size_t{1},
                  std::size_t{1'000'000},
                  "Tokens of each block of a prompt that hash_ids names, such as 16 [512]")
      ->type_name("TOKENS")
      ->needs(trace);
}

Result<void> check(const TraceFlags& flags, const GridFlags& grid, const Options& options) {
  if (flags.file.empty()) return {};
  if (!grid.stages.empty() || grid.duration.count() > 0) {
    return contradiction(
        "--paceline_trace has the arrivals of the whole run; leave out --paceline_stages and "
        "--paceline_duration");
  }
  if (options.arrivals.are_random()) {
    return contradiction("--paceline_trace has the arrivals; leave out --paceline_arrivals");
  }
  if (options.warmup > 0) {
    return contradiction(
        "--paceline_trace allows no --paceline_warmup; leave it out, or replay an earlier part of "
        "the trace in a run before");
  }
  if (flags.options.to <= flags.options.from) {
    return contradiction(
        "--paceline_trace_to is not later than --paceline_trace_from; correct one");
  }
  return {};
}

Result<void> check(const workload::Trace& trace, const TextGeneration& generation) {
  const Prompt& prompt = generation.prompt;
  if (trace.has_in() && (prompt.synthetic_tokens != 0 || prompt.ids.count > 0)) {
    return contradiction(
        "the trace has the lengths of prompts; leave out --paceline_synthetic and "
        "--paceline_prompt_ids");
  }
  if (trace.has_in() && prompt.prefix_groups.count > 1) {
    return contradiction(
        "the trace has the lengths of prompts, and may have their shared blocks; leave out "
        "--paceline_prefix_groups");
  }
  if (trace.has_out() && (generation.max_tokens != 0 || generation.min_tokens > 0)) {
    return contradiction(
        "the trace has the lengths of responses; leave out --paceline_max_tokens and "
        "--paceline_min_tokens, and give --paceline_ignore_eos if the server has that field");
  }
  return {};
}

Result<std::shared_ptr<const workload::Trace>> open_trace(run::Ranks& ranks,
                                                          const TraceFlags& flags,
                                                          std::int64_t requests) {
  if (flags.file.empty()) return nullptr;
  workload::TraceOptions options = flags.options;
  if (requests > 0) options.rows = static_cast<std::size_t>(requests);
  auto trace = agree(ranks, workload::Trace::open(flags.file, options));
  if (!trace) return trace;
  if (auto same = check_same(ranks, "traces", (*trace)->hashes().json()); !same) {
    return tl::unexpected(std::move(same.error()));
  }
  return trace;
}

}  // namespace paceline::programs
