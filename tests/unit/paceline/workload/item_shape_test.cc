#include <gtest/gtest.h>
#include <paceline/workload/item_shape.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "batch_files.h"

namespace paceline::workload {
namespace {

constexpr std::size_t many = 100'000;

using Drawn = std::vector<std::uint64_t>;

/// The lengths of prompts and of responses.
std::pair<Drawn, Drawn> drawn_from(const Lengths& in, const Lengths& out) {
  ItemShapes shapes({.synthetic_tokens = in}, out);
  std::pair<Drawn, Drawn> drawn;
  for (std::size_t item = 0; item < many; ++item) {
    const ItemShape shape = shapes.of(item).value();
    drawn.first.push_back(shape.in);
    drawn.second.push_back(shape.out);
  }
  return drawn;
}

double mean_of(const Drawn& drawn) {
  double sum = 0;
  for (const std::uint64_t length : drawn) sum += static_cast<double>(length);
  return sum / static_cast<double>(drawn.size());
}

/// The mean product of the distances from the means.
double covariance_of(const Drawn& one, const Drawn& other) {
  const double mean = mean_of(one);
  const double other_mean = mean_of(other);
  double sum = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    sum += (static_cast<double>(one[i]) - mean) * (static_cast<double>(other[i]) - other_mean);
  }
  return sum / static_cast<double>(one.size());
}

double stddev_of(const Drawn& drawn) {
  return std::sqrt(covariance_of(drawn, drawn));
}

double quantile_of(Drawn drawn, double q) {
  std::sort(drawn.begin(), drawn.end());
  return static_cast<double>(drawn[static_cast<std::size_t>(q * static_cast<double>(many))]);
}

TEST(ItemShapeTest, LengthsFollowTheDistributions) {
  const auto [in, out] = drawn_from(Lengths::normal(512, 100), Lengths::lognormal(128, 600));
  EXPECT_NEAR(mean_of(in) / 512, 1, 0.01);
  EXPECT_NEAR(stddev_of(in) / 100, 1, 0.01);
  EXPECT_NEAR(quantile_of(in, 0.99) / 744.6, 1, 0.01);
  EXPECT_NEAR(quantile_of(out, 0.5) / 128, 1, 0.01);
  EXPECT_NEAR(quantile_of(out, 0.99) / 600, 1, 0.01);
  // exp(mu + sigma^2 / 2), and that times sqrt(exp(sigma^2) - 1).
  EXPECT_NEAR(mean_of(out) / 159.579, 1, 0.01);
  EXPECT_NEAR(stddev_of(out) / 118.806, 1, 0.01);
  EXPECT_NEAR(covariance_of(in, out) / (stddev_of(in) * stddev_of(out)), 0, 0.01);
  const Drawn uniform = drawn_from(Lengths::uniform(1, 999), 1).first;
  EXPECT_NEAR(mean_of(uniform) / 500, 1, 0.01);
  EXPECT_NEAR(stddev_of(uniform) / 288.386, 1, 0.01);
}

TEST(ItemShapeTest, BothLengthsOfOneDistributionAreIndependent) {
  const Lengths lengths = Lengths::normal(512, 100);
  const auto [in, out] = drawn_from(lengths, lengths);
  EXPECT_NEAR(covariance_of(in, out) / 10'000, 0, 0.01);
  Drawn later(in.begin() + 1, in.end());
  later.push_back(in.front());
  EXPECT_NEAR(covariance_of(in, later) / 10'000, 0, 0.01);
}

TEST(ItemShapeTest, IsTheSameEverywhere) {
  ItemShapes shapes({.synthetic_tokens = Lengths::normal(512, 100)}, Lengths::lognormal(128, 600));
  Drawn drawn;
  for (const std::uint64_t item : {0ULL, 1ULL, 2ULL, 999'999ULL, 18'446'744'073'709'551'615ULL}) {
    const ItemShape shape = shapes.of(item).value();
    drawn.insert(drawn.end(), {shape.in, shape.out});
  }
  EXPECT_EQ(drawn, (Drawn{446, 68, 502, 56, 393, 167, 516, 122, 487, 63}));
}

TEST(ItemShapeTest, AnItemIsInItsGroup) {
  const PrefixGroups asked{.count = 100, .exponent = 1};
  ItemShapes shapes({.prefix_groups = asked});
  for (std::uint64_t item = 0; item < 100; ++item) {
    EXPECT_EQ(shapes.of(item).value().group, ZipfGroups(asked).of(item));
  }
}

TEST(ItemShapeTest, FixedLengthsAreThoseOfEveryItem) {
  ItemShapes shapes({.synthetic_tokens = 30}, 7);
  for (const std::uint64_t item : {0U, 1U, 1'000'000U}) {
    const ItemShape shape = shapes.of(item).value();
    EXPECT_EQ(shape.in, 30U);
    EXPECT_EQ(shape.out, 7U);
    EXPECT_TRUE(shape.blocks.empty());
  }
}

TEST(ItemShapeTest, ATraceGoesBeforeADistribution) {
  const auto shape_in = [](std::string_view text) {
    const TemporaryFile file(text);
    ItemShapes shapes({.synthetic_tokens = 30}, 7, Trace::open(file.path(), {}).value());
    const ItemShape shape = shapes.of(3).value();
    return std::tuple(shape.in, shape.out, shape.blocks.size());
  };
  using Shape = std::tuple<std::uint64_t, std::uint64_t, std::size_t>;
  EXPECT_EQ(shape_in("0\n1\n"), Shape(30, 7, 0));
  EXPECT_EQ(shape_in("0,5\n1,6\n"), Shape(6, 7, 0));
  EXPECT_EQ(shape_in("0,5,8\n1,6,9\n"), Shape(6, 9, 0));
  EXPECT_EQ(shape_in(R"({"due": 0, "output_length": 4, "hash_ids": [1]})"), Shape(30, 4, 0));
  EXPECT_EQ(shape_in(R"({"due": 0, "input_length": 4, "hash_ids": [1]})"), Shape(4, 7, 1));
}

/// A prompt in blocks of four tokens.
std::string prompt_with(std::uint64_t tokens, const Drawn& blocks, std::uint64_t salt = 1,
                        std::uint64_t item = 0) {
  std::string text;
  append_prompt(salt, item, {.in = tokens, .blocks = blocks}, 4, text);
  return text;
}

TEST(PromptInBlocksTest, HasItsLength) {
  for (const std::uint64_t tokens : {1U, 3U, 4U, 5U, 12U, 50U}) {
    Drawn blocks;
    for (std::uint64_t block = 0; block < 20; ++block) {
      const std::string text = prompt_with(tokens, blocks);
      EXPECT_EQ(std::count(text.begin(), text.end(), ' ') + 1, tokens) << block;
      blocks.push_back(block);
    }
  }
}

TEST(PromptInBlocksTest, EqualBlocksHaveEqualText) {
  const std::string first = prompt_with(10, {7, 8, 9}, 1, 0);
  const std::string second = prompt_with(12, {7, 8, 3}, 1, 5);
  const auto [end, other_end] = std::mismatch(first.begin(), first.end(), second.begin());
  // Two blocks of four words are equal.
  EXPECT_EQ(std::count(first.begin(), end, ' '), 8);
  EXPECT_NE(prompt_with(10, {7, 8, 9}, 2), first);
  EXPECT_EQ(prompt_with(10, {7, 8, 9}, 1, 9), first);
  // Part of a block begins like the whole one.
  EXPECT_TRUE(first.starts_with(prompt_with(6, {7, 8})));
}

TEST(PromptInBlocksTest, WhatHasNoBlockIsUniqueToTheItem) {
  EXPECT_NE(prompt_with(8, {7}, 1, 0), prompt_with(8, {7}, 1, 1));
  EXPECT_NE(prompt_with(8, {}, 1, 0), prompt_with(8, {}, 1, 1));
}

}  // namespace
}  // namespace paceline::workload
