#pragma once

#include <memory>

#include <paceline/api.h>
#include <paceline/text_generation.h>
#include <paceline/workload.h>
#include <paceline/workload/trace.h>

namespace paceline::workload {

/// Text generation with the lengths of a trace: item k has the prompt and the length of the
/// response of row k. What the trace does not record is as in `generation`. The first row follows
/// the last one. If find_error() finds an error, each request fails with that error.
std::unique_ptr<Workload> make_workload(const Api& api, const TextGeneration& generation,
                                        std::shared_ptr<const Trace> trace);

}  // namespace paceline::workload
