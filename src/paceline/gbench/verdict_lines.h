#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <paceline/run/verdict.h>

namespace paceline::gbench {

/// The verdict of each row as text, printed when the program ends. The repetitions of a row share a
/// line. Lines are in the order in which rows were added first.
class VerdictLines {
 public:
  /// `row` such as "chat/complete rpm:6000 parallel:10".
  void add(const std::string& row, Bound bound, const std::string& words);
  /// Adds a line of its own, such as the result of a search.
  void add(const std::string& line);

  /// One line per row: the verdict with the words of its first repetition. If repetitions differ,
  /// every verdict with its number of repetitions, the most frequent first.
  std::vector<std::string> lines() const;
  bool empty() const { return rows_.empty(); }

 private:
  struct Found {
    Bound bound;
    std::string words;
    int times;
  };
  struct Row {
    std::string name;
    /// The verdicts of the repetitions. Empty: the name is the whole line.
    std::vector<Found> found;
  };
  static std::string line_of(const Row& row);

  std::vector<Row> rows_;
};

}  // namespace paceline::gbench
