#pragma once

#include <bit>
#include <chrono>
#include <cstdint>

#include <paceline/stats/byte_form.h>
#include <paceline/stats/coarse_histogram.h>
#include <paceline/stats/timeline.h>

namespace paceline::stats {

/// The members of a timeline, for the form of a tally in bytes.
template <>
struct Members<Timeline> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& timeline) {
    auto& [width, slices, last] = timeline;
    form(width, slices, last);
    if constexpr (Form::reads) {
      form.require(slices.size() <= Timeline::most_slices && is_width(width));
      if (form.is_damaged()) timeline = Timeline();
    }
  }

 private:
  /// Whether a timeline can have this width, so that timelines merge.
  static bool is_width(std::chrono::nanoseconds width) {
    // A slice of 24 days.
    constexpr std::int64_t most = std::int64_t{1} << 30;
    const std::int64_t times = width / Timeline::finest;
    return times >= 1 && times <= most && width == times * Timeline::finest &&
           std::has_single_bit(static_cast<std::uint64_t>(times));
  }
};

/// The members of a slice of a timeline.
template <>
struct Members<Timeline::Slice> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& slice) {
    auto& [due, sent, ended, failed, change, time, latency] = slice;
    form(due, sent, ended, failed, change, time, latency);
  }
};

/// The members of a histogram of a slice.
template <>
struct Members<CoarseHistogram> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& histogram) {
    auto& [first, counts] = histogram;
    form(first);
    form.counts(counts, CoarseHistogram::most_buckets);
    if constexpr (Form::reads) {
      form.require(first <= CoarseHistogram::most_buckets - counts.size());
      if (form.is_damaged()) histogram = CoarseHistogram();
    }
  }
};

}  // namespace paceline::stats
