#pragma once

#include <cstdint>
#include <vector>

#include <paceline/stats/byte_form.h>
#include <paceline/stats/parts.h>
#include <paceline/stats/turns.h>

namespace paceline::stats {

/// The members of a run's parts, for the form of a tally in bytes.
template <>
struct Members<Parts> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& parts) {
    auto& [groups, tallies, statuses] = parts;
    for (auto& tally : tallies) form(tally);
    std::uint64_t statuses_left = statuses.size();
    form(statuses_left);
    if constexpr (Form::reads) {
      for (; statuses_left > 0 && !form.is_damaged(); --statuses_left) {
        std::int64_t status = 0;
        form(status);
        form(statuses[status]);
      }
    } else {
      for (const auto& [status, requests] : statuses) form(status, requests);
    }
  }
};

/// The members of the groups of requests.
template <>
struct Members<Groups> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& groups) {
    auto& [names, of_part, has_statuses] = groups;
    form(names, of_part, has_statuses);
  }

  /// Whether each part belongs to groups with a name.
  static bool have_places(const Groups& groups) {
    for (const std::vector<std::uint64_t>& places : groups.of_part) {
      for (const std::uint64_t place : places) {
        if (place >= groups.names.size()) return false;
      }
    }
    return true;
  }
};

/// The members of the counts of a group.
template <>
struct Members<GroupTally> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& group) {
    auto& [latency, ttft, itl, requests, failed, tokens_out] = group;
    form(latency, ttft, itl, requests, failed, tokens_out);
  }
};

/// The members of the turns of a run's sessions.
template <>
struct Members<Turns> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& turns) {
    auto& [tallies] = turns;
    form(tallies);
    if constexpr (Form::reads) form.require(tallies.size() <= Turns::most);
  }
};

/// The members of the counts of a turn.
template <>
struct Members<TurnTally> {
  template <typename Form, typename Value>
  static void list(Form& form, Value& turn) {
    auto& [latency, ttft, requests, failed, in, responses_with_in, cached, responses_with_cached] =
        turn;
    form(latency, ttft, requests, failed, in, responses_with_in, cached, responses_with_cached);
  }
};

}  // namespace paceline::stats
