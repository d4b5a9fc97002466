#include <gtest/gtest.h>
#include <programs/models.h>

#include <string>
#include <utility>
#include <vector>

#include "../message_of.h"

namespace paceline::programs {
namespace {

using Models = std::vector<std::pair<std::string, double>>;

Models models_of(const std::string& text) {
  const auto parsed = parse_models(text);
  Models models;
  if (!parsed) return models;
  for (const ModelShare& model : *parsed) models.emplace_back(model.name, model.weight);
  return models;
}

TEST(ModelsTest, APartMayEndWithItsWeight) {
  EXPECT_EQ(models_of("a:0.7,b:0.3"), (Models{{"a", 0.7}, {"b", 0.3}}));
  EXPECT_EQ(models_of("a,b"), (Models{{"a", 1}, {"b", 1}}));
  EXPECT_EQ(models_of("a:3,b"), (Models{{"a", 3}, {"b", 1}}));
}

TEST(ModelsTest, ANameMayHaveColons) {
  EXPECT_EQ(models_of("llama3:8b,ft:gpt-4o:org::id"),
            (Models{{"llama3:8b", 1}, {"ft:gpt-4o:org::id", 1}}));
  EXPECT_EQ(models_of("llama3:8b:2,ft:gpt-4o:org::id:0.5"),
            (Models{{"llama3:8b", 2}, {"ft:gpt-4o:org::id", 0.5}}));
  EXPECT_EQ(models_of("nova-v1:0,claude-v2:1:1"), (Models{{"nova-v1:0", 1}, {"claude-v2:1", 1}}));
}

TEST(ModelsTest, ASingleModelIsNamedAsItIs) {
  EXPECT_EQ(models_of("claude-v2:1"), (Models{{"claude-v2:1", 1}}));
}

TEST(ModelsTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(message_of(parse_models("a,a:2")),
            "'a,a:2' names a model twice; give models such as a:0.7,b:0.3");
  EXPECT_EQ(message_of(parse_models(":2,b")),
            "':2,b' has a part without a name; give models such as a:0.7,b:0.3");
  EXPECT_EQ(message_of(parse_models("a:1000000000,b")),
            "the share of b is below 1e-06; give a larger weight");
}

}  // namespace
}  // namespace paceline::programs
