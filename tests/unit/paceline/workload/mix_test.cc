#include <gtest/gtest.h>
#include <paceline/workload/mix.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace paceline::workload {
namespace {

using Counts = std::map<std::size_t, std::uint64_t>;

TEST(SharesTest, EveryWindowHasTheShares) {
  constexpr std::array<double, 3> weights{6, 3, 1};
  const Shares shares(weights);
  for (std::uint64_t begin = 0; begin < 5'000; begin += 37) {
    Counts counts;
    constexpr std::uint64_t length = 200;
    for (std::uint64_t k = begin; k < begin + length; ++k) ++counts[shares.at(k)];
    for (std::size_t place = 0; place < weights.size(); ++place) {
      EXPECT_NEAR(static_cast<double>(counts[place]), length * weights[place] / 10, 3) << begin;
    }
  }
}

TEST(SharesTest, SoHasEachProgression) {
  constexpr std::array<double, 2> weights{0.7, 0.3};
  const Shares shares(weights);
  for (std::uint64_t step = 2; step < 20; ++step) {
    double first = 0;
    constexpr int length = 2'000;
    for (std::uint64_t k = 0; k < length; ++k) first += shares.at(k * step) == 0 ? 1 : 0;
    EXPECT_NEAR(first / length, 0.7, 0.01) << step;
  }
}

TEST(SharesTest, TheFirstNumberOfAPlace) {
  constexpr std::array<double, 2> weights{1 - Shares::smallest, Shares::smallest};
  const Shares shares(weights);
  EXPECT_EQ(shares.first(0), 0U);
  EXPECT_EQ(shares.at(shares.first(1)), 1U);
}

/// Names itself in requests and outcomes.
class Named : public Workload {
 public:
  Named(std::string url, std::string model, bool is_streamed = false)
      : url_(std::move(url)), model_(std::move(model)), is_streamed_(is_streamed) {}

  Description describe() const override {
    return {.name = "named",
            .model = model_,
            .url = url_,
            .fingerprint = R"({"model":")" + model_ + "\"}",
            .is_streamed = is_streamed_};
  }
  std::string adapt(const Outcome& first) override { return model_ + first.error.message; }
  void begin_run(std::uint64_t salt) override { salt_ = salt; }
  void make(std::uint64_t item, Request& request) override {
    request.url = url_;
    request.body = model_ + std::to_string(item + salt_);
    request.is_streamed = is_streamed_;
  }
  Outcome read(const Request&, Response&) override { return failed(Failure::other, model_); }
  std::unique_ptr<StreamReader> make_stream_reader() override {
    return std::make_unique<Reader>(model_);
  }

 private:
  class Reader : public StreamReader {
   public:
    explicit Reader(std::string model) : model_(std::move(model)) {}
    void begin(const Request&) override { times_.clear(); }
    bool take(std::string_view, TimePoint now) override {
      times_.add(now);
      return true;
    }
    Outcome finish(Response&) override { return failed(Failure::other, model_); }
    const TokenTimes& times() const override { return times_; }

   private:
    std::string model_;
    TokenTimes times_;
  };

  std::string url_;
  std::string model_;
  bool is_streamed_;
  std::uint64_t salt_ = 0;
};

std::unique_ptr<Workload> mix_of(const std::vector<std::string>& urls,
                                 const std::vector<std::pair<std::string, double>>& models,
                                 bool is_streamed = false) {
  std::vector<MixTurn> turns;
  for (const std::string& url : urls) {
    MixTurn& turn = turns.emplace_back();
    for (const auto& [model, weight] : models) {
      turn.push_back({std::make_unique<Named>(url, model, is_streamed), weight});
    }
  }
  return make_mix(std::move(turns));
}

TEST(MixTest, UrlsTakeTurns) {
  const auto mix = mix_of({"u0", "u1", "u2"}, {{"a", 1}});
  Request request;
  for (std::uint64_t item = 0; item < 30; ++item) {
    mix->make(item, request);
    EXPECT_EQ(request.url, "u" + std::to_string(item % 3));
    EXPECT_EQ(request.part, item % 3);
    EXPECT_EQ(request.body, "a" + std::to_string(item));
  }
}

TEST(MixTest, ModelsHaveTheirSharesAtEachUrl) {
  for (const std::size_t urls : {2U, 3U, 8U}) {
    std::vector<std::string> names;
    for (std::size_t url = 0; url < urls; ++url) names.push_back("u" + std::to_string(url));
    const auto mix = mix_of(names, {{"a", 7}, {"b", 3}});
    std::map<std::string, std::map<char, double>> counts;
    std::map<char, int> window;
    Request request;
    for (std::uint64_t item = 0; item < 1'000 * urls; ++item) {
      mix->make(item, request);
      ++counts[request.url][request.body.front()];
      ++window[request.body.front()];
      if (item % 100 != 99) continue;
      EXPECT_NEAR(window['a'], 70, 8) << urls << " " << item;
      window.clear();
    }
    ASSERT_EQ(counts.size(), urls);
    for (auto& [url, of_url] : counts) {
      EXPECT_NEAR(of_url['a'], 700, 5) << url;
      EXPECT_NEAR(of_url['b'], 300, 5) << url;
    }
  }
}

TEST(MixTest, TheMemberOfARequestReadsItsResponse) {
  const auto mix = mix_of({"u0", "u1"}, {{"a", 1}, {"b", 1}});
  mix->begin_run(1'000);
  std::set<std::uint16_t> parts;
  Response response;
  for (std::uint64_t item = 0; item < 20; ++item) {
    Request request;
    mix->make(item, request);
    parts.insert(request.part);
    const Outcome outcome = mix->read(request, response);
    EXPECT_EQ(outcome.error.message + std::to_string(item + 1'000), request.body);
    EXPECT_EQ(outcome.part, request.part);
    EXPECT_EQ(mix->adapt(outcome), outcome.error.message + outcome.error.message);
  }
  EXPECT_EQ(parts.size(), 4U);
}

TEST(MixTest, TheMemberOfARequestReadsItsStream) {
  const auto mix = mix_of({"u"}, {{"a", 1}, {"b", 1}}, true);
  const auto reader = mix->make_stream_reader();
  Response response;
  for (std::uint64_t item = 0; item < 20; ++item) {
    Request request;
    mix->make(item, request);
    reader->begin(request);
    for (std::uint64_t piece = 0; piece <= item; ++piece) reader->take("", TimePoint());
    EXPECT_EQ(reader->times().events, item + 1);
    EXPECT_GE(reader->held(), reader->times().held());
    const Outcome outcome = reader->finish(response);
    EXPECT_EQ(outcome.error.message.front(), request.body.front());
    EXPECT_EQ(outcome.part, request.part);
  }
}

TEST(MixTest, DescribesItsParts) {
  const auto mix = mix_of({"u0", "u1"}, {{"a", 7}, {"b", 3}}, true);
  const Description about = mix->describe();
  EXPECT_EQ(about.name, "named");
  EXPECT_EQ(about.model, "a:0.7,b:0.3");
  EXPECT_EQ(about.is_streamed, true);
  ASSERT_EQ(about.parts.size(), 4U);
  Request request;
  for (std::size_t part = 0; part < about.parts.size(); ++part) {
    mix->make(about.parts[part].item, request);
    EXPECT_EQ(request.part, part);
    EXPECT_EQ(request.url, about.parts[part].url);
    EXPECT_TRUE(request.body.starts_with(about.parts[part].model));
  }
}

TEST(MixTest, ItsFingerprintIsOfAllMembers) {
  const auto of = [](const std::vector<std::pair<std::string, double>>& models) {
    return mix_of({"u0", "u1"}, models)->describe().fingerprint;
  };
  EXPECT_EQ(of({{"a", 1}}), R"({"model":"a"})");
  EXPECT_NE(of({{"a", 1}, {"b", 1}}), of({{"a", 1}, {"c", 1}}));
  EXPECT_NE(of({{"a", 1}, {"b", 1}}), of({{"a", 1}, {"b", 2}}));
}

TEST(MixTest, OneMemberIsNoMix) {
  const auto single = mix_of({"u"}, {{"a", 1}});
  EXPECT_TRUE(single->describe().parts.empty());
}

}  // namespace
}  // namespace paceline::workload
