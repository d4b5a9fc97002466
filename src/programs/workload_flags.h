#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <paceline/api.h>
#include <paceline/text_generation.h>
#include <paceline/workload.h>
#include <programs/options.h>

namespace CLI {
class App;
}

namespace paceline {

/// What a program is to measure, as a person sets it on a command line.
struct WorkloadFlags {
  /// Of chat/complete, chat/stream, responses/complete, responses/stream and embeddings/create;
  /// empty: the first, unless a URL or a file of requests is given.
  std::vector<std::string> workloads;
  /// The model, and how it is asked.
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
  /// How many requests it has; 0: as many as are asked for.
  std::uint64_t size = 0;
  /// The ones to send; empty: all, from 0 on.
  std::vector<std::uint64_t> items{};
};

/// Whether they ask an OpenAI-compatible API, and not only a URL of --paceline_http_url.
bool asks_api(const WorkloadFlags& flags);

/// Adds the flags of what to measure.
void add_flags(CLI::App& app, WorkloadFlags& flags);

/// The workloads to measure. The string is a sentence: which flags do not go together, or what is
/// wrong with a file.
std::variant<std::vector<SelectedWorkload>, std::string> select_workloads(
    const WorkloadFlags& flags, const Options& options, const Api& api);

}  // namespace paceline
