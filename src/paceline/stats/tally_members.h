#pragma once

#include <cstdint>

#include <paceline/stats/run_tally.h>

namespace paceline::stats {

/// Calls a form, such as ByteWriter, with each member of an object that is part of a tally, in the
/// order of the bytes. A friend of their classes.
class TallyMembers {
 public:
  template <typename Form>
  static void list(Form& form, typename Form::template As<RunTally>& tally);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Tally>& tally);
  template <typename Form>
  static void list(Form& form, typename Form::template As<TokenTally>& tokens);
  template <typename Form>
  static void list(Form& form, typename Form::template As<FormatChecks>& checks);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Error>& error);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Histogram>& histogram);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Moments>& moments);
  template <typename Form>
  static void list(Form& form, typename Form::template As<PerSecond>& seconds);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Trend>& trend);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Course>& course);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Course::Segment>& segment);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Levels>& levels);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Levels::Bucket>& bucket);
  template <typename Form>
  static void list(Form& form, typename Form::template As<Parts>& parts);
  template <typename Form>
  static void list(Form& form, typename Form::template As<GroupTally>& group);

 private:
  /// Whether the numbers add up to `sum`.
  static bool add_up(const std::vector<std::uint64_t>& counts, std::uint64_t sum);
};

}  // namespace paceline::stats
