#pragma once

#include <string>
#include <vector>

#include <paceline/text/result.h>

namespace CLI {
class App;
}

namespace paceline::programs {

/// A model and its share of the requests, relative to the other models.
struct ModelShare {
  std::string name;
  double weight = 1;
};

/// Reads the models of --paceline_model. A text without a comma is the name of one model. Otherwise
/// each part is NAME or NAME:WEIGHT, such as "a:0.7,b:0.3". The text after the last colon is a
/// weight if it is a number above 0, and else belongs to the name: "llama3:8b,v1:0" are two names.
/// Errors: invalid_value for an empty or repeated name, and for a share too small to occur.
Result<std::vector<ModelShare>> parse_models(const std::string& text);

/// Adds --paceline_model.
void add_model_flag(CLI::App& app, std::vector<ModelShare>& models);

}  // namespace paceline::programs
