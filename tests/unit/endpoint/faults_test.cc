#include <endpoint/faults.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace paceline {
namespace {

std::vector<FaultShare> shares_of(const std::string& text) {
  auto parsed = parse_faults(text);
  if (const auto* why = std::get_if<std::string>(&parsed)) {
    ADD_FAILURE() << *why;
    return {};
  }
  return std::get<std::vector<FaultShare>>(parsed);
}

std::string why_not(const std::string& text) {
  const auto parsed = parse_faults(text);
  const auto* why = std::get_if<std::string>(&parsed);
  return why == nullptr ? std::string() : *why;
}

TEST(FaultsTest, AreReadWithTheirShares) {
  const auto shares = shares_of("http_500:0.25,reset:0.002");
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_EQ(shares[0].fault, Fault::http_500);
  EXPECT_EQ(shares[0].share, 0.25);
  EXPECT_EQ(shares[1].fault, Fault::reset);
  EXPECT_EQ(shares[1].share, 0.002);
  EXPECT_EQ(shares_of("stall")[0].share, 1);
}

TEST(FaultsTest, OfEachNameAreKnown) {
  std::string all = fault_names();
  for (std::size_t at = 0; (at = all.find(", ", at)) != std::string::npos;) {
    all.replace(at, 2, ":0.01,");
  }
  EXPECT_EQ(shares_of(all + ":0.01").size(), 11U) << all;
}

TEST(FaultsTest, SayWhatIsWrongAndHowToWriteIt) {
  EXPECT_NE(why_not("hang:0.1").find("'hang' is not a fault: give some of http_500, "),
            std::string::npos);
  EXPECT_NE(why_not("").find("'' is not a fault"), std::string::npos);
  for (const char* text : {"reset:0", "reset:-1", "reset:2", "reset:", "reset:1%", "reset:nan"}) {
    EXPECT_NE(why_not(text).find("is not a share of the responses"), std::string::npos) << text;
  }
  EXPECT_NE(why_not("reset:0.6,close:0.6").find("add up to 1.2"), std::string::npos);
  EXPECT_EQ(why_not("reset:0.4,close:0.6"), "");
}

TEST(FaultsTest, ComeInTheirSharesAndTheSameEachTime) {
  FaultDice dice(shares_of("reset:0.1,close:0.2"), 7);
  FaultDice same(shares_of("reset:0.1,close:0.2"), 7);
  int resets = 0;
  int closes = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto fault = dice.next();
    EXPECT_EQ(fault, same.next());
    resets += fault == Fault::reset ? 1 : 0;
    closes += fault == Fault::close ? 1 : 0;
  }
  // Five standard deviations of the binomial distribution.
  EXPECT_NEAR(resets, 1'000, 150);
  EXPECT_NEAR(closes, 2'000, 200);
}

TEST(FaultsTest, OfNoneThereAreNone) {
  FaultDice dice({}, 1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(dice.next(), std::nullopt);
}

}  // namespace
}  // namespace paceline
