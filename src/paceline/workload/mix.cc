#include <paceline/workload/mix.h>

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include <paceline/text/strings.h>

namespace paceline::workload {
namespace {

constexpr std::uint64_t whole_turn = std::numeric_limits<std::uint64_t>::max();
/// 2^64 divided by the golden ratio: its multiples spread more evenly than those of any other
/// number.
constexpr std::uint64_t golden_step = 0x9E37'79B9'7F4A'7C15;

/// A step that visits every place of `count`, with neighbours far apart.
std::size_t wide_step(std::size_t count) {
  auto step =
      std::max<std::size_t>(1, static_cast<std::size_t>(0.618 * static_cast<double>(count)));
  while (std::gcd(step, count) != 1) ++step;
  return step;
}

}  // namespace

Shares::Shares(std::span<const double> weights) {
  assert(!weights.empty());
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double sum = 0;
  for (const double weight : weights.first(weights.size() - 1)) {
    sum += weight;
    ends_.push_back(
        static_cast<std::uint64_t>(std::min(sum / total * 0x1p64, 0x1.fffffffffffffp63)));
  }
}

std::size_t Shares::at(std::uint64_t k, std::uint64_t phase) const {
  const std::uint64_t point = k * golden_step + phase;
  const auto end = std::upper_bound(ends_.begin(), ends_.end(), point);
  return static_cast<std::size_t>(end - ends_.begin());
}

std::uint64_t Shares::first(std::size_t place, std::uint64_t phase) const {
  std::uint64_t k = 0;
  while (at(k, phase) != place) ++k;
  return k;
}

namespace {

/// Reads a streamed response with the reader of the request's member.
class MixReader : public StreamReader {
 public:
  explicit MixReader(std::span<const MixMember> members)
      : members_(members), readers_(members.size()) {}

  void begin(const Request& request) override {
    part_ = request.part;
    std::unique_ptr<StreamReader>& reader = readers_[part_];
    if (!reader) reader = members_[part_].workload->make_stream_reader();
    reader->begin(request);
    held_by_others_ = 0;
    for (const auto& other : readers_) {
      if (other && other != reader) held_by_others_ += other->held();
    }
  }
  bool take(std::string_view piece, TimePoint now) override {
    return readers_[part_]->take(piece, now);
  }
  Outcome finish(Response& response) override {
    Outcome outcome = readers_[part_]->finish(response);
    outcome.part = part_;
    return outcome;
  }
  const TokenTimes& times() const override { return readers_[part_]->times(); }
  std::size_t held() const override { return held_by_others_ + readers_[part_]->held(); }

 private:
  std::span<const MixMember> members_;
  std::vector<std::unique_ptr<StreamReader>> readers_;
  std::size_t held_by_others_ = 0;
  std::uint16_t part_ = 0;
};

class Mix : public Workload {
 public:
  explicit Mix(std::vector<MixTurn> turns) {
    const std::size_t step = wide_step(turns.size());
    for (std::size_t turn = 0; turn < turns.size(); ++turn) {
      std::vector<double> weights;
      for (const MixMember& member : turns[turn]) weights.push_back(member.weight);
      // The phases of the turns are spread evenly, so that members alternate within a round too.
      const std::uint64_t phase = turn * step % turns.size() * (whole_turn / turns.size());
      turns_.push_back({members_.size(), phase, Shares(weights)});
      for (MixMember& member : turns[turn]) members_.push_back(std::move(member));
    }
    assert(members_.size() <= std::size_t{std::numeric_limits<std::uint16_t>::max()} + 1);
    sessions_ = members_.front().workload->sessions();
    describe_parts();
  }

  Description describe() const override { return description_; }

  std::string adapt(const Outcome& first) override {
    return members_[first.part].workload->adapt(first);
  }

  void begin_run(std::uint64_t salt) override {
    for (const MixMember& member : members_) member.workload->begin_run(salt);
  }

  void make(std::uint64_t item, Request& request) override {
    // The turns of a session go to the same member.
    const std::uint64_t number = sessions_ == nullptr ? item : sessions_->session_of(item);
    const Turn& turn = turns_[number % turns_.size()];
    const std::size_t part = turn.begin + turn.shares.at(number / turns_.size(), turn.phase);
    members_[part].workload->make(item, request);
    request.part = static_cast<std::uint16_t>(part);
  }

  Sessions* sessions() override { return sessions_; }

  void end_turn(std::uint64_t item, const Request& request, Response& response,
                const Outcome& outcome, bool is_last) override {
    members_[request.part].workload->end_turn(item, request, response, outcome, is_last);
  }

  Outcome read(const Request& request, Response& response) override {
    Outcome outcome = members_[request.part].workload->read(request, response);
    outcome.part = request.part;
    return outcome;
  }

  FormatChecks end_run() override {
    FormatChecks all;
    for (const MixMember& member : members_) {
      const FormatChecks checks = member.workload->end_run();
      all.checked += checks.checked;
      all.valid += checks.valid;
    }
    return all;
  }

  std::unique_ptr<StreamReader> make_stream_reader() override {
    return std::make_unique<MixReader>(members_);
  }

 private:
  struct Turn {
    /// The number of its first member.
    std::size_t begin;
    std::uint64_t phase;
    Shares shares;
  };

  void describe_parts();
  std::string fingerprint_of(const std::vector<Description>& all) const;

  std::vector<MixMember> members_;
  std::vector<Turn> turns_;
  /// Of the first member, as the members have the same sessions; nullptr: none.
  Sessions* sessions_ = nullptr;
  Description description_;
};

/// The models with their shares of all items, such as "a:0.7,b:0.3".
std::string models_of(const std::vector<Description>& all, const std::vector<double>& shares) {
  std::vector<std::string> models;
  std::map<std::string, double> totals;
  for (std::size_t part = 0; part < all.size(); ++part) {
    const std::string& model = all[part].model;
    if (totals.find(model) == totals.end()) models.push_back(model);
    totals[model] += shares[part];
  }
  if (models.size() == 1) return models.front();
  std::string text;
  for (const std::string& model : models) {
    text += fmt::format("{}{}:{:.3g}", text.empty() ? "" : ",", model, totals[model]);
  }
  return text;
}

void Mix::describe_parts() {
  std::vector<Description> all;
  std::vector<double> shares;
  for (const MixMember& member : members_) all.push_back(member.workload->describe());
  description_ = all.front();
  for (std::size_t turn = 0; turn < turns_.size(); ++turn) {
    const std::size_t begin = turns_[turn].begin;
    const std::size_t end = turn + 1 < turns_.size() ? turns_[turn + 1].begin : members_.size();
    double total = 0;
    for (std::size_t part = begin; part < end; ++part) total += members_[part].weight;
    for (std::size_t part = begin; part < end; ++part) {
      shares.push_back(members_[part].weight / total / static_cast<double>(turns_.size()));
      const std::uint64_t round = turns_[turn].shares.first(part - begin, turns_[turn].phase);
      const std::string& url = all[part].url.empty() ? members_[part].url : all[part].url;
      const std::uint64_t number = round * turns_.size() + turn;
      const std::uint64_t item = sessions_ == nullptr ? number : sessions_->first_item(number);
      description_.parts.push_back({all[part].model, url, item});
    }
  }
  description_.model = models_of(all, shares);
  description_.fingerprint = fingerprint_of(all);
  for (const Description& one : all) {
    if (one.is_streamed != description_.is_streamed) description_.is_streamed = std::nullopt;
  }
}

/// Members that differ in their URL only make the same requests.
std::string Mix::fingerprint_of(const std::vector<Description>& all) const {
  const bool are_equal = std::all_of(all.begin(), all.end(), [&](const Description& one) {
    return one.fingerprint == all.front().fingerprint;
  });
  if (are_equal) return all.front().fingerprint;
  std::string text = "{";
  for (std::size_t part = 0; part < all.size(); ++part) {
    const std::string& requests = all[part].fingerprint;
    text += fmt::format(R"("part {}":{{"weight":{},"requests":{}}},)", part + 1,
                        members_[part].weight, requests.empty() ? "null" : requests);
  }
  text.back() = '}';
  return text;
}

}  // namespace

std::unique_ptr<Workload> make_mix(std::vector<MixTurn> turns) {
  if (turns.size() == 1 && turns.front().size() == 1) return std::move(turns[0][0].workload);
  return std::make_unique<Mix>(std::move(turns));
}

}  // namespace paceline::workload
