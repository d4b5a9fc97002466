#include <gtest/gtest.h>
#include <paceline/workload/body_template.h>
#include <paceline/workload/prompt_text.h>
#include <paceline/workload/synthetic_text.h>

#include <algorithm>
#include <set>
#include <string>

namespace paceline::workload {
namespace {

/// The two messages as item `item` of a run with this salt sends them.
struct Sent {
  std::string system;
  std::string user;
};

Sent sent(const Prompt& prompt, std::uint64_t salt, std::uint64_t item) {
  const api::PromptText text = prompt_text(prompt);
  Sent messages;
  const ItemShape shape = ItemShapes(prompt).of(item).value();
  BodyTemplate(text.system, fillers_of(prompt)).fill(salt, item, messages.system, shape);
  BodyTemplate(text.user, fillers_of(prompt)).fill(salt, item, messages.user, shape);
  return messages;
}

std::size_t words_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

/// How far two texts are the same.
std::size_t shared(const std::string& left, const std::string& right) {
  const auto [at, other] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  return static_cast<std::size_t>(at - left.begin());
}

TEST(PromptTest, WithoutANonceItIsWhatIsAsked) {
  const Prompt prompt{.system = "Be \"brief\"", .text = "{n}: say {n}", .nonce = Nonce::none};
  const Sent messages = sent(prompt, 1, 12);
  EXPECT_EQ(messages.system, "Be \"brief\"");
  EXPECT_EQ(messages.user, "12: say 12");
  EXPECT_EQ(sent(prompt, 2, 12).user, messages.user);
}

TEST(PromptTest, ANonceAtTheStartStandsBeforeAllElse) {
  Prompt prompt{.system = "Be brief", .text = "say", .nonce = Nonce::start};
  const Sent one = sent(prompt, 1, 7);
  EXPECT_EQ(one.user, "say");
  EXPECT_TRUE(one.system.ends_with("Be brief"));
  EXPECT_NE(one.system, sent(prompt, 2, 7).system);
  EXPECT_NE(one.system, sent(prompt, 1, 8).system);
  EXPECT_EQ(one.system, sent(prompt, 1, 7).system);
  // The salt comes first: of two runs not even the beginnings are the same.
  EXPECT_LT(shared(one.system, sent(prompt, 0xffffffff, 7).system), 3U);

  prompt.system.clear();
  EXPECT_TRUE(prompt_text(prompt).system.empty());
  EXPECT_TRUE(sent(prompt, 1, 7).user.ends_with(" say"));
  EXPECT_NE(sent(prompt, 1, 7).user, sent(prompt, 2, 7).user);
}

TEST(PromptTest, ANonceAtTheEndLeavesTheRestToAPrefixCache) {
  const Prompt prompt{.system = "Be brief", .text = "say", .nonce = Nonce::end};
  const Sent one = sent(prompt, 1, 7);
  const Sent other = sent(prompt, 2, 7);
  EXPECT_EQ(one.system, "Be brief");
  EXPECT_EQ(one.system, other.system);
  EXPECT_TRUE(one.user.starts_with("say "));
  EXPECT_NE(one.user, other.user);
  EXPECT_NE(one.user, sent(prompt, 1, 8).user);
}

TEST(PromptTest, EveryRequestIsAsLong) {
  for (const Nonce nonce : {Nonce::start, Nonce::end}) {
    const Prompt prompt{.system = "Be brief", .text = "say", .nonce = nonce};
    const Sent one = sent(prompt, 1, 0);
    const Sent other = sent(prompt, 0xffffffffffff, 1'000'000);
    EXPECT_EQ(one.system.size() + one.user.size(), other.system.size() + other.user.size());
  }
}

TEST(PromptTest, ASharedPrefixComesFirstAndIsTheSameInEveryRun) {
  for (const bool has_system : {true, false}) {
    Prompt prompt{.text = "say", .nonce = Nonce::start, .shared_prefix_tokens = 50};
    if (!has_system) prompt.system.clear();
    const auto first = [&](std::uint64_t salt, std::uint64_t item) {
      const Sent messages = sent(prompt, salt, item);
      return has_system ? messages.system : messages.user;
    };
    const std::string one = first(1, 0);
    const std::size_t same = std::min(shared(one, first(99, 0)), shared(one, first(1, 3)));
    EXPECT_GE(words_in(one.substr(0, same)), 50U) << one;
    EXPECT_NE(one, first(99, 0));
    EXPECT_NE(one, first(1, 3));
  }
}

TEST(PromptTest, TheItemsOfAGroupShareAPrefixInEveryRun) {
  const Prompt prompt{.shared_prefix_tokens = 40,
                      .prefix_groups = {.count = 3, .exponent = 1},
                      .synthetic_tokens = 30};
  const ZipfGroups groups(prompt.prefix_groups);
  std::set<std::string> beginnings;
  for (std::uint64_t item = 0; item < 50; ++item) {
    const std::string text = sent(prompt, item, item).user;
    std::string prefix;
    append_prefix(groups.of(item), 40, prefix);
    EXPECT_TRUE(text.starts_with(prefix + ' ')) << text;
    EXPECT_EQ(words_in(text), 70U);
    beginnings.insert(prefix.substr(0, prefix.find(' ')));
  }
  EXPECT_EQ(beginnings.size(), 3U);
}

TEST(PromptTest, APrefixOfAGroupStandsBeforeTheNonce) {
  const Prompt prompt{.system = "",
                      .text = "say",
                      .shared_prefix_tokens = 5,
                      .prefix_groups = {.count = 1'000'000}};
  EXPECT_EQ(words_in(sent(prompt, 1, 7).user), 7U);
  EXPECT_NE(sent(prompt, 1, 7).user, sent(prompt, 2, 7).user);
  EXPECT_EQ(shared(sent(prompt, 1, 7).user, sent(prompt, 1, 8).user), 0U);
}

TEST(PromptTest, ASharedPrefixIsTheOneOfTheFirstGroup) {
  std::string prefix;
  append_prefix(0, 40, prefix);
  const Prompt prompt{.shared_prefix_tokens = 40, .synthetic_tokens = 30};
  EXPECT_TRUE(sent(prompt, 1, 0).user.starts_with(prefix + ' '));
  EXPECT_EQ(fillers_of(prompt).prefix, "40");
  const auto name_of = [](const PrefixGroups& groups) {
    return fillers_of({.shared_prefix_tokens = 40, .prefix_groups = groups}).prefix;
  };
  EXPECT_EQ(name_of({100, 0}), "100x40");
  EXPECT_EQ(name_of({100, 1.25}), "100x40:zipf=1.25");
}

TEST(PromptTest, SyntheticTextIsAllThatIsSaid) {
  const Prompt prompt{.synthetic_tokens = 30};
  EXPECT_TRUE(prompt_text(prompt).system.empty());
  const std::string one = sent(prompt, 1, 0).user;
  EXPECT_EQ(words_in(one), 30U);
  EXPECT_LT(shared(one, sent(prompt, 1, 1).user), 8U);
  EXPECT_NE(one, sent(prompt, 2, 0).user);
}

TEST(PromptTest, SyntheticTextFollowsASharedPrefix) {
  const Prompt prompt{.shared_prefix_tokens = 40, .synthetic_tokens = 30};
  const std::string one = sent(prompt, 1, 0).user;
  EXPECT_EQ(words_in(one), 70U);
  std::string own;
  append_synthetic_text(1, 0, 30, own);
  EXPECT_TRUE(one.ends_with(" " + own)) << one;
  const std::string prefix = one.substr(0, one.size() - own.size());
  EXPECT_TRUE(sent(prompt, 5, 9).user.starts_with(prefix));
}

TEST(PromptTest, APlaceholderInTheTextIsReplaced) {
  const Prompt prompt{.system = "a\uFDD2", .text = "\uFDD0 b\uFDD1\uFDD3", .nonce = Nonce::none};
  EXPECT_EQ(sent(prompt, 1, 0).system, "a\uFFFD");
  EXPECT_EQ(sent(prompt, 1, 0).user, "\uFDD0 b\uFFFD\uFFFD");
}

}  // namespace
}  // namespace paceline::workload
