#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <paceline/api.h>
#include <paceline/text/result.h>
#include <paceline/text_generation.h>
#include <paceline/workload.h>
#include <programs/options.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// The workloads that the command line selects.
struct WorkloadFlags {
  /// Any of chat/complete, chat/stream, responses/complete, responses/stream and embeddings/create.
  /// Empty: chat/complete, unless a URL or a file of requests is given.
  std::vector<std::string> workloads;
  /// Parameters of text generation, prompts included.
  TextGeneration generation;
  /// Empty: each workload's own.
  std::string model;
  std::string batch_file;
  std::string http_url;
  std::string http_body_file;
};

/// A workload to measure.
struct SelectedWorkload {
  std::unique_ptr<Workload> workload;
  /// The number of its requests; 0: unlimited.
  std::uint64_t size = 0;
  /// The items to send; empty: all, from 0 on.
  std::vector<std::uint64_t> items{};
};

/// Whether any workload sends to an OpenAI-compatible API, and not only to --paceline_http_url.
bool asks_api(const WorkloadFlags& flags);

/// Adds the flags of workloads.
void add_flags(CLI::App& app, WorkloadFlags& flags);

/// The workloads to measure. An error says which flags contradict each other, or what is wrong with
/// a file.
Result<std::vector<SelectedWorkload>> select_workloads(const WorkloadFlags& flags,
                                                       const Options& options, const Api& api);

}  // namespace paceline::programs
