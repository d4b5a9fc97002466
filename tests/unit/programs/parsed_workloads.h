#pragma once

#include <gtest/gtest.h>
#include <programs/options.h>
#include <programs/remedy.h>

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../message_of.h"

namespace paceline::programs {

inline const Api api{"http://host/v1", ""};

/// A program's arguments, the last of a flag counting, as run_program has it.
inline WorkloadFlags parsed(const std::vector<std::string>& arguments) {
  CLI::App app;
  app.option_defaults()->take_last();
  WorkloadFlags flags;
  add_flags(app, flags);
  std::vector<std::string> reversed;
  for (std::string argument : arguments) {
    const bool is_empty = argument.ends_with('=');
    if (is_empty) argument.pop_back();
    reversed.insert(reversed.begin(), std::move(argument));
    if (is_empty) reversed.insert(reversed.begin(), "");
  }
  app.parse(reversed);
  return flags;
}

inline std::vector<SelectedWorkload> workloads_of(const std::vector<std::string>& arguments,
                                                  const Options& options = {}) {
  auto made = select_workloads(parsed(arguments), options, {api});
  EXPECT_EQ(message_of(made), "");
  return made ? std::move(*made) : std::vector<SelectedWorkload>();
}

inline std::vector<std::string> names_of(const std::vector<std::string>& arguments,
                                         const Options& options = {}) {
  std::vector<std::string> names;
  for (const SelectedWorkload& selected : workloads_of(arguments, options)) {
    names.push_back(selected.workload->describe().name);
  }
  return names;
}

/// The first request of the first workload.
inline Request first_request(const std::vector<std::string>& arguments) {
  Request request;
  workloads_of(arguments).front().workload->make(0, request);
  return request;
}

inline bool asks(const std::vector<std::string>& arguments, const std::string& text) {
  const std::string body = first_request(arguments).body;
  EXPECT_EQ(body.find('\n'), std::string::npos);
  return body.find(text) != std::string::npos;
}

/// The sentence that refuses the arguments, whoever finds it.
inline std::string refusal(const std::vector<std::string>& arguments) {
  try {
    if (const auto made = select_workloads(parsed(arguments), {}, {api}); !made) {
      return with_remedy(made.error());
    }
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return {};
}

using Names = std::vector<std::string>;

}  // namespace paceline::programs
