#include <programs/options.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <paceline/template_post.h>
#include <paceline/text_embedding.h>
#include <paceline/text_generation.h>
#include <paceline/text_ranking.h>
#include <paceline/workload/file_chat_session.h>
#include <paceline/workload/mix.h>
#include <paceline/workload/session_workload.h>
#include <paceline/workload/traced_generation.h>
#include <programs/flags.h>
#include <programs/session_flags.h>

namespace paceline::programs {
namespace {

/// Text generation by the name of its API.
struct Generator {
  std::string_view name;
  ApiKind api;
  /// Empty: the library's default.
  std::string_view model;
};
constexpr std::array<Generator, 4> generators{
    {{"chat", ApiKind::chat, ""},
     {"completions", ApiKind::completions, "gpt-3.5-turbo-instruct"},
     {"responses", ApiKind::responses, ""},
     {"messages", ApiKind::messages, "claude-haiku-4-5"}}};

using Made = Result<std::unique_ptr<Workload>>;

/// Reads the file of a flag; an empty name leaves `content` empty.
Result<void> read_file(std::string_view flag, const std::string& file, std::string& content) {
  if (file.empty()) return {};
  auto text = read_body(file);
  if (!text) return fail(text.error().code, fmt::format("{}: {}", flag, text.error().message));
  content = std::move(*text);
  return {};
}

tl::unexpected<Error> in_workload(const std::string& name, const Error& error) {
  return fail(error.code, fmt::format("the workload {}: {}", name, error.message));
}

Made make_generation(const std::string& name, const Generator& generator,
                     const WorkloadFlags& flags, const Options& options, const Api& api,
                     const std::string& model) {
  TextGeneration generation = flags.generation;
  generation.api = generator.api;
  generation.is_streamed = name.ends_with("/stream");
  generation.keeps_text = options.log_responses;
  if (!generator.model.empty()) generation.model = generator.model;
  if (!model.empty()) generation.model = model;
  if (auto read = read_file("--paceline_tools", flags.tools_file, generation.tools); !read) {
    return tl::unexpected(std::move(read.error()));
  }
  if (auto read = read_file("--paceline_response_format", flags.response_format_file,
                            generation.response_format);
      !read) {
    return tl::unexpected(std::move(read.error()));
  }
  if (name == session_workload) {
    ChatSession session = flags.sessions.session;
    session.generation = std::move(generation);
    session.generation.is_streamed = true;
    if (const auto error = workload::find_error(api, session)) {
      return in_workload(name, *error);
    }
    return workload::make_workload(api, session, flags.sessions.conversations);
  }
  if (const auto error = find_error(generation)) return in_workload(name, *error);
  return workload::make_workload(api, generation, flags.trace);
}

Made make_template(const std::string& name, const WorkloadFlags& flags, const Options& options,
                   const Api& api, const std::string& model) {
  if (flags.template_file.empty()) {
    return fail(
        ErrorCode::invalid_value,
        fmt::format("the workload {} needs --paceline_template, the file with its body", name));
  }
  TemplatePost post = flags.post;
  if (auto read = read_file("--paceline_template", flags.template_file, post.body); !read) {
    return tl::unexpected(std::move(read.error()));
  }
  if (flags.generation.prompt.images.count > 0) {
    return fail(
        ErrorCode::invalid_value,
        fmt::format("--paceline_images does not go with {}; put the images into the file", name));
  }
  if (flags.generation.prompt.prefix_groups.count > 1 &&
      post.body.find("{prompt}") == std::string::npos) {
    return fail(ErrorCode::invalid_value,
                "--paceline_prefix_groups makes prompts, but the file of --paceline_template does "
                "not contain {prompt}; insert {prompt} in place of the prompt");
  }
  post.model = model;
  post.prompt = flags.generation.prompt;
  post.is_streamed = name.ends_with("/stream");
  post.keeps_text = options.log_responses;
  if (const auto error = find_error(post)) return in_workload(name, *error);
  return make_workload(api, post);
}

/// The prompt of a request that is text alone, and has no system message.
Result<Prompt> text_alone(const std::string& name, const WorkloadFlags& flags) {
  Prompt prompt = flags.generation.prompt;
  prompt.system.clear();
  const bool takes_ids = name == "embeddings/create";
  if (prompt.ids.count > 0 && !takes_ids) {
    return fail(ErrorCode::invalid_value,
                fmt::format("--paceline_prompt_ids does not go with {}; choose completions or "
                            "embeddings",
                            name));
  }
  if (prompt.images.count > 0) {
    return fail(
        ErrorCode::invalid_value,
        fmt::format("--paceline_images does not go with {}; choose chat, responses or messages",
                    name));
  }
  return prompt;
}

/// The workload of one API and one model; an empty model is the workload's own.
Made make_one(const std::string& name, const WorkloadFlags& flags, const Options& options,
              const Api& api, const std::string& model) {
  if (name == "embeddings/create") {
    auto input = text_alone(name, flags);
    if (!input) return tl::unexpected(std::move(input.error()));
    TextEmbedding embeddings{.input = std::move(*input)};
    if (!model.empty()) embeddings.model = model;
    return make_workload(api, embeddings);
  }
  if (name == "rerank/create") {
    auto query = text_alone(name, flags);
    if (!query) return tl::unexpected(std::move(query.error()));
    TextRanking ranking = flags.ranking;
    ranking.query = std::move(*query);
    if (!model.empty()) ranking.model = model;
    return make_workload(api, ranking);
  }
  if (name.starts_with("template/")) return make_template(name, flags, options, api, model);
  const std::string_view kind = std::string_view(name).substr(0, name.find('/'));
  const auto* generator = std::find_if(generators.begin(), generators.end(),
                                       [kind](const Generator& one) { return one.name == kind; });
  return make_generation(name, *generator, flags, options, api, model);
}

}  // namespace

std::vector<std::string> known_workloads() {
  std::vector<std::string> names;
  for (const Generator& generator : generators) {
    names.push_back(std::string(generator.name) + "/complete");
    names.push_back(std::string(generator.name) + "/stream");
    if (generator.api == ApiKind::chat) names.emplace_back(session_workload);
  }
  names.insert(names.end(),
               {"embeddings/create", "rerank/create", "template/post", "template/stream"});
  return names;
}

Made make_named(const std::string& name, const WorkloadFlags& flags, const Options& options,
                const std::vector<Api>& apis) {
  std::vector<ModelShare> models = flags.models;
  if (models.empty()) models.emplace_back();
  std::vector<workload::MixTurn> turns;
  for (const Api& api : apis) {
    workload::MixTurn& turn = turns.emplace_back();
    for (const ModelShare& model : models) {
      auto made = make_one(name, flags, options, api, model.name);
      if (!made) return made;
      turn.push_back({std::move(*made), model.weight});
    }
  }
  return workload::make_mix(std::move(turns));
}

}  // namespace paceline::programs
