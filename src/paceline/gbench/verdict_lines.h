#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <paceline/run/verdict.h>

namespace paceline {

/// What bounded each row, in words for a program's end. The repetitions of a row share a line, in
/// the order in which rows first came.
class VerdictLines {
 public:
  /// `row` such as "chat/complete rpm:6000 parallel:10".
  void add(const std::string& row, Bound bound, const std::string& words);
  /// `line` stands alone and as it is, such as what a search found.
  void add(const std::string& line);

  /// One line for each row: the verdict with the words of its first repetition; where repetitions
  /// differ, each verdict with how often it came, the most frequent one first.
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
    /// Empty: the name is the whole line.
    std::vector<Found> found;
  };
  static std::string line_of(const Row& row);

  std::vector<Row> rows_;
};

}  // namespace paceline
