#include <fmt/format.h>
#include <paceline/text/numbers.h>
#include <paceline/workload/mix.h>
#include <programs/flags.h>
#include <programs/models.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace paceline::programs {
namespace {

std::optional<double> weight_of(std::string_view text) {
  constexpr double highest = 1e9;
  const auto weight = text::parse_number(text, 0.0, highest);
  if (!weight || *weight <= 0) return std::nullopt;
  return weight;
}

ModelShare parse_model(std::string text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {std::move(text)};
  const auto weight = weight_of(std::string_view(text).substr(colon + 1));
  if (!weight) return {std::move(text)};
  return {text.substr(0, colon), *weight};
}

}  // namespace

Result<std::vector<ModelShare>> parse_models(const std::string& text) {
  if (text.find(',') == std::string::npos) return std::vector<ModelShare>{{text}};
  std::vector<ModelShare> models;
  double total = 0;
  for (std::string& part : split_list(text)) {
    ModelShare model = parse_model(std::move(part));
    const bool is_known = std::any_of(models.begin(), models.end(), [&](const ModelShare& known) {
      return known.name == model.name;
    });
    if (model.name.empty() || is_known) {
      return fail(ErrorCode::invalid_value,
                  fmt::format("'{}' {}; give models such as a:0.7,b:0.3", text,
                              is_known ? "names a model twice" : "has a part without a name"));
    }
    total += model.weight;
    models.push_back(std::move(model));
  }
  for (const ModelShare& model : models) {
    if (model.weight < total * workload::Shares::smallest) {
      return fail(ErrorCode::invalid_value,
                  fmt::format("the share of {} is below {:g}; give a larger weight", model.name,
                              workload::Shares::smallest));
    }
  }
  return models;
}

void add_model_flag(CLI::App& app, std::vector<ModelShare>& models) {
  app.add_option_function<std::string>(
         "--paceline_model",
         [&models](const std::string& text) {
           auto parsed = parse_models(text);
           if (!parsed) throw CLI::ValidationError("--paceline_model", parsed.error().message);
           models = std::move(*parsed);
         },
         "Model, such as gpt-4o, or several models with their weights, such as a:0.7,b:0.3. In a "
         "list, the text after a name's last colon is a weight if it is a number above 0 "
         "[gpt-4o-mini; completions: gpt-3.5-turbo-instruct; messages: claude-haiku-4-5; "
         "embeddings: text-embedding-3-small; rerank: rerank-v3.5]")
      ->type_name("LIST");
}

}  // namespace paceline::programs
