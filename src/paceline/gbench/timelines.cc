#include <paceline/gbench/timelines.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <sstream>
#include <string_view>
#include <utility>

#include <paceline/stats/timeline.h>

namespace paceline::gbench {
namespace {

using std::chrono::nanoseconds;

/// The width of a timeline's slices in JSON, when `duration` is the run's.
nanoseconds shown_width(const stats::Timeline& timeline, nanoseconds duration) {
  constexpr std::int64_t fewest_slices = 10;
  nanoseconds width = std::max<nanoseconds>(timeline.width(), std::chrono::seconds(1));
  while (width > timeline.width() && duration < fewest_slices * width) width /= 2;
  return width;
}

/// The slices of a run from the first with an event, as arrays of JSON.
class SliceArrays {
 public:
  using Slice = stats::Timeline::Slice;

  explicit SliceArrays(const stats::Timeline& timeline) : timeline_(timeline) {
    const auto is_used = [](const Slice& slice) {
      return slice.due + slice.sent + slice.ended > 0;
    };
    const std::vector<Slice>& slices = timeline.slices();
    first_ = static_cast<std::size_t>(std::find_if(slices.begin(), slices.end(), is_used) -
                                      slices.begin());
  }

  /// When the first slice begins.
  nanoseconds start() const { return begin_of(first_); }

  std::string counts(std::uint64_t Slice::*count) const {
    return joined([&](std::size_t i) { return fmt::format("{}", timeline_.slices()[i].*count); });
  }

  /// `begin` and `end` of the run: a mean is over the part of the slice that the run covers.
  std::string in_flight(nanoseconds begin, nanoseconds end) const {
    const std::vector<nanoseconds> times = timeline_.times_in_flight();
    return joined([&](std::size_t i) {
      const nanoseconds covered = std::min(begin_of(i + 1), end) - std::max(begin_of(i), begin);
      const double time = stats::seconds_of(times[i]);
      return fmt::format("{:.4g}", covered.count() > 0 ? time / stats::seconds_of(covered) : 0);
    });
  }

  std::string quantiles(double q) const {
    return joined([&](std::size_t i) -> std::string {
      const stats::CoarseHistogram& latency = timeline_.slices()[i].latency;
      if (latency.count() == 0) return "null";
      return fmt::format("{:.4g}", stats::seconds_of(latency.quantile(q)));
    });
  }

 private:
  nanoseconds begin_of(std::size_t slice) const {
    return timeline_.width() * static_cast<std::int64_t>(slice);
  }

  std::string joined(const std::function<std::string(std::size_t)>& text) const {
    std::vector<std::string> texts;
    for (std::size_t i = first_; i < timeline_.slices().size(); ++i) texts.push_back(text(i));
    return fmt::format("[{}]", fmt::join(texts, ","));
  }

  const stats::Timeline& timeline_;
  std::size_t first_ = 0;
};

std::string seconds_text(nanoseconds time) {
  return fmt::format("{:.9g}", stats::seconds_of(time));
}

}  // namespace

std::string timeline_json(const stats::RunTally& tally) {
  stats::Timeline timeline = *tally.timeline;
  const nanoseconds width = shown_width(timeline, timeline.last() - tally.first_send);
  while (timeline.width() < width) timeline.widen();
  const SliceArrays arrays(timeline);
  using Slice = stats::Timeline::Slice;
  std::vector<std::pair<std::string_view, std::string>> members{
      {"start", seconds_text(arrays.start())},
      {"width", seconds_text(width)},
      {"first_send", seconds_text(tally.first_send)},
      {"last_send", seconds_text(tally.last_send)},
      {"last_end", seconds_text(timeline.last())},
      {"due", arrays.counts(&Slice::due)},
      {"sent", arrays.counts(&Slice::sent)},
      {"ended", arrays.counts(&Slice::ended)},
      {"errors", arrays.counts(&Slice::failed)},
      {"in_flight", arrays.in_flight(tally.first_send, timeline.last())},
      {"p50", arrays.quantiles(0.5)},
      {"p99", arrays.quantiles(0.99)}};
  const auto has_due = [](const Slice& slice) { return slice.due > 0; };
  if (std::none_of(timeline.slices().begin(), timeline.slices().end(), has_due)) {
    std::erase_if(members, [](const auto& member) { return member.first == "due"; });
  }
  std::vector<std::string> texts;
  texts.reserve(members.size());
  for (const auto& [name, value] : members) {
    texts.push_back(fmt::format("\n        \"{}\": {}", name, value));
  }
  return fmt::format("{{{}\n      }}", fmt::join(texts, ","));
}

void Timelines::hand_on(benchmark::UserCounters& counters, const stats::RunTally& tally) {
  constexpr std::chrono::seconds long_enough{10};
  if (mode_ == TimelineMode::off || !tally.timeline || tally.sends == 0) return;
  if (mode_ == TimelineMode::automatic && tally.last_done - tally.first_send <= long_enough) return;
  counters[timeline_counter] = static_cast<double>(kept_.size());
  kept_.push_back(timeline_json(tally));
}

std::string Timelines::take(benchmark::BenchmarkReporter::Run& row) {
  const auto counter = row.counters.find(timeline_counter);
  if (counter == row.counters.end()) return {};
  const auto number = static_cast<std::size_t>(counter->second.value);
  row.counters.erase(counter);
  // The mean of several numbers names nothing.
  if (row.run_type != benchmark::BenchmarkReporter::Run::RT_Iteration) return {};
  return std::exchange(kept_.at(number), {});
}

void TimelineRows::ReportRuns(const std::vector<Run>& runs) {
  for (Run row : runs) {
    const std::string timeline = timelines_.take(row);
    std::ostringstream text;
    inner().SetOutputStream(&text);
    inner().ReportRuns({row});
    inner().SetOutputStream(&GetOutputStream());
    std::string json = text.str();
    if (!timeline.empty()) {
      const std::size_t last = json.find_last_not_of(" \n", json.rfind('}') - 1);
      json.insert(last + 1, ",\n      \"timeline\": " + timeline);
    }
    GetOutputStream() << json;
  }
}

}  // namespace paceline::gbench
